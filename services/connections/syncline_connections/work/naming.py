"""Whether a name is free between two systems, before anything else is asked for."""

from uuid import UUID

from syncline_common.connectors.addresses import recognise
from syncline_common.db.tx import Database
from syncline_common.errors import FieldFault, Invalid
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side
from syncline_connections.domain.wanted import EndWanted
from syncline_connections.registry import Registry
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.work.preparing import pointing_at


async def is_free(
    db: Database, registry: Registry, caller: Caller, network_id: UUID, name: str, ends: dict[Side, EndWanted]
) -> bool:
    """As the creation would decide at this moment; of two who are told so, the creation still lets one win."""
    caller.enter(network_id)
    urls = [await _address(registry, caller, network_id, ends[side], side) for side in Side]
    async with db.read() as tx:
        return not await ConnectionStore(tx, caller).has_name(name, *urls)


async def _address(registry: Registry, caller: Caller, network_id: UUID, end: EndWanted, side: Side) -> str:
    if end.system_id is not None:
        with pointing_at(side):
            return (await registry.end(caller, network_id, {"system_id": str(end.system_id)})).url
    found = recognise(end.url or "", end.kind)
    if found.canonical is None:
        raise Invalid(found.message, FieldFault(f"/{side}/url", found.message))
    return found.canonical
