"""Every query about Networks, within one account by construction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from syncline_common.db.tx import ReadTx
from syncline_common.errors import InUse, NameTaken, NotFound
from syncline_common.schemas.caller import Caller
from syncline_registry.domain.network import Network
from syncline_registry.store.tables import networks


class NetworkStore:
    def __init__(self, tx: ReadTx, caller: Caller) -> None:
        self._session, self._caller = tx.session, caller

    async def add(self, network: Network) -> None:
        self._session.add(network)
        await self.save(network)

    async def save(self, network: Network) -> None:
        name = network.name  # a flush that fails forgets it
        try:
            await self._session.flush()
        except IntegrityError:
            raise NameTaken(f"There is already a network named {name}") from None

    async def remove(self, network: Network) -> None:
        await self._session.delete(network)
        try:
            await self._session.flush()
        except IntegrityError:
            raise InUse("There are systems in this network; remove them first") from None

    async def get(self, network_id: UUID, *, for_change: bool = False) -> Network:
        """`for_change` locks it until the transaction ends."""
        query = self._mine().where(networks.c.id == network_id)
        found: Network | None = await self._session.scalar(query.with_for_update() if for_change else query)
        if found is None:
            raise NotFound("There is no such network")
        return found

    async def listed(self, *, after: UUID | None, limit: int) -> Sequence[Network]:
        query = self._mine().order_by(networks.c.id).limit(limit)
        if after is not None:
            query = query.where(networks.c.id > after)
        return (await self._session.scalars(query)).all()

    def _mine(self) -> Select[Any]:
        query = select(Network).where(networks.c.account_id == self._caller.account_id)
        granted = self._caller.network_ids
        return query if granted is None else query.where(networks.c.id.in_(granted))
