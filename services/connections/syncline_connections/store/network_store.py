"""The networks that the registry has told us of, within one account by construction."""

from uuid import UUID

from sqlalchemy import delete, select

from syncline_common.db.tx import ReadTx, Tx
from syncline_connections.store.tables import networks


class KnownNetworks:
    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._account_id = tx.session, account_id

    async def add(self, tx: Tx, network_id: UUID) -> None:
        row = {"account_id": self._account_id, "id": network_id}
        await self._session.execute(tx.insert_new(networks).values(row))

    async def remove(self, network_id: UUID) -> None:
        mine = (networks.c.account_id == self._account_id) & (networks.c.id == network_id)
        await self._session.execute(delete(networks).where(mine))

    async def has(self, network_id: UUID) -> bool:
        mine = (networks.c.account_id == self._account_id) & (networks.c.id == network_id)
        return await self._session.scalar(select(networks.c.id).where(mine)) is not None
