"""Looking an address up: what it is, and whether it is there already. A hidden system is looked up as a new one is."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from syncline_common.connectors.addresses import Recognised
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.manifest import AuthScheme
from syncline_registry.actions.addresses import NOT_INSTALLED, Named, recognised
from syncline_registry.domain.network import Network
from syncline_registry.own import Own
from syncline_registry.store.network_store import NetworkStore
from syncline_registry.store.system_store import SeenSystem, SystemStore


class Status(StrEnum):
    IN_NETWORK = "in_network"
    IN_OTHER_NETWORK = "in_other_network"
    NEW = "new"
    UNKNOWN = "unknown"
    NOT_INSTALLED = "not_installed"


@dataclass(frozen=True, slots=True)
class LookedUp:
    status: Status
    message: str
    url: str | None = None
    kind: str | None = None
    kinds: tuple[str, ...] = ()
    system_id: UUID | None = None
    auth: tuple[AuthScheme, ...] = ()
    routed: bool = False


async def look_up(db: Database, own: Own, caller: Caller, named: Named) -> LookedUp:
    async with db.read() as tx:
        network = await NetworkStore(tx, caller).get(named.network_id)
        own.lookups.take(str(caller.actor_id))
        told = recognised(named.url, named.kind)
        if told.canonical is None:
            return LookedUp(Status.UNKNOWN, told.message)
        there = await SystemStore(tx, caller).by_url(told.canonical)
    routed = own.prober.is_routed(told.canonical)
    if there is not None:
        return _known(there, network, routed)
    await own.prober.guard(told.canonical)
    return _unknown(told, told.canonical, routed)


def _known(there: SeenSystem, network: Network, routed: bool) -> LookedUp:
    system = there.system
    if there.node_in(network.id) is not None:
        label = MANIFESTS[system.kind].label
        status, message = Status.IN_NETWORK, f"{label} system, part of Network '{network.name}'"
    else:
        status = Status.IN_OTHER_NETWORK
        message = f"System registered, but not yet part of Network '{network.name}'"
    return LookedUp(status, message, system.url, system.kind, system_id=system.id, routed=routed)


def _unknown(told: Recognised, url: str, routed: bool) -> LookedUp:
    if told.kind is None:
        return LookedUp(Status.UNKNOWN, told.message, url, kinds=told.kinds, routed=routed)
    manifest = MANIFESTS[told.kind]
    if not manifest.installed:
        lacking = NOT_INSTALLED.format(label=manifest.label)
        return LookedUp(Status.NOT_INSTALLED, lacking, url, told.kind, routed=routed)
    message = f"{manifest.label} system, not registered yet: enter its credential"
    return LookedUp(Status.NEW, message, url, told.kind, auth=manifest.auth, routed=routed)
