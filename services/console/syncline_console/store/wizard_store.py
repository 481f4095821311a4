"""Every query about what somebody has begun in the console; nobody sees another's."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from syncline_common.db.tx import ReadTx
from syncline_common.errors import NotFound, Stale
from syncline_common.schemas.versions import etag_of
from syncline_console.store.tables import wizards

AT_MOST = 20  # shown in a list


@dataclass(frozen=True, slots=True)
class Begun:
    """A row: what was begun is in `sealed`."""

    id: UUID
    network_id: UUID
    sealed: bytes
    version: int


COLUMNS = (wizards.c.id, wizards.c.network_id, wizards.c.sealed, wizards.c.version)


class WizardStore:
    def __init__(self, tx: ReadTx, account_id: UUID, person_id: UUID) -> None:
        self._tx = tx
        self._whose = {"account_id": account_id, "person_id": person_id}

    async def add(self, row: Begun) -> None:
        facts = {"id": row.id, "network_id": row.network_id, "sealed": row.sealed, "version": row.version}
        now = await self._tx.now()
        await self._tx.session.execute(insert(wizards).values(changed_at=now, **facts, **self._whose))

    async def get(self, id: UUID) -> Begun:
        found = (await self._tx.session.execute(select(*COLUMNS).where(*self._mine(id)))).first()
        if found is None:
            raise NotFound("This was not begun by you, or it has been forgotten; begin anew")
        return Begun(*found)

    async def newest(self, network_id: UUID) -> list[Begun]:
        mine = [wizards.c[name] == value for name, value in self._whose.items()]
        listed = select(*COLUMNS).where(*mine, wizards.c.network_id == network_id)
        rows = await self._tx.session.execute(listed.order_by(wizards.c.changed_at.desc()).limit(AT_MOST))
        return [Begun(*row) for row in rows]

    async def save(self, row: Begun, sealed: bytes) -> None:
        """Stale if another tab has saved it in between."""
        same = wizards.c.version == row.version
        change = update(wizards).where(*self._mine(row.id), same)
        values = {"sealed": sealed, "version": row.version + 1, "changed_at": await self._tx.now()}
        saved = await self._tx.session.execute(change.values(values).returning(wizards.c.id))
        if saved.first() is None:
            raise Stale("This was changed in another tab meanwhile", current=etag_of(row.version + 1))

    async def remove(self, id: UUID) -> None:
        await self._tx.session.execute(delete(wizards).where(*self._mine(id)))

    def _mine(self, id: UUID) -> list[Any]:
        return [wizards.c.id == id, *(wizards.c[name] == value for name, value in self._whose.items())]
