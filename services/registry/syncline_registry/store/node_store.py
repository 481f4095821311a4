"""Every query about one Node, for our own services: within one account by construction, in whatever network."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from syncline_common.db.tx import ReadTx
from syncline_common.errors import NotFound
from syncline_registry.domain.system import Node, System
from syncline_registry.store.tables import nodes, systems

NO_NODE = "There is no such node"


class NodeStore:
    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._account_id = tx.session, account_id

    async def get(self, node_id: UUID, *, for_change: bool = False) -> Node:
        mine = select(Node).where(nodes.c.account_id == self._account_id, nodes.c.id == node_id)
        found: Node | None = await self._session.scalar(mine.with_for_update() if for_change else mine)
        if found is None:
            raise NotFound(NO_NODE)
        return found

    async def in_network(self, system_id: UUID, network_id: UUID) -> Node:
        mine = select(Node).where(
            nodes.c.account_id == self._account_id,
            nodes.c.system_id == system_id,
            nodes.c.network_id == network_id,
        )
        found: Node | None = await self._session.scalar(mine)
        if found is None:
            raise NotFound(NO_NODE)
        return found

    async def system_of(self, node: Node) -> System:
        mine = select(System).where(systems.c.account_id == self._account_id, systems.c.id == node.system_id)
        return (await self._session.scalars(mine)).one()

    async def all_in(self, network_id: UUID) -> Sequence[Node]:
        mine = select(Node).where(nodes.c.account_id == self._account_id, nodes.c.network_id == network_id)
        return (await self._session.scalars(mine)).all()
