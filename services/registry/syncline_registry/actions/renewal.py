"""A node's credential: another one, and the word that the one in use was turned away."""

from dataclasses import dataclass
from uuid import UUID

from syncline_common import errors
from syncline_common.audit.log import record
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database, ReadTx, Tx
from syncline_common.events.registry import CredentialRenewed
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.versions import require_version
from syncline_registry.actions.addresses import Named
from syncline_registry.actions.checks import Auth, check_given, require_network
from syncline_registry.actions.proofs import Proof, dated
from syncline_registry.actions.systems import NEEDED, proven, redeem
from syncline_registry.domain.system import Node
from syncline_registry.own import Own
from syncline_registry.store.credential_store import NODE, CredentialStore, given_of
from syncline_registry.store.system_store import NOT_THERE, SeenSystem, SystemStore


@dataclass(frozen=True, slots=True)
class NodeOf:
    """Of a system in a network; `seen` is the version that the editor saw."""

    system_id: UUID
    network_id: UUID
    seen: int | None = None


async def check_renewal(
    db: Database, own: Own, caller: Caller, at: NodeOf, auth: Auth | None
) -> Proof | None:
    """The part in which the system is asked."""
    await require_network(db, caller, at.network_id)
    async with db.read() as tx:
        system = (await _there(tx, caller, at)).system
    if auth is None:
        return None
    named = Named(at.network_id, system.url, None if _speaks_for_itself(system.kind) else system.kind)
    return proven(await check_given(own, caller, named, auth))


def _speaks_for_itself(kind: str) -> bool:
    return not MANIFESTS[kind].any_host


async def renew_credential(
    tx: Tx, own: Own, caller: Caller, at: NodeOf, proof: Proof | str | None
) -> SeenSystem:
    there = await _there(tx, caller, at, for_change=True)
    require_version(at.seen, there.version)
    if isinstance(proof, str):
        proof = await redeem(tx, own.vault, caller, at.network_id, there.system.url, proof)
    elif proof is None:
        raise errors.Invalid(NEEDED, errors.FieldFault("/auth", NEEDED))
    else:
        proof = dated(proof, await tx.now())
    node = there.node_in(at.network_id)
    assert node is not None
    await _renew(tx, own, node, proof)
    await _announce(tx, caller, node)
    return there


async def _there(tx: ReadTx, caller: Caller, at: NodeOf, *, for_change: bool = False) -> SeenSystem:
    there = await SystemStore(tx, caller).get(at.system_id, for_change=for_change)
    if there.node_in(at.network_id) is None:
        raise errors.NotFound(NOT_THERE)
    return there


async def _renew(tx: Tx, own: Own, node: Node, proof: Proof) -> None:
    manifest = MANIFESTS[proof.kind]
    node.renew(proof.credential.scheme, given_of(manifest, proof.credential))
    if proof.checked_at is not None:
        node.learn(proof.survey, proof.checked_at)
    kept = CredentialStore(tx, node.account_id, own.vault, NODE, node.id)
    await kept.put(manifest, proof.credential, proof.tokens)


async def _announce(tx: Tx, caller: Caller, node: Node) -> None:
    renewed = CredentialRenewed(
        account_id=node.account_id,
        network_id=node.network_id,
        system_id=node.system_id,
        node_id=node.id,
        credential_version=node.credential_version,
    )
    await tx.publish(renewed)
    facts = {"scheme": node.scheme, "version": node.credential_version}
    await _record(tx, caller, "credential.renewed", node, facts)


async def _record(tx: Tx, caller: Caller, action: str, node: Node, after: dict[str, object]) -> None:
    it, where = node.system_id, node.network_id
    await record(tx, caller, action, noun="system", noun_id=it, network_id=where, after=after)
