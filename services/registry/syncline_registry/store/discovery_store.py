"""What was discovered in a system, kept for a while so that a mapping page asks no vendor."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select

from syncline_common.db.tx import ReadTx
from syncline_registry.store.tables import discoveries

GOOD_FOR: Final = {"people": timedelta(minutes=10)}
USUALLY: Final = timedelta(hours=24)
Items = list[dict[str, Any]]


def argument_of(*parts: str | None) -> str:
    """What tells a question from others of its kind: a record type, a project, a text; none of them, if not said."""
    told = [*parts, None, None, None][:3]
    return sha256(json.dumps(told).encode()).hexdigest()


def as_items(found: Sequence[Any]) -> Items:
    """As they are kept and shown."""
    items: Items = json.loads(json.dumps([asdict(it) for it in found]))
    return items


class DiscoveryStore:
    """Of one node: what it may see is its credential's doing."""

    def __init__(self, tx: ReadTx, account_id: UUID, node_id: UUID) -> None:
        self._tx, self._session = tx, tx.session
        self._mine = (discoveries.c.account_id == account_id) & (discoveries.c.node_id == node_id)
        self._key = {"account_id": account_id, "node_id": node_id}

    async def get(self, what: str, argument: str) -> Items | None:
        """None if it was never asked for, or too long ago."""
        since = await self._tx.now() - GOOD_FOR.get(what, USUALLY)
        this = (discoveries.c.what == what) & (discoveries.c.argument == argument)
        query = select(discoveries.c.body).where(self._mine, this, discoveries.c.at > since)
        body = await self._session.scalar(query)
        return None if body is None else list(json.loads(body))

    async def put(self, what: str, argument: str, items: Items) -> None:
        this = (discoveries.c.what == what) & (discoveries.c.argument == argument)
        await self._session.execute(delete(discoveries).where(self._mine, this))
        facts = {"what": what, "argument": argument, "body": json.dumps(items), "at": await self._tx.now()}
        await self._session.execute(insert(discoveries), [self._key | facts])

    async def forget(self) -> None:
        await self._session.execute(delete(discoveries).where(self._mine))
