"""What a person has begun, opened and kept: sealed, theirs alone, safe from two tabs at once."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_common.errors import NotFound, Stale
from syncline_common.ids import new_id
from syncline_console.sealing import opened, seal
from syncline_console.store.wizard_store import Begun, WizardStore
from syncline_console.wizard.wizard import Wizard

TRIES = 4  # should tabs write at the same time


@dataclass(frozen=True, slots=True)
class Entry:
    id: UUID
    network_id: UUID
    wizard: Wizard


class Book:
    def __init__(self, db: Database, key: bytes, account_id: UUID, person_id: UUID) -> None:
        self._db, self._key, self._whose = db, key, (account_id, person_id)

    async def begin(self, network_id: UUID, wizard: Wizard) -> Entry:
        entry = Entry(new_id(), network_id, wizard)
        async with self._db.begin() as tx:
            row = Begun(entry.id, network_id, self._sealed(entry.id, wizard), 1)
            await WizardStore(tx, *self._whose).add(row)
        return entry

    async def read(self, id: UUID) -> Entry:
        async with self._db.read() as tx:
            return self._entry(await WizardStore(tx, *self._whose).get(id))

    async def newest(self, network_id: UUID) -> list[Entry]:
        async with self._db.read() as tx:
            return [self._entry(row) for row in await WizardStore(tx, *self._whose).newest(network_id)]

    async def change(self, id: UUID, how: Callable[[Wizard], None]) -> Entry:
        """`how` is applied to what is there now, whichever tab wrote it."""
        for _ in range(TRIES - 1):
            try:
                return await self._changed(id, how)
            except Stale:
                continue
        return await self._changed(id, how)

    async def forget(self, id: UUID) -> None:
        async with self._db.begin() as tx:
            await WizardStore(tx, *self._whose).remove(id)

    async def _changed(self, id: UUID, how: Callable[[Wizard], None]) -> Entry:
        async with self._db.begin() as tx:
            store = WizardStore(tx, *self._whose)
            row = await store.get(id)
            entry = self._entry(row)
            how(entry.wizard)
            await store.save(row, self._sealed(id, entry.wizard))
        return entry

    def _entry(self, row: Begun) -> Entry:
        text = opened(self._key, row.sealed, self._about(row.id))
        if text is None:  # the installation's key is another one since
            raise NotFound("This can't be opened any more; begin anew")
        return Entry(row.id, row.network_id, Wizard.model_validate_json(text))

    def _sealed(self, id: UUID, wizard: Wizard) -> bytes:
        return seal(self._key, wizard.model_dump_json(), self._about(id))

    def _about(self, id: UUID) -> str:
        return "/".join(map(str, (*self._whose, id)))
