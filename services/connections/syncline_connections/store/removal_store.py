"""Systems that are to be removed, of any account; each is tried until the registry agrees, or for a day."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_connections.store.tables import removal as table

MOST_TRIES = 30


class Removal(NamedTuple):
    account_id: UUID
    network_id: UUID
    system_id: UUID


class RemovalStore:
    def __init__(self, tx: ReadTx) -> None:
        self._session = tx.session

    async def add(self, tx: Tx, removal: Removal) -> None:
        row = {**removal._asdict(), "tries": 0, "due_at": await tx.now()}
        await self._session.execute(tx.insert_new(table).values(row))

    async def has_due(self, at: datetime) -> bool:
        return (
            await self._session.scalar(select(table.c.tries).where(table.c.due_at <= at).limit(1)) is not None
        )

    async def claim(self, tx: Tx) -> Removal | None:
        """The next try is later each time; after the last one it is left in peace."""
        at = await tx.now()
        due = select(table).where(table.c.due_at <= at).order_by(table.c.due_at).limit(1)
        row = (await self._session.execute(due.with_for_update(skip_locked=True))).first()
        if row is None:
            return None
        removal = Removal(row.account_id, row.network_id, row.system_id)
        if row.tries >= MOST_TRIES:
            await self.forget(removal)
            return None
        later = at + timedelta(seconds=min(2.0**row.tries, 3600.0))
        await self._session.execute(
            update(table).where(*_is(removal)).values(tries=row.tries + 1, due_at=later)
        )
        return removal

    async def forget(self, removal: Removal) -> None:
        await self._session.execute(delete(table).where(*_is(removal)))


def _is(removal: Removal) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in removal._asdict().items()]
