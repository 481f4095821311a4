"""An end of a connection that is being made: a system that is known, or an address and a ticket."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from syncline_common.db.tx import Database, ReadTx, Tx
from syncline_common.errors import FieldFault, Invalid
from syncline_common.schemas.caller import Caller
from syncline_registry.actions.addresses import Named, located, recognised
from syncline_registry.actions.checks import Auth, Checked, check, given_credential
from syncline_registry.actions.proofs import Proof, make_ticket, proof_of_node, proof_of_ticket, use_up
from syncline_registry.actions.registration import Entry, Registered, register
from syncline_registry.actions.rejection import reject_credential
from syncline_registry.credentials.random_tokens import hash_of
from syncline_registry.domain.system import Node, default_name
from syncline_registry.domain.ticket import Ticket
from syncline_registry.own import Own
from syncline_registry.probing.problems import EXPIRED
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.network_store import NetworkStore
from syncline_registry.store.node_store import NodeStore
from syncline_registry.store.system_store import SeenSystem, SystemStore
from syncline_registry.store.ticket_store import TicketStore

NO_CREDENTIAL = "This system is not registered yet: check its credential first"
TURNED_AWAY = ("credential_rejected", EXPIRED, "scope_missing")


class State(StrEnum):
    IN_NETWORK = "in_network"
    IN_OTHER_NETWORK = "in_other_network"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class End:
    """As somebody names it."""

    network_id: UUID
    system_id: UUID | None = None
    url: str | None = None
    kind: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """As it was found. A ticket counts where there is no node yet."""

    state: State
    kind: str
    url: str
    there: SeenSystem | None = None
    node: Node | None = None
    ticket: Ticket | None = None

    @property
    def name(self) -> str:
        return self.node.name if self.node else default_name(self.url)

    @property
    def identity(self) -> str:
        source = self.node or self.ticket
        return source.identity if source else ""


async def exchange(tx: Tx, own: Own, caller: Caller, named: Named, auth: Auth) -> tuple[Ticket, str]:
    """A credential as it was typed becomes a ticket. Nobody has tried it yet."""
    await NetworkStore(tx, caller).get(named.network_id)
    caller.change(named.network_id)
    own.lookups.take(str(caller.actor_id))
    manifest, url = located(named.url, named.kind)
    proof = Proof(manifest.kind, url, given_credential(manifest, auth))
    return await make_ticket(tx, own.vault, caller, named.network_id, proof)


async def find_end(tx: ReadTx, caller: Caller, end: End) -> Place:
    await NetworkStore(tx, caller).get(end.network_id)
    caller.change(end.network_id)
    there = await _there(tx, caller, end)
    if there is None:
        manifest, url = located(end.url or "", end.kind)
        return Place(State.NEW, manifest.kind, url, ticket=await _ticket(tx, caller, end, url))
    system, node = there.system, there.node_in(end.network_id)
    if node is not None:
        return Place(State.IN_NETWORK, system.kind, system.url, there, node)
    ticket = await _ticket(tx, caller, end, system.url) if end.ticket else None
    return Place(State.IN_OTHER_NETWORK, system.kind, system.url, there, ticket=ticket)


async def _there(tx: ReadTx, caller: Caller, end: End) -> SeenSystem | None:
    store = SystemStore(tx, caller)
    if end.system_id is not None:
        return await store.get(end.system_id)
    told = recognised(end.url or "", end.kind)
    return None if told.canonical is None else await store.by_url(told.canonical)


async def _ticket(tx: ReadTx, caller: Caller, end: End, url: str) -> Ticket:
    if end.ticket is None:
        raise Invalid(NO_CREDENTIAL, FieldFault("/ticket", NO_CREDENTIAL))
    store = TicketStore(tx, caller.account_id)
    return await store.require(hash_of(end.ticket), caller.actor_id, end.network_id, url)


async def proof_of(tx: ReadTx, vault: Vault, place: Place) -> Proof:
    """The ticket's credential, else the node's, else that of a node in another of the caller's networks."""
    if place.ticket is not None:
        return await proof_of_ticket(tx, vault, place.ticket)
    node = place.node or (place.there.best() if place.there else None)
    assert node is not None
    return await proof_of_node(tx, vault, node, place.kind, place.url)


async def check_end(db: Database, own: Own, caller: Caller, end: End) -> Checked:
    """Now, by the real connector; what is found is kept with the ticket or the node."""
    async with db.read() as tx:
        place = await find_end(tx, caller, end)
        proof = await proof_of(tx, own.vault, place)
    checked = await check(own, caller.account_id, proof)
    async with db.begin() as tx:
        await _keep(tx, own.vault, caller, place, checked)
    return checked


async def _keep(tx: Tx, vault: Vault, caller: Caller, place: Place, checked: Checked) -> None:
    if place.node is not None:
        if checked.ok:
            node = await NodeStore(tx, caller.account_id).get(place.node.id, for_change=True)
            node.learn(checked.proof.survey, await tx.now())
        elif checked.problems[0].code in TURNED_AWAY:
            code, version = checked.problems[0].code, place.node.credential_version
            await reject_credential(tx, caller, place.node.id, used_version=version, code=code)
    elif place.ticket is not None and checked.ok:
        ticket = await TicketStore(tx, caller.account_id).find(place.ticket.hash, for_change=True)
        if ticket is not None:
            ticket.learn(checked.proof.survey, await tx.now())


async def make_node(tx: Tx, own: Own, caller: Caller, end: End, entry: Entry) -> Registered:
    """At most once, and the same answer to the same `key`. The ticket's secret becomes the node's.

    Of two who repeat one request at once the second looks when the first is done: a ticket that is used up by then has a node.
    """
    await NetworkStore(tx, caller).get(end.network_id, for_change=True)
    place = await find_end(tx, caller, end)
    proof = await proof_of(tx, own.vault, place)
    registered = await register(tx, own.vault, caller, entry, proof)
    if place.ticket is not None:
        await use_up(tx, own.vault, place.ticket)
    return registered
