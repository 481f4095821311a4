"""What people do with Systems: import, rename, remove."""

from dataclasses import dataclass
from uuid import UUID

from syncline_common import errors
from syncline_common.audit.log import record
from syncline_common.db.tx import Database, Tx
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.versions import require_version
from syncline_registry.actions.addresses import Named, located, recognised
from syncline_registry.actions.checks import Auth, Checked, check_given, require_network
from syncline_registry.actions.proofs import Proof, dated, proof_of_node, proof_of_ticket, use_up
from syncline_registry.actions.registration import Entry, Registered, register
from syncline_registry.credentials.random_tokens import hash_of
from syncline_registry.domain.system import Node
from syncline_registry.own import Own
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.credential_store import NODE, CredentialStore
from syncline_registry.store.system_store import SeenSystem, SystemStore
from syncline_registry.store.ticket_store import TicketStore

NEEDED = "A credential is needed: give a ticket, or auth"
TURNED_AWAY = "The credential of this system was turned away; give another one"
ALREADY = "This system is part of the network already"
USED = "{count} connections use this system in this network; delete them first"


async def check_import(
    db: Database, own: Own, caller: Caller, named: Named, auth: Auth | None
) -> Proof | None:
    """The part of an import in which the system is asked. None if no credential was given."""
    await require_network(db, caller, named.network_id)
    return None if auth is None else proven(await check_given(own, caller, named, auth))


def proven(checked: Checked) -> Proof:
    if checked.ok:
        return checked.proof
    first = checked.problems[0]
    faults = [errors.FieldFault("/auth", it.message, it.fix) for it in checked.problems]
    raise errors.CheckFailed(first.code, first.message, *faults)


async def import_system(
    tx: Tx, own: Own, caller: Caller, named: Named, proof: Proof | str | None, name: str | None
) -> Registered:
    """`proof`: a checked credential, a ticket, or none for a system that is in another of the caller's networks."""
    entry = Entry(named.network_id, name)
    if isinstance(proof, Proof):
        return await _new(tx, own.vault, caller, entry, dated(proof, await tx.now()))
    url = recognised(named.url, named.kind).canonical
    if isinstance(proof, str):
        found = await redeem(tx, own.vault, caller, named.network_id, url or "", proof)
        return await _new(tx, own.vault, caller, entry, found)
    there = await SystemStore(tx, caller).by_url(url) if url else None
    if there is None:
        located(named.url, named.kind)
        raise errors.Invalid(NEEDED, errors.FieldFault("/auth", NEEDED))
    if not there.best().is_good:
        raise errors.Invalid(TURNED_AWAY, errors.FieldFault("/auth", TURNED_AWAY))
    lent = await proof_of_node(tx, own.vault, there.best(), there.system.kind, there.system.url)
    return await _new(tx, own.vault, caller, entry, lent)


async def redeem(tx: Tx, vault: Vault, caller: Caller, network_id: UUID, url: str, ticket: str) -> Proof:
    """What a ticket stands for. It is used up by this."""
    found = await TicketStore(tx, caller.account_id).require(
        hash_of(ticket), caller.actor_id, network_id, url
    )
    proof = await proof_of_ticket(tx, vault, found)
    await use_up(tx, vault, found)
    return proof


async def _new(tx: Tx, vault: Vault, caller: Caller, entry: Entry, proof: Proof) -> Registered:
    registered = await register(tx, vault, caller, entry, proof)
    if not registered.made_node:
        raise errors.AlreadyDone(ALREADY, resource_id=str(registered.system.id))
    return registered


async def rename_system(
    tx: Tx, caller: Caller, system_id: UUID, *, seen: int | None, name: str | None
) -> SeenSystem:
    """In each of the networks that the caller may enter."""
    there = await SystemStore(tx, caller).get(system_id, for_change=True)
    for node in there.nodes:
        caller.change(node.network_id)
    require_version(seen, there.version)
    version = there.version + 1
    for node in there.nodes:
        before = {"name": node.name}
        node.rename(node.name if name is None else name, version)
        await _record(tx, caller, "system.changed", node, before, {"name": node.name})
    return there


@dataclass(frozen=True, slots=True)
class Removal:
    """Of a system: from one network, or from all that the caller may enter. A connection that is going does not count."""

    system_id: UUID
    network_id: UUID | None = None
    connection_id: UUID | None = None


async def remove_system(tx: Tx, own: Own, caller: Caller, removal: Removal) -> None:
    """With its credentials there. All of it or nothing."""
    store = SystemStore(tx, caller)
    there = await store.get(removal.system_id, for_change=True)
    going = [it for it in there.nodes if removal.network_id in (None, it.network_id)]
    if not going:
        raise errors.NotFound("There is no such system")
    for node in going:
        caller.change(node.network_id)
        if count := await store.users(node, removal.connection_id):
            raise errors.InUse(USED.format(count=count))
    for node in going:
        await CredentialStore(tx, node.account_id, own.vault, NODE, node.id).forget()
        before = {"name": node.name, "url": there.system.url, "scheme": node.scheme}
        await _record(tx, caller, "system.removed", node, before, None)
        await store.remove(node)


Facts = dict[str, str]


async def _record(
    tx: Tx, caller: Caller, action: str, node: Node, before: Facts | None, after: Facts | None
) -> None:
    await record(
        tx,
        caller,
        action,
        noun="system",
        noun_id=node.system_id,
        network_id=node.network_id,
        before=before,
        after=after,
    )
