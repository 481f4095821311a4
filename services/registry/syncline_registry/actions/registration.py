"""A system becomes part of a network: at most one system per URL, at most one node per network, whoever else tries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Tx
from syncline_common.errors import FieldFault, Invalid
from syncline_common.events.registry import SystemRegistered
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_registry.actions.proofs import Proof
from syncline_registry.domain.system import Node, System, default_name
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.credential_store import NODE, CredentialStore, given_of
from syncline_registry.store.network_store import NetworkStore
from syncline_registry.store.system_store import SystemStore

OTHER_KIND = "A system of another kind is registered at this address"


@dataclass(frozen=True, slots=True)
class Registered:
    """What was made just now, or earlier by the same request."""

    system: System
    node: Node
    made_system: bool
    made_node: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """Where it goes, and under which name. `key` tells a repetition of one request from another one."""

    network_id: UUID
    name: str | None = None
    key: str | None = None


async def register(tx: Tx, vault: Vault, caller: Caller, entry: Entry, proof: Proof) -> Registered:
    """A node that is there already stays as it is, with its credential."""
    await NetworkStore(tx, caller).get(entry.network_id, for_change=True)
    caller.change(entry.network_id)
    store, now = SystemStore(tx, caller), await tx.now()
    mine = System(new_id(), caller.account_id, proof.kind, proof.url, now, entry.key)
    system, new = await store.claim(mine)
    if system.kind != proof.kind:
        raise Invalid(OTHER_KIND, FieldFault("/kind", OTHER_KIND))
    node = await store.node_of(system.id, entry.network_id)
    if node is not None:
        return Registered(system, node, _same(entry, system.key), _same(entry, node.key))
    node = _new_node(entry, system, proof, now)
    await store.add(node)
    kept = CredentialStore(tx, caller.account_id, vault, NODE, node.id)
    await kept.put(MANIFESTS[system.kind], proof.credential, proof.tokens)
    await _announce(tx, caller, system, node)
    return Registered(system, node, new, made_node=True)


def _same(entry: Entry, key: str | None) -> bool:
    return entry.key is not None and entry.key == key


def _new_node(entry: Entry, system: System, proof: Proof, now: datetime) -> Node:
    node = Node(
        id=new_id(),
        account_id=system.account_id,
        system_id=system.id,
        network_id=entry.network_id,
        name=entry.name or default_name(system.url),
        scheme=proof.credential.scheme,
        given=given_of(MANIFESTS[system.kind], proof.credential),
        created_at=now,
        key=entry.key,
    )
    if proof.checked_at is not None:
        node.learn(proof.survey, proof.checked_at)
    return node


async def _announce(tx: Tx, caller: Caller, system: System, node: Node) -> None:
    await tx.publish(
        SystemRegistered(
            account_id=caller.account_id,
            network_id=node.network_id,
            system_id=system.id,
            node_id=node.id,
            kind=system.kind,
        )
    )
    facts = {"kind": system.kind, "url": system.url, "name": node.name, "scheme": node.scheme}
    await record(
        tx,
        caller,
        "system.registered",
        noun="system",
        noun_id=system.id,
        network_id=node.network_id,
        after=facts,
    )
