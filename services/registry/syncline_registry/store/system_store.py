"""Every query about Systems and their Nodes, within the networks that the caller may enter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, select

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound, Unavailable
from syncline_common.schemas.caller import Caller
from syncline_registry.domain.system import Node, System
from syncline_registry.store.tables import discoveries, nodes, systems, usages

ATTEMPTS = 3
NOT_THERE = "There is no such system"


@dataclass(frozen=True, slots=True)
class SeenSystem:
    """A system, and those of its nodes that the caller may see, the oldest first."""

    system: System
    nodes: Sequence[Node]

    @property
    def id(self) -> UUID:
        return self.system.id

    @property
    def version(self) -> int:
        return max(it.version for it in self.nodes)

    def node_in(self, network_id: UUID) -> Node | None:
        return next((it for it in self.nodes if it.network_id == network_id), None)

    def best(self) -> Node:
        """Whose credential to use where there is a choice: a good one, and of those the newest."""
        return max(self.nodes, key=lambda it: (it.is_good, it.created_at, it.id))


class SystemStore:
    def __init__(self, tx: ReadTx, caller: Caller) -> None:
        self._tx, self._session, self._caller = tx, tx.session, caller

    async def get(self, system_id: UUID, *, for_change: bool = False) -> SeenSystem:
        """`for_change` locks it and its nodes until the transaction ends. In a network of nobody's it is not there."""
        found = await self._one(systems.c.id == system_id, for_change)
        if found is None:
            raise NotFound(NOT_THERE)
        return found

    async def by_url(self, url: str) -> SeenSystem | None:
        return await self._one(systems.c.url == url)

    async def listed(
        self, *, after: UUID | None, limit: int, network_id: UUID | None = None, kind: str | None = None
    ) -> list[SeenSystem]:
        query = self._systems(network_id).order_by(systems.c.id).limit(limit)
        query = query if after is None else query.where(systems.c.id > after)
        query = query if kind is None else query.where(systems.c.kind == kind)
        found = (await self._session.scalars(query)).all()
        its = await self._nodes(nodes.c.system_id.in_([it.id for it in found]), network_id)
        return [SeenSystem(it, [node for node in its if node.system_id == it.id]) for it in found]

    async def claim(self, system: System) -> tuple[System, bool]:
        """The one with this URL, locked, and whether it was made just now. It need not be one the caller may see."""
        assert isinstance(self._tx, Tx)
        row = {name: getattr(system, name) for name in systems.c.keys()}  # noqa: SIM118 (columns are no dictionary)
        same = (systems.c.account_id == system.account_id) & (systems.c.url == system.url)
        for _ in range(ATTEMPTS):
            made = self._tx.insert_new(systems).values(row).returning(systems.c.id)
            new = (await self._session.execute(made)).first() is not None
            found: System | None = await self._session.scalar(select(System).where(same).with_for_update())
            if found is not None:
                return found, new
        raise Unavailable("This system is being removed; try again")

    async def node_of(self, system_id: UUID, network_id: UUID) -> Node | None:
        """Once the system is claimed, nobody else adds one."""
        found: Node | None = await self._session.scalar(
            select(Node).where(self._of(system_id), nodes.c.network_id == network_id)
        )
        return found

    async def add(self, node: Node) -> None:
        self._session.add(node)
        await self._session.flush()

    async def remove(self, node: Node) -> bool:
        """True if the system went as well, since it was its last."""
        await self._session.delete(node)
        await self._session.flush()
        kept = discoveries.c.account_id == node.account_id, discoveries.c.node_id == node.id
        await self._session.execute(delete(discoveries).where(*kept))
        left = select(func.count()).select_from(nodes).where(self._of(node.system_id))
        if await self._session.scalar(left):
            return False
        its = (systems.c.account_id == node.account_id) & (systems.c.id == node.system_id)
        await self._session.execute(delete(systems).where(its))
        return True

    async def users(self, node: Node, but: UUID | None = None) -> int:
        """How many connections use it in this network, beside one that is going."""
        used = and_(
            usages.c.account_id == node.account_id,
            usages.c.system_id == node.system_id,
            usages.c.network_id == node.network_id,
        )
        used = used if but is None else used & (usages.c.connection_id != but)
        return int(await self._session.scalar(select(func.count()).select_from(usages).where(used)) or 0)

    async def _one(self, wanted: ColumnElement[bool], for_change: bool = False) -> SeenSystem | None:
        query = self._systems(None).where(wanted)
        system: System | None = await self._session.scalar(
            query.with_for_update(of=systems) if for_change else query
        )
        if system is None:
            return None
        its = await self._nodes(nodes.c.system_id == system.id, None, for_change)
        return SeenSystem(system, its) if its else None

    async def _nodes(
        self, wanted: ColumnElement[bool], network_id: UUID | None, for_change: bool = False
    ) -> Sequence[Node]:
        query = select(Node).where(self._seen(network_id), wanted).order_by(nodes.c.created_at, nodes.c.id)
        return (await self._session.scalars(query.with_for_update() if for_change else query)).all()

    def _systems(self, network_id: UUID | None) -> Select[Any]:
        seen = exists().where(nodes.c.system_id == systems.c.id, self._seen(network_id))
        return select(System).where(systems.c.account_id == self._caller.account_id, seen)

    def _seen(self, network_id: UUID | None) -> ColumnElement[bool]:
        mine = nodes.c.account_id == self._caller.account_id
        granted = self._caller.network_ids
        mine = mine if granted is None else mine & nodes.c.network_id.in_(granted)
        return mine if network_id is None else mine & (nodes.c.network_id == network_id)

    def _of(self, system_id: UUID) -> ColumnElement[bool]:
        return and_(nodes.c.account_id == self._caller.account_id, nodes.c.system_id == system_id)
