"""What the bus needs from a broker. `memory` and `rabbit` keep the same contract test."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    routing_key: str
    body: bytes


Receive = Callable[
    [Sequence[Message]], Awaitable[None]
]  # stores them; returning acknowledges, raising does not
Since = Callable[[], Awaitable[datetime | None]]  # when the newest stored message came; None: none is stored


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who listens to what, and what to do with it."""

    name: str
    routing_keys: frozenset[str]
    receive: Receive
    since: Since


class Subscription(Protocol):
    """A consumer's place on the bus."""

    bell: asyncio.Event  # set when it needs `keep` at once

    async def keep(self) -> int:
        """Make sure that messages still arrive; if they did not, mend it and fetch what was missed. 1: it was mended."""


class Transport(Protocol):
    async def declare(self, consumer: str, routing_keys: frozenset[str]) -> None:
        """Make room for `consumer`'s messages. Runs before anybody publishes."""

    async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Those of which every consumer's copy is safe, in order; the caller keeps the others. Raise if none is."""

    def subscribe(self, consumer: Consumer) -> AbstractAsyncContextManager[Subscription]:
        """While entered and kept, `receive` is called at least once per message, in the order of sending."""

    async def ping(self) -> None:
        """Raise if the broker can't be reached."""
