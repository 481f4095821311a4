"""The addresses and secrets of our webhooks: they follow from the installation's key, so that nobody has to store them."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from uuid import UUID

from syncline_common.errors import NotFound
from syncline_common.redaction import REDACTOR
from syncline_common.schemas.connector import NodeRef

PROOF = 16  # bytes


@dataclass(frozen=True, slots=True)
class HookOwner:
    """Whose webhook it is: a node's, of a system of this kind."""

    kind: str
    node: NodeRef


class HookTokens:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, owner: HookOwner) -> str:
        """The last part of its address: it can't be made without the key, and nothing else is learnt from it."""
        told = owner.node.account_id.bytes + owner.node.id.bytes + owner.kind.encode()
        return urlsafe_b64encode(told + self._proof(told)).decode().rstrip("=")

    def secret(self, owner: HookOwner) -> str:
        """What the system proves itself by."""
        told = owner.node.account_id.bytes + owner.node.id.bytes
        secret = hmac.digest(self._key, b"secret " + told, "sha256").hex()[:48]
        REDACTOR.learn(secret)
        return secret

    def owner(self, token: str) -> HookOwner:
        """NotFound if it is not one of ours, whatever is wrong with it."""
        try:
            told = urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-PROOF]
            node = NodeRef(UUID(bytes=told[:16]), UUID(bytes=told[16:32]))
            owner = HookOwner(told[32:].decode("ascii"), node)
            # The whole text, not only the proof in it: Base64 has several texts for the same bytes.
            if not hmac.compare_digest(self.token(owner).encode(), token.encode()):
                raise ValueError
            return owner
        except (ValueError, Error):
            raise NotFound("There is no such webhook") from None

    def _proof(self, told: bytes) -> bytes:
        return hmac.digest(self._key, b"token " + told, "sha256")[:PROOF]
