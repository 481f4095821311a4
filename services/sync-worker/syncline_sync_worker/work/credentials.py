"""Where a worker gets what lets it act in a system: asked of the registry, never kept on a disk."""

from dataclasses import dataclass
from typing import Protocol

from syncline_common.schemas.connector import NodeRef
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.oauth import Tokens
from syncline_common.sdk.ports import NOT_CHECKED, Found


@dataclass(frozen=True, slots=True)
class NodeCredential:
    """A node's system, and the newest version of its credential."""

    kind: str
    url: str  # canonical
    credential: Credential
    version: int
    found: Found = NOT_CHECKED


class Credentials(Protocol):
    """Each raises Unavailable if there is no asking, CredentialRejected if there is no such node any more."""

    async def of(self, node: NodeRef) -> NodeCredential: ...

    async def lend(self, node: NodeRef, version: int, refused: str | None) -> Tokens:
        """For schemes with tokens: one that is good, another than `refused`. The registry alone renews them."""

    async def rejected(self, node: NodeRef, version: int, code: str) -> None:
        """A system turned us away with this version: whoever set it is told."""
