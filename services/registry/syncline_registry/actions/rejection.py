"""The word that a node's credential was turned away."""

from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.events.registry import CredentialRejected
from syncline_common.schemas.caller import Caller
from syncline_registry.store.node_store import NodeStore


async def reject_credential(tx: Tx, caller: Caller, node_id: UUID, *, used_version: int, code: str) -> None:
    """A worker was turned away. Told once; of a credential that was replaced meanwhile, not at all."""
    node = await NodeStore(tx, caller.account_id).get(node_id, for_change=True)
    if not node.reject(used_version, code, await tx.now()):
        return
    rejected = CredentialRejected(
        account_id=node.account_id,
        network_id=node.network_id,
        system_id=node.system_id,
        node_id=node.id,
        credential_version=used_version,
        code=code,
    )
    await tx.publish(rejected)
    it, where, after = node.system_id, node.network_id, {"code": code, "version": used_version}
    await record(tx, caller, "credential.rejected", noun="system", noun_id=it, network_id=where, after=after)
