"""A connection with its draft, as it is before the systems are asked and the transaction begins."""

from dataclasses import dataclass
from uuid import UUID

from syncline_common.api.auth import ByCaller
from syncline_common.errors import NotFound
from syncline_common.schemas.caller import Caller
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.draft import Draft
from syncline_connections.own import ByDatabase
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore


@dataclass(frozen=True, slots=True)
class Looked:
    caller: Caller
    connection: Connection
    found: Draft | None

    def require_change(self) -> None:
        """Whoever may not change it does not make us ask the systems; nor does what is not built yet."""
        self.caller.change(self.connection.network_id)
        self.connection.require_built()

    def draft(self) -> Draft:
        if self.found is None:
            raise NotFound("This connection has no draft yet: it is still being built")
        return self.found


async def looked_at(connection_id: UUID, caller: ByCaller, database: ByDatabase) -> Looked:
    """No transaction is open afterwards: the systems are asked next."""
    async with database.read() as tx:
        connection = await ConnectionStore(tx, caller).get(connection_id)
        return Looked(caller, connection, await DraftStore(tx, connection).find())
