"""Idempotency keys: the answer is kept in the transaction that made it true, and given again."""

import hashlib
import hmac
import json
from typing import Any

from fastapi import Response
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
    select,
    update,
)

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.db.types import UtcDateTime
from syncline_common.errors import AlreadyDone, IdempotencyMismatch
from syncline_common.schemas.caller import Caller

KEY_PATTERN = r"^[\x21-\x7e]+$"
KEPT_HEADERS = ("content-type", "location", "etag")


def idempotency_table(metadata: MetaData) -> Table:
    return Table(
        "idempotency",
        metadata,
        Column("account_id", Uuid, nullable=False),
        Column("person_id", Uuid, nullable=False),
        Column("key", String(200), nullable=False),
        Column("fingerprint", String(64), nullable=False),  # keyed, so that a body can't be guessed from it
        Column("status", Integer),
        Column("headers", String(2000)),
        Column("body", LargeBinary),
        Column("resource_id", String(60)),  # instead of an answer that holds a secret
        Column("created_at", UtcDateTime, nullable=False, index=True),
        PrimaryKeyConstraint("account_id", "person_id", "key", name="pk_idempotency"),
    )


async def is_used(tx: ReadTx, table: Table, caller: Caller, key: str) -> bool:
    """Whether a request with this key has been answered."""
    mine = (table.c.account_id == caller.account_id) & (table.c.person_id == caller.actor_id)
    return await tx.session.scalar(select(table.c.key).where(mine, table.c.key == key)) is not None


class Answered(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class AnswerBook:
    """One caller's one key."""

    def __init__(self, tx: ReadTx, table: Table, caller: Caller, key: str) -> None:
        self._tx, self._table = tx, table
        self._id = {"account_id": caller.account_id, "person_id": caller.actor_id, "key": key}
        self.withheld: str | None = None

    @staticmethod
    def fingerprint(key: bytes, method: str, path: str, body: bytes) -> str:
        return hmac.new(key, b"\0".join([method.encode(), path.encode(), body]), hashlib.sha256).hexdigest()

    async def open(self, fingerprint: str) -> None:
        """Take the key, waiting for whoever is about to use it; if it is used up, give that answer again."""
        row = {**self._id, "fingerprint": fingerprint, "created_at": await self._tx.now()}
        assert isinstance(self._tx, Tx)
        taken = self._tx.insert_new(self._table).values(row).returning(self._table.c.key)
        if (await self._tx.session.execute(taken)).first() is None:
            raise Answered(await self._earlier(fingerprint))

    async def recall(self, fingerprint: str) -> None:
        """Without taking the key: if it is used up, give that answer again."""
        used = select(self._table.c.status).where(*self._mine())
        if (await self._tx.session.execute(used)).first() is not None:
            raise Answered(await self._earlier(fingerprint))

    async def keep(self, response: Response) -> None:
        if self.withheld is not None:
            facts: dict[str, Any] = {"status": response.status_code, "resource_id": self.withheld}
        else:
            headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            facts = {
                "status": response.status_code,
                "headers": json.dumps(headers),
                "body": bytes(response.body),
            }
        await self._tx.session.execute(update(self._table).where(*self._mine()).values(facts))

    async def _earlier(self, fingerprint: str) -> Response:
        row = (await self._tx.session.execute(select(self._table).where(*self._mine()))).one()
        if not hmac.compare_digest(row.fingerprint, fingerprint):
            raise IdempotencyMismatch("This Idempotency-Key was used for another request; take a new one")
        if row.body is None:
            raise AlreadyDone("This was done already; its answer is not kept", resource_id=row.resource_id)
        headers = json.loads(row.headers) | {"Idempotent-Replay": "true"}
        return Response(row.body, row.status, headers)

    def _mine(self) -> list[Any]:
        return [self._table.c[name] == value for name, value in self._id.items()]
