"""A real broker for one process: it delivers into the subscribers' inboxes before `send` returns."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from syncline_common.bus.transport import Consumer, Message
from syncline_common.errors import Unavailable


class MemoryTransport:
    """It stores nothing, so nothing can be lost in it: what was not received stays in the outbox."""

    def __init__(self) -> None:
        self._keys: dict[str, frozenset[str]] = {}
        self._consumers: dict[str, Consumer] = {}

    async def declare(self, consumer: str, routing_keys: frozenset[str]) -> None:
        self._keys[consumer] = routing_keys

    async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        for name, keys in self._keys.items():
            wanted = [message for message in messages if message.routing_key in keys]
            if wanted:
                await self._consumer(name).receive(wanted)
        return messages

    @asynccontextmanager
    async def subscribe(self, consumer: Consumer) -> AsyncIterator["MemorySubscription"]:
        self._keys.setdefault(consumer.name, consumer.routing_keys)
        self._consumers[consumer.name] = consumer
        try:
            yield MemorySubscription()
        finally:
            del self._consumers[consumer.name]

    async def ping(self) -> None:
        """As alive as we are."""

    def _consumer(self, name: str) -> Consumer:
        if name not in self._consumers:
            raise Unavailable(f"{name} is not listening yet")
        return self._consumers[name]


class MemorySubscription:
    def __init__(self) -> None:
        self.bell = asyncio.Event()

    async def keep(self) -> int:
        return 0
