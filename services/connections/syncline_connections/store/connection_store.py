"""Every query about Connections, within one account, and the networks granted in it, by construction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.exc import IntegrityError

from syncline_common.db.tx import ReadTx
from syncline_common.errors import FieldFault, NameTaken, NotFound
from syncline_common.schemas.caller import Caller
from syncline_connections.domain.connection import Connection, name_key, pair_key
from syncline_connections.domain.states import State
from syncline_connections.store.tables import OWNED
from syncline_connections.store.tables import connection as table


class ConnectionStore:
    def __init__(self, tx: ReadTx, caller: Caller) -> None:
        self._session, self._caller = tx.session, caller

    async def add(self, connection: Connection) -> None:
        self._session.add(connection)
        await self.save(connection)

    async def save(self, connection: Connection) -> None:
        name = connection.name  # a flush that fails forgets it
        try:
            await self._session.flush()
        except IntegrityError:
            raise name_taken(name) from None

    async def get(self, connection_id: UUID, *, for_change: bool = False) -> Connection:
        """`for_change` locks it until the transaction ends."""
        found = await self.find(connection_id, for_change=for_change)
        if found is None:
            raise NotFound("There is no such connection")
        return found

    async def find(self, connection_id: UUID, *, for_change: bool = False) -> Connection | None:
        query = self._mine().where(table.c.id == connection_id)
        found: Connection | None = await self._session.scalar(
            query.with_for_update() if for_change else query
        )
        return found

    async def listed(
        self, filters: Mapping[str, object], *, after: UUID | None, limit: int
    ) -> Sequence[Connection]:
        """`filters`: what columns have to be; None is anything."""
        wanted = [table.c[name] == value for name, value in filters.items() if value is not None]
        query = self._mine().where(*wanted).order_by(table.c.id).limit(limit)
        query = query if after is None else query.where(table.c.id > after)
        return (await self._session.scalars(query)).all()

    async def has_name(self, name: str, one: str, other: str) -> bool:
        """Between these two systems, in any network of the account: so say the rules that decide when it is made."""
        same = (table.c.pair_key == pair_key(one, other)) & (table.c.name_key == name_key(name))
        mine = table.c.account_id == self._caller.account_id
        return await self._session.scalar(select(table.c.id).where(mine, same)) is not None

    async def named(self, name: str, one: str, other: str) -> Connection | None:
        same = (table.c.pair_key == pair_key(one, other)) & (table.c.name_key == name_key(name))
        found: Connection | None = await self._session.scalar(self._mine().where(same))
        return found

    async def at_node(self, node_id: UUID) -> Sequence[Connection]:
        """Locked, in the order of their ids."""
        here = or_(table.c.a_node_id == node_id, table.c.b_node_id == node_id)
        query = self._mine().where(here).order_by(table.c.id).with_for_update()
        return (await self._session.scalars(query)).all()

    async def uses(self, network_id: UUID, system_id: UUID, *, but: UUID | None = None) -> bool:
        """Whether a connection other than `but` has this system of the network."""
        here = or_(table.c.a_system_id == system_id, table.c.b_system_id == system_id)
        query = select(table.c.id).where(
            table.c.account_id == self._caller.account_id, table.c.network_id == network_id, here
        )
        return (await self._session.scalar(query.where(table.c.id != but) if but else query)) is not None

    async def remove(self, connection: Connection) -> None:
        """With all that is its own."""
        for owned in OWNED:
            its = (owned.c.account_id == connection.account_id) & (owned.c.connection_id == connection.id)
            await self._session.execute(delete(owned).where(its))
        await self._session.delete(connection)
        await self._session.flush()

    def _mine(self) -> Select[Any]:
        query = select(Connection).where(table.c.account_id == self._caller.account_id)
        granted = self._caller.network_ids
        return query if granted is None else query.where(table.c.network_id.in_(granted))


async def has_deleting(tx: ReadTx) -> bool:
    """In any account."""
    query = select(table.c.id).where(table.c.state == State.DELETING).limit(1)
    return (await tx.session.execute(query)).first() is not None


async def next_to_delete(tx: ReadTx) -> tuple[UUID, UUID] | None:
    """Account and id of one that is being deleted, of any account; what others delete at the moment is left to them."""
    deleting = select(table.c.account_id, table.c.id).where(table.c.state == State.DELETING)
    row = (await tx.session.execute(deleting.limit(1).with_for_update(skip_locked=True))).first()
    return None if row is None else (row.account_id, row.id)


def name_taken(name: str) -> NameTaken:
    message = f"There is already a connection named {name} between these two systems"
    return NameTaken(message, FieldFault("/name", message, "Choose another name"))
