"""Passwords: argon2id, in threads, a few at a time, and as slow for unknown people as for known ones."""

import asyncio
from collections.abc import Sequence
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2  # each takes 19 MiB and a core
ALWAYS = 2  # hashes compared, however many people have the e-mail


class HasPassword(Protocol):
    password_hash: str | None


P = TypeVar("P", bound=HasPassword)


class Passwords:
    def __init__(self, *, time_cost: int = 2, memory_kib: int = 19_456) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._nobodys = self._hasher.hash("nobody has this password")
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def first_match(self, people: Sequence[P], password: str) -> P | None:
        """All are compared, so that the time tells nothing about who matched."""
        hashes = [person.password_hash or self._nobodys for person in people]
        padding = [self._nobodys] * max(0, ALWAYS - len(hashes))
        async with self._turn:
            results = await asyncio.to_thread(self._compare, [*hashes, *padding], password)
        return next((person for person, ok in zip(people, results, strict=False) if ok), None)

    def _compare(self, hashes: Sequence[str], password: str) -> list[bool]:
        return [self._is(hash, password) for hash in hashes]

    def _is(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, password)
        except (VerificationError, InvalidHashError):
            return False
