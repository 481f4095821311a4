"""A node's credential as a worker holds it: when it is refused, a newer one is looked for."""

import asyncio
from collections.abc import Callable, Mapping

from syncline_common.clock import Clock
from syncline_common.connectors.catalogue import manifest_of
from syncline_common.errors import CredentialRejected
from syncline_common.schemas.connector import NodeRef
from syncline_common.sdk.auth import Auth, Secret, basic
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.manifest import AuthScheme
from syncline_common.sdk.oauth import Tokens
from syncline_common.sdk.schemes import Basic, Header, OAuth2
from syncline_common.sdk.token_shelf import Lent
from syncline_sync_worker.work.credentials import Credentials, NodeCredential


class NodeAuth:
    """An `Auth`. A person's new credential is used at the first refusal of the old one; nobody has to be stopped for it."""

    def __init__(self, node: NodeRef, first: NodeCredential, credentials: Credentials, clock: Clock) -> None:
        self._node, self._credentials, self._clock = node, credentials, clock
        self._held, self._auth = first, self._auth_of(first)
        self._turn = asyncio.Lock()

    @property
    def version(self) -> int:
        return self._held.version

    async def headers(self) -> Mapping[str, str]:
        return await self._auth.headers()

    async def renew(self, refused: Mapping[str, str]) -> bool:
        async with self._turn:
            if await self._auth.headers() != refused or await self._auth.renew(refused):
                return True
            newest = await self._credentials.of(self._node)
            if newest.version == self._held.version:
                return False
            self._held, self._auth = newest, self._auth_of(newest)
            return True

    def _auth_of(self, held: NodeCredential) -> Auth:
        lender = _Lender(self._credentials, self._node, held.version, self._clock)
        return _signed(_scheme(held), held.credential, lambda: Lent(lender))


class _Lender:
    def __init__(self, credentials: Credentials, node: NodeRef, version: int, clock: Clock) -> None:
        self._credentials, self._node, self._version, self._clock = credentials, node, version, clock

    async def lend(self, refused: str | None) -> Tokens:
        return await self._credentials.lend(self._node, self._version, refused)

    def is_fresh(self, tokens: Tokens) -> bool:
        return self._clock.now() < tokens.good_until


def _scheme(held: NodeCredential) -> AuthScheme:
    found = (it for it in manifest_of(held.kind).auth if it.scheme == held.credential.scheme)
    scheme = next(found, None)
    if scheme is None:
        raise CredentialRejected("The system can't be signed in to this way any more")
    return scheme


def _signed(scheme: AuthScheme, credential: Credential, tokens: Callable[[], Auth]) -> Auth:
    match scheme.signing:
        case Basic(username, password):
            return basic(credential.filled(username), credential.filled(password))
        case Header(name, value):
            return Secret(name, credential.filled(value))
        case OAuth2():
            return tokens()
    raise CredentialRejected("The system can't be signed in to this way yet")
