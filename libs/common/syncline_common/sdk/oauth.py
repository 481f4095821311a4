"""OAuth 2.0: tokens that expire, renewed once for everybody, and kept before they are used."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from syncline_common import errors
from syncline_common.clock import Clock
from syncline_common.redaction import REDACTOR
from syncline_common.sdk.answers import Answer
from syncline_common.sdk.auth import bearer

EARLY = timedelta(
    seconds=60
)  # before its end, so that no request carries it past that; at most half its life
LONGEST = 365 * 86_400
UNSAID = timedelta(minutes=10)  # the life of a token whose vendor does not say


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str = field(repr=False)
    good_until: datetime
    refresh: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for secret in (self.access, self.refresh):
            REDACTOR.learn(secret or "")


class TokenKeeper(Protocol):
    """Where tokens are kept, for all processes."""

    def lock(self) -> AbstractAsyncContextManager[None]:
        """One holder at a time over all processes: a refresh token may be good for one use only."""

    async def load(self) -> Tokens | None: ...

    async def save(self, tokens: Tokens) -> None:
        """Returns when they are committed."""


@dataclass(frozen=True, slots=True)
class Client:
    """As it is registered with the vendor."""

    token_url: str
    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        REDACTOR.learn(self.secret)


@dataclass(frozen=True, slots=True)
class Grant:
    """What is sent for a first token. Without one only the refresh token counts, and a person has to sign in again."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def client_credentials(cls, scope: str = "") -> "Grant":
        return cls({"grant_type": "client_credentials"} | ({"scope": scope} if scope else {}))

    @classmethod
    def password(cls, username: str, password: str) -> "Grant":
        REDACTOR.learn(password)
        return cls({"grant_type": "password", "username": username, "password": password})


class Sender(Protocol):
    """A gateway without a credential of its own."""

    async def send(
        self, method: str, path: str, *, content: bytes, headers: Mapping[str, str], repeatable: bool
    ) -> Answer: ...


class OAuth:
    def __init__(
        self, client: Client, grant: Grant, keeper: TokenKeeper, sender: Sender, clock: Clock
    ) -> None:
        self._endpoint, self._grant, self._keeper = TokenEndpoint(client, sender, clock), grant, keeper
        self._clock = clock
        self._tokens: Tokens | None = None
        self._turn = asyncio.Lock()  # so that of this process only one waits for the keeper's lock

    async def headers(self) -> Mapping[str, str]:
        tokens = self._tokens
        if tokens is None or not self._is_fresh(tokens):
            tokens = await self._renewed(None)
        return await bearer(tokens.access).headers()

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """The vendor may end a token early. True unless it is the newest again that was refused."""
        used = refused.get("Authorization", "").removeprefix("Bearer ")
        return (await self._renewed(used)).access != used

    async def _renewed(self, refused: str | None) -> Tokens:
        async with self._turn:
            kept = self._tokens
            if kept is None or not self._is_fresh(kept) or kept.access == refused:
                self._tokens = kept = await self._agreed(refused)
            return kept

    async def _agreed(self, refused: str | None) -> Tokens:
        """With the other processes: one of them may have renewed it in the meantime."""
        async with self._keeper.lock():
            kept = await self._keeper.load()
            if kept is not None and self._is_fresh(kept) and kept.access != refused:
                return kept
            tokens = await self._asked(kept)
            await self._keeper.save(tokens)
            return tokens

    async def _asked(self, kept: Tokens | None) -> Tokens:
        if kept is not None and kept.refresh is not None:
            try:
                return await self._endpoint.refresh(kept.refresh)
            except errors.CredentialRejected:
                if not self._grant.fields:
                    raise
        if not self._grant.fields:
            raise errors.CredentialRejected("The system has to be signed in to again")
        return await self._endpoint.ask(self._grant.fields, repeatable=True)

    def _is_fresh(self, tokens: Tokens) -> bool:
        return self._clock.now() < tokens.good_until


class TokenEndpoint:
    """What goes wrong here is never the record's fault, nor does it leave anything unknown about a record."""

    def __init__(self, client: Client, sender: Sender, clock: Clock) -> None:
        self._client, self._sender, self._clock = client, sender, clock

    async def refresh(self, token: str) -> Tokens:
        """Not repeated: the first try may have used it up."""
        tokens = await self.ask({"grant_type": "refresh_token", "refresh_token": token}, repeatable=False)
        return tokens if tokens.refresh else Tokens(tokens.access, tokens.good_until, token)

    async def ask(self, fields: Mapping[str, str], *, repeatable: bool) -> Tokens:
        form = {**fields, "client_id": self._client.id, "client_secret": self._client.secret}
        content = urlencode({name: value for name, value in form.items() if value}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            answer = await self._sender.send(
                "POST", self._client.token_url, content=content, headers=headers, repeatable=repeatable
            )
            return self._tokens(answer.json())
        except errors.RecordFault as error:
            raise errors.CredentialRejected("The system gives us no token", detail=error.detail) from None
        except errors.UnknownOutcome as error:
            raise errors.Unavailable("The system did not answer", detail=error.detail) from None

    def _tokens(self, body: Any) -> Tokens:
        match body:
            case {"access_token": str(access)} if access:
                life = _seconds(body.get("expires_in"))
                refresh = body.get("refresh_token")
                good_until = self._clock.now() + life - min(EARLY, life / 2)
                return Tokens(access, good_until, refresh if isinstance(refresh, str) else None)
        raise errors.CredentialRejected("The system gives us no token")


def _seconds(said: Any) -> timedelta:
    try:
        return timedelta(seconds=min(max(int(said), 0), LONGEST))
    except (TypeError, ValueError, OverflowError):
        return UNSAID
