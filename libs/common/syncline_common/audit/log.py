"""Who changed what: written in the transaction of the change, and read by the account's administrators."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from structlog.contextvars import get_contextvars

from syncline_common.audit.changes import Fields, as_text, changes
from syncline_common.audit.tables import audit
from syncline_common.db.tx import ReadTx, Tx
from syncline_common.ids import new_id
from syncline_common.redaction import REDACTOR
from syncline_common.schemas.caller import Caller

BELL = "audit"


async def record(  # noqa: PLR0913 (all but the first three are named by every caller)
    tx: Tx,
    caller: Caller,
    action: str,
    *,
    noun: str,
    noun_id: UUID | str,
    network_id: UUID | None = None,
    before: Fields | None = None,
    after: Fields | None = None,
    secrets: Collection[str] = (),
) -> UUID | None:
    """`action` is `<noun>.<past verb>`. Its id; None if both sides are given and nothing differs.

    Fields whose names sound like a secret, and those in `secrets`, are never shown, only that they are set or changed.
    """
    was, now = changes(before, after, secrets)
    if was == now == {}:
        return None
    made = new_id()
    row = {
        "id": made,
        "account_id": caller.account_id,
        "at": await tx.now(),
        "actor_kind": caller.kind,
        "actor_id": caller.actor_id,
        "actor_name": REDACTOR.clean(caller.name)[:320] or None,
        "action": action,
        "noun": noun,
        "noun_id": str(noun_id),
        "network_id": network_id,
        "before": as_text(was),
        "after": as_text(now),
        "trace_id": get_contextvars().get("trace_id"),  # the one in the request's log lines
    }
    await tx.session.execute(insert(audit), [row])
    tx.ring(BELL)
    return made


class AuditRows:
    """An account's."""

    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._mine = tx.session, audit.c.account_id == account_id

    async def listed(
        self,
        *,
        after: UUID | None,
        limit: int,
        newest_first: bool,
        same: Mapping[str, object],
        within: tuple[datetime | None, datetime | None] = (None, None),
    ) -> Sequence[Any]:
        """`same`: what columns have to be; None is anything. `within`: from, and up to but without."""
        wanted = [audit.c[name] == value for name, value in same.items() if value is not None]
        since, until = within
        wanted += [] if since is None else [audit.c.at >= since]
        wanted += [] if until is None else [audit.c.at < until]
        if after is not None:
            wanted.append(audit.c.id < after if newest_first else audit.c.id > after)
        order = audit.c.id.desc() if newest_first else audit.c.id
        query = select(audit).where(self._mine, *wanted).order_by(order).limit(limit)
        return (await self._session.execute(query)).all()
