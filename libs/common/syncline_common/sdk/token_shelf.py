"""Tokens for as long as a process lives: of a check, and of schemes that can ask for new ones at any time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from syncline_common.sdk.auth import bearer
from syncline_common.sdk.oauth import Tokens


class TokenShelf:
    """A `TokenKeeper`. Whoever checks a system reads afterwards what there is to keep for good."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        async with self._turn:
            yield

    async def load(self) -> Tokens | None:
        return self.tokens

    async def save(self, tokens: Tokens) -> None:
        self.tokens = tokens


class Lender(Protocol):
    """Whoever holds the credential, and hands out no more of it than an access token."""

    async def lend(self, refused: str | None) -> Tokens:
        """One that is good; another one than `refused`, if there is any. CredentialRejected if there can't be."""

    def is_fresh(self, tokens: Tokens) -> bool: ...


class Lent:
    """An `Auth` with tokens of another process: this one never sees what renews them."""

    def __init__(self, lender: Lender, tokens: Tokens | None = None) -> None:
        self._lender, self._tokens = lender, tokens
        self._turn = asyncio.Lock()

    async def headers(self) -> Mapping[str, str]:
        tokens = self._tokens
        if tokens is None or not self._lender.is_fresh(tokens):
            tokens = await self._other_than(None)
        return await bearer(tokens.access).headers()

    async def renew(self, refused: Mapping[str, str]) -> bool:
        used = refused.get("Authorization", "").removeprefix("Bearer ")
        return (await self._other_than(used)).access != used

    async def _other_than(self, refused: str | None) -> Tokens:
        """One asks for all who wait."""
        async with self._turn:
            held = self._tokens
            if held is None or held.access == refused or not self._lender.is_fresh(held):
                self._tokens = held = await self._lender.lend(refused)
            return held
