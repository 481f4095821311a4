"""Which connections use a system, as their own service tells."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_registry.domain.system import Node
from syncline_registry.store.tables import usages


class UsageStore:
    def __init__(self, tx: Tx, account_id: UUID) -> None:
        self._tx, self._account_id = tx, account_id

    async def note(self, connection_id: UUID, network_id: UUID, system_ids: Collection[UUID]) -> None:
        rows = [
            {
                "account_id": self._account_id,
                "connection_id": connection_id,
                "system_id": system_id,
                "network_id": network_id,
            }
            for system_id in sorted(set(system_ids))
        ]
        await self._tx.session.execute(self._tx.insert_new(usages), rows)

    async def name_projects(self, connection_id: UUID, system_id: UUID, projects: Sequence[str]) -> None:
        mine = (usages.c.account_id == self._account_id) & (usages.c.connection_id == connection_id)
        this = update(usages).where(mine, usages.c.system_id == system_id)
        await self._tx.session.execute(this.values(projects=list(projects)))

    async def of(self, connection_id: UUID) -> Sequence[tuple[UUID, UUID]]:
        """Systems, and the network in which each is used."""
        mine = (usages.c.account_id == self._account_id) & (usages.c.connection_id == connection_id)
        rows = await self._tx.session.execute(select(usages.c.system_id, usages.c.network_id).where(mine))
        return [(row.system_id, row.network_id) for row in rows]

    async def forget(self, connection_id: UUID) -> None:
        mine = (usages.c.account_id == self._account_id) & (usages.c.connection_id == connection_id)
        await self._tx.session.execute(delete(usages).where(mine))


async def projects_used(tx: ReadTx, node: Node) -> list[str]:
    """That published connections name, of this system in this network."""
    mine = (usages.c.account_id == node.account_id) & (usages.c.network_id == node.network_id)
    rows = await tx.session.scalars(
        select(usages.c.projects).where(mine, usages.c.system_id == node.system_id)
    )
    return sorted({name for names in rows for name in names or ()})
