"""The tests every transport passes. Subclass, provide `bus`, and you are done."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from uuid import UUID

import pytest

from syncline_common.bus.transport import Consumer, Message, Receive, Subscription, Transport
from syncline_common.ids import new_id


def a_message(name: str, body: bytes = b"{}") -> Message:
    return Message(new_id(), f"{name}.thing.done.v1", body)


async def never() -> datetime | None:
    return None


@asynccontextmanager
async def listening(bus: Transport, name: str, receive: Receive, *keys: str) -> AsyncIterator[Subscription]:
    consumer = Consumer(name, frozenset(keys or {f"{name}.thing.done.v1"}), receive, never)
    async with bus.subscribe(consumer) as subscription:
        await subscription.keep()
        yield subscription


async def until(met: Callable[[], object], *, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 (what is awaited is anything)
            await asyncio.sleep(0.01)


async def send_as_the_relay_does(bus: Transport, subscription: Subscription, message: Message) -> None:
    """A send that fails leaves the row in the outbox; the relay comes back to it, and the consumer is kept."""
    for _ in range(5):
        with suppress(Exception):
            await bus.send([message])
            return
        await subscription.keep()


class Got:
    """A receiver that remembers, and fails as often as it is told."""

    def __init__(self, fail: int = 0) -> None:
        self.messages: list[Message] = []
        self.tries = 0
        self._fail = fail

    async def __call__(self, messages: Sequence[Message]) -> None:
        self.tries += 1
        if self.tries <= self._fail:
            raise ConnectionError("the consumer's database is away")
        self.messages += messages

    @property
    def ids(self) -> list[UUID]:
        return [message.id for message in self.messages]


class TransportContract:
    @pytest.fixture
    def name(self) -> str:
        return f"test-{new_id().hex}"

    async def test_each_consumer_gets_its_own_copy(self, bus: Transport, name: str) -> None:
        message, x, y = a_message(name), Got(), Got()
        for consumer in ("x", "y"):
            await bus.declare(f"{name}-{consumer}", frozenset({message.routing_key}))
        async with (
            listening(bus, f"{name}-x", x, message.routing_key),
            listening(bus, f"{name}-y", y, message.routing_key),
        ):
            await bus.send([message])
            await until(lambda: x.messages and y.messages)
        assert x.messages == y.messages == [message]

    async def test_what_was_not_stored_is_delivered_again(self, bus: Transport, name: str) -> None:
        message, got = a_message(name), Got(fail=2)
        await bus.declare(name, frozenset({message.routing_key}))
        async with listening(bus, name, got) as subscription:
            await send_as_the_relay_does(bus, subscription, message)
            async with asyncio.timeout(15):
                while not got.messages:
                    await subscription.keep()
                    await asyncio.sleep(0.02)
        assert set(got.ids) == {message.id} and got.tries == 3

    async def test_nothing_is_lost_while_nobody_listens(self, bus: Transport, name: str) -> None:
        message, got = a_message(name), Got()
        await bus.declare(name, frozenset({message.routing_key}))
        kept = True
        try:
            await bus.send([message])
        except Exception:
            kept = False
        async with listening(bus, name, got) as subscription:
            if not kept:
                await send_as_the_relay_does(bus, subscription, message)
            await until(lambda: got.messages)
        assert got.messages == [message]

    async def test_an_event_nobody_wants_is_no_failure(self, bus: Transport, name: str) -> None:
        message = a_message(name)
        await bus.declare(name, frozenset({"something.else.happened.v1"}))
        async with listening(bus, name, Got(), "something.else.happened.v1"):
            assert await bus.send([message]) == [message]

    async def test_messages_arrive_in_the_order_of_sending(self, bus: Transport, name: str) -> None:
        messages, got = [a_message(name) for _ in range(1000)], Got()
        await bus.declare(name, frozenset({messages[0].routing_key}))
        async with listening(bus, name, got):
            for start in range(0, len(messages), 200):
                batch = messages[start : start + 200]
                assert await bus.send(batch) == batch
            await until(lambda: len(got.messages) >= len(messages))
        assert got.messages == messages

    async def test_keeping_what_works_changes_nothing(self, bus: Transport, name: str) -> None:
        message, got = a_message(name), Got()
        await bus.declare(name, frozenset({message.routing_key}))
        async with listening(bus, name, got) as subscription:
            for _ in range(3):
                await subscription.keep()
            await bus.send([message])
            await until(lambda: got.messages)
        assert got.messages == [message]
