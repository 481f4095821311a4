"""Whose access has changed since their token was made. Kept by every service, as long as such tokens may live."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table, Uuid, select

from syncline_common.access.claims import LIFE, Grant
from syncline_common.bus.router import EventRouter
from syncline_common.db.tx import Database, Tx
from syncline_common.db.types import UtcDateTime
from syncline_common.events.registry import AccessChanged

BELL = "revocation"
MARGIN = timedelta(minutes=5)


def revocation_table(metadata: MetaData) -> Table:
    return Table(
        "revocation",
        metadata,
        Column("actor_id", Uuid, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        PrimaryKeyConstraint("actor_id", "at", name="pk_revocation"),
    )


async def revoke(tx: Tx, table: Table, actor_id: UUID, at: datetime) -> None:
    """Tokens made before `at` for this person, session or key are void."""
    await tx.session.execute(tx.insert_new(table).values(actor_id=actor_id, at=at))
    tx.ring(BELL)


def follow_access(router: EventRouter, metadata: MetaData) -> None:
    """Every service listens to this, whatever else it listens to."""
    table = metadata.tables["revocation"]

    @router.on(AccessChanged)
    async def remember_that_access_changed(event: AccessChanged, tx: Tx) -> None:
        await revoke(tx, table, event.actor_id, event.changed_at)


class Revocations:
    """In memory, since every request asks."""

    def __init__(self, db: Database, elapsed: Callable[[], float]) -> None:
        self._db, self._elapsed = db, elapsed
        self._learned: dict[UUID, float] = {}
        self._latest: dict[UUID, datetime] = {}

    async def refresh_once(self) -> int:
        table = self._db.tables["revocation"]
        async with self._db.read() as tx:
            since = await tx.now() - LIFE - MARGIN
            recent = select(table.c.actor_id, table.c.at).where(table.c.at > since).order_by(table.c.at)
            found = {row.actor_id: row.at for row in (await tx.session.execute(recent)).all()}
        news = [who for who, at in found.items() if self._latest.get(who) != at]
        self._learned = {who: it for who, it in self._learned.items() if who in found}
        self._learned |= dict.fromkeys(news, self._elapsed())
        self._latest = found
        return 0

    def cover(self, grant: Grant) -> bool:
        changes = (self._latest.get(who) for who in (grant.caller.actor_id, grant.session_id))
        return any(at is not None and grant.issued_at <= at for at in changes)

    def changed_since(self, actor_id: UUID, elapsed: float) -> bool:
        """By our own stop-watch: when did we learn of it?"""
        return self._learned.get(actor_id, float("-inf")) >= elapsed
