"""Every query about one Node, for our own services: within one account by construction, in whatever network."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from syncline_common.db.tx import ReadTx, Tx
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
        found = await self.find(system_id, network_id)
        if found is None:
            raise NotFound(NO_NODE)
        return found

    async def find(self, system_id: UUID, network_id: UUID) -> Node | None:
        mine = select(Node).where(
            nodes.c.account_id == self._account_id,
            nodes.c.system_id == system_id,
            nodes.c.network_id == network_id,
        )
        found: Node | None = await self._session.scalar(mine)
        return found

    async def system_of(self, node: Node) -> System:
        mine = select(System).where(systems.c.account_id == self._account_id, systems.c.id == node.system_id)
        return (await self._session.scalars(mine)).one()

    async def all_in(self, network_id: UUID) -> Sequence[Node]:
        mine = select(Node).where(nodes.c.account_id == self._account_id, nodes.c.network_id == network_id)
        return (await self._session.scalars(mine)).all()


async def has_due_webhooks(tx: ReadTx) -> bool:
    """Of any account."""
    due = select(nodes.c.id).where(nodes.c.webhooks_due_at <= await tx.now()).limit(1)
    return await tx.session.scalar(due) is not None


async def claim_webhooks(tx: Tx, turn: timedelta) -> Node | None:
    """Due again after its `turn`, should whoever takes it die."""
    now = await tx.now()
    due = select(Node).where(nodes.c.webhooks_due_at <= now).order_by(nodes.c.webhooks_due_at).limit(1)
    found: Node | None = await tx.session.scalar(due.with_for_update(skip_locked=True))
    if found is not None:
        found.webhooks_due_at = now + turn
    return found
