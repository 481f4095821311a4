"""What people can do to Networks. Each action is one transaction's worth of work."""

from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.events.registry import NetworkCreated, NetworkDeleted
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.versions import require_version
from syncline_registry.domain.network import Network
from syncline_registry.store.network_store import NetworkStore


async def create_network(tx: Tx, caller: Caller, *, name: str, description: str) -> Network:
    caller.administer()
    network = Network(new_id(), caller.account_id, name, description, await tx.now())
    await NetworkStore(tx, caller).add(network)
    await tx.publish(NetworkCreated(account_id=caller.account_id, network_id=network.id))
    await _record(tx, caller, "network.created", network)
    return network


async def change_network(
    tx: Tx, caller: Caller, network_id: UUID, *, seen: int | None, **facts: str
) -> Network:
    store = NetworkStore(tx, caller)
    network = await store.get(network_id, for_change=True)
    caller.administer()
    require_version(seen, network.version)
    before = _facts(network)
    network.describe(**facts)
    await store.save(network)
    await _record(tx, caller, "network.changed", network, before)
    return network


async def delete_network(tx: Tx, caller: Caller, network_id: UUID) -> None:
    """Grants of it are of no use any more and stay in nobody's way: its id never comes again."""
    store = NetworkStore(tx, caller)
    network = await store.get(network_id, for_change=True)
    caller.administer()
    await store.remove(network)
    await tx.publish(NetworkDeleted(account_id=caller.account_id, network_id=network.id))
    it, before = network.id, _facts(network)
    await record(tx, caller, "network.deleted", noun="network", noun_id=it, network_id=it, before=before)


async def _record(
    tx: Tx, caller: Caller, action: str, network: Network, before: dict[str, str] | None = None
) -> None:
    it, after = network.id, _facts(network)
    await record(tx, caller, action, noun="network", noun_id=it, network_id=it, before=before, after=after)


def _facts(network: Network) -> dict[str, str]:
    return {"name": network.name, "description": network.description}
