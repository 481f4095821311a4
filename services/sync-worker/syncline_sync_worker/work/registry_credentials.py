"""Credentials, as the registry lends them to a worker."""

from syncline_common.clients.nodes import NodeClient
from syncline_common.errors import CredentialRejected, NotFound
from syncline_common.schemas.connector import NodeRef
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.oauth import Tokens
from syncline_common.sdk.ports import NOT_CHECKED, Found
from syncline_sync_worker.work.credentials import NodeCredential

PURPOSE = "sync"
GONE = "This system is not part of the network any more"


class RegistryCredentials:
    """`Credentials`."""

    def __init__(self, nodes: NodeClient) -> None:
        self._nodes = nodes

    async def of(self, node: NodeRef) -> NodeCredential:
        try:
            facts = await self._nodes.credential(node.account_id, node.id, PURPOSE)
        except NotFound:
            raise CredentialRejected(GONE) from None
        found = NOT_CHECKED if facts.found is None else Found.from_json(facts.found)
        credential = Credential(facts.scheme, facts.auth)
        return NodeCredential(facts.kind, facts.url, credential, facts.version, found)

    async def lend(self, node: NodeRef, version: int, refused: str | None) -> Tokens:
        """One that was refused makes the registry renew; else what it holds will do."""
        if refused is None:
            facts = await self._nodes.credential(node.account_id, node.id, PURPOSE)
            if facts.tokens is not None:
                return Tokens(facts.tokens.access.get_secret_value(), facts.tokens.good_until)
        renewed = await self._nodes.tokens(node.account_id, node.id, version)
        return Tokens(renewed.access.get_secret_value(), renewed.good_until)

    async def rejected(self, node: NodeRef, version: int, code: str) -> None:
        try:
            await self._nodes.rejected(node.account_id, node.id, version, code)
        except NotFound:
            raise CredentialRejected(GONE) from None
