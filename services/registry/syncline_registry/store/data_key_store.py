"""The keys that seal one account's secrets; the first is made when it is needed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import Unavailable
from syncline_registry.sealing.envelope import DataKey, Vault
from syncline_registry.store.tables import data_key

ATTEMPTS = 3
KEKS_IN_USE = 0x53594E434B454B  # an advisory lock: who wraps shares it, who drops KEKs has it alone


async def share_keks(tx: ReadTx) -> None:
    """Until this transaction ends, no KEK is dropped. SQLite has one writer anyway."""
    if tx.dialect == "postgresql":
        await tx.session.execute(select(func.pg_advisory_xact_lock_shared(KEKS_IN_USE)))


async def have_keks_alone(tx: ReadTx) -> bool:
    """True if nobody is wrapping. It never waits, so it can't be in a deadlock."""
    if tx.dialect != "postgresql":
        return True
    return bool(await tx.session.scalar(select(func.pg_try_advisory_xact_lock(KEKS_IN_USE))))


def as_data_key(row: Row[Any]) -> DataKey:
    return DataKey(row.account_id, row.id, row.kek_id, row.wrapped)


def select_keys() -> Select[Any]:
    return select(data_key.c.account_id, data_key.c.id, data_key.c.kek_id, data_key.c.wrapped)


class DataKeyStore:
    def __init__(self, tx: Tx, account_id: UUID, vault: Vault) -> None:
        self._tx, self._account_id, self._vault = tx, account_id, vault

    async def current(self) -> DataKey:
        """The newest, which nobody removes before this transaction ends."""
        newest = select_keys().where(data_key.c.account_id == self._account_id)
        newest = newest.order_by(data_key.c.id.desc()).limit(1).with_for_update(read=True, key_share=True)
        for _ in range(ATTEMPTS):
            found = (await self._tx.session.execute(newest)).first()
            if found is not None:
                return as_data_key(found)
            await self._make_first()
        raise Unavailable("The account's key is being replaced; try again")

    async def _make_first(self) -> None:
        """Of those who try at once, one succeeds."""
        mine = data_key.c.account_id == self._account_id
        if await self._tx.session.scalar(select(func.max(data_key.c.id)).where(mine)) is None:
            await add_data_key(self._tx, self._vault, self._account_id, 1)


async def add_data_key(tx: Tx, vault: Vault, account_id: UUID, key_id: int) -> bool:
    """False if there is one with that id."""
    await share_keks(tx)
    key = await vault.new_data_key(account_id, key_id)
    row = {"account_id": account_id, "id": key_id, "kek_id": key.kek_id, "wrapped": key.wrapped}
    new = tx.insert_new(data_key).values(row | {"created_at": await tx.now()})
    return (await tx.session.execute(new.returning(data_key.c.id))).first() is not None
