"""What our own services do with Nodes: open them, and act by their credential."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from syncline_common.access.hook_tokens import HookOwner
from syncline_common.audit.log import record
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.connectors.opening import Opened
from syncline_common.db.tx import Database, ReadTx, Tx
from syncline_common.errors import CredentialRejected, NotFound
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.connector import NodeRef
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.oauth import Tokens
from syncline_common.sdk.ports import Found
from syncline_common.sdk.schemes import OAuth2
from syncline_registry.domain.system import Node, System
from syncline_registry.own import Own
from syncline_registry.probing.prober import asked
from syncline_registry.probing.token_keeper import NodeTokens
from syncline_registry.store.credential_store import NODE, CredentialStore
from syncline_registry.store.node_store import NodeStore

SERVICE = UUID(int=0)  # no person of any account
NO_TOKENS = "This credential has no tokens to renew"
RENEWED_JUST_NOW = timedelta(seconds=30)


def as_service(account_id: UUID, name: str) -> Caller:
    """One of our own services, for an account."""
    return Caller(account_id, SERVICE, "administrator", kind="service", name=name)


@dataclass(frozen=True, slots=True)
class Open:
    """A node with its system and its credential, as they were at one moment."""

    node: Node
    system: System
    credential: Credential = field(repr=False)
    tokens: Tokens | None = field(default=None, repr=False)

    @property
    def hook_owner(self) -> HookOwner:
        return HookOwner(self.system.kind, NodeRef(self.node.account_id, self.node.id))

    @property
    def renews_tokens(self) -> bool:
        forms = {it.scheme: it.signing for it in MANIFESTS[self.system.kind].auth}
        return isinstance(forms.get(self.node.scheme), OAuth2)


async def open_node(tx: ReadTx, own: Own, account_id: UUID, node_id: UUID) -> Open:
    store = NodeStore(tx, account_id)
    node = await store.get(node_id)
    kept = CredentialStore(tx, account_id, own.vault, NODE, node.id)
    credential = await kept.open(node.scheme, node.given)
    return Open(node, await store.system_of(node), credential, await kept.tokens())


def opened(db: Database, own: Own, it: Open) -> Opened:
    """Its system, to be asked. Tokens are those of all processes."""
    node, system = it.node, it.system
    keeper = NodeTokens(db, own.vault, node.account_id, node.id, node.credential_version, own.sleep)
    return own.prober.open(
        node.account_id,
        system.kind,
        system.url,
        it.credential,
        found=Found.from_json(node.found),
        keeper=keeper,
    )


async def lend_credential(tx: Tx, own: Own, account_id: UUID, node_id: UUID, purpose: str) -> Open:
    """To a worker. Audited, with what it is for; of tokens the worker gets the one that is good, and no more."""
    it = await open_node(tx, own, account_id, node_id)
    who, after = as_service(account_id, purpose), {"purpose": purpose, "version": it.node.credential_version}
    await record(
        tx,
        who,
        "node.opened",
        noun="system",
        noun_id=it.system.id,
        network_id=it.node.network_id,
        after=after,
    )
    return it


async def renew_tokens(
    db: Database, own: Own, account_id: UUID, node_id: UUID, *, used_version: int
) -> Tokens:
    """Of those who ask at once, one asks the vendor. Who comes with an older credential gets the tokens of the newer."""
    async with db.read() as tx:
        it = await open_node(tx, own, account_id, node_id)
        fresh = await _renewed_just_now(tx, own, it)
    if not it.renews_tokens:
        raise NotFound(NO_TOKENS)
    if fresh and it.tokens is not None:
        return it.tokens
    node, system = it.node, it.system
    keeper = NodeTokens(db, own.vault, account_id, node_id, node.credential_version, own.sleep)
    auth = own.prober.auth(account_id, system.kind, system.url, it.credential, keeper)
    if it.tokens is None or used_version != node.credential_version:
        await asked(auth.headers())
    else:
        await asked(auth.renew({"Authorization": f"Bearer {it.tokens.access}"}))
    found = await keeper.load()
    if found is None:
        raise CredentialRejected("The credential was replaced meanwhile; ask again")
    return found


async def _renewed_just_now(tx: ReadTx, own: Own, it: Open) -> bool:
    """Then others, who were refused with the same token as the one who renewed it, need no other."""
    kept = CredentialStore(tx, it.node.account_id, own.vault, NODE, it.node.id)
    at = await kept.tokens_kept_at()
    return at is not None and await tx.now() - at < RENEWED_JUST_NOW
