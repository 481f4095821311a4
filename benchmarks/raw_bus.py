"""The floor under our bus: bare aio-pika over the same topology, messages of the same size, nothing kept anywhere."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from benchmarks.places import RABBIT, own_namespace
from benchmarks.post import SIZE
from syncline_common.bus.rabbit.topology import Topology

KEY = "source.thing.measured.v1"
AT_ONCE, PREFETCH, ACK_EVERY = 200, 500, 50


class RawBus:
    """Publishes with confirms on one channel, consumes on another connection, acknowledges many at once."""

    def __init__(self, exchange: AbstractExchange) -> None:
        self._exchange, self._expected, self._unacknowledged = exchange, 0, 0
        self._done = asyncio.Event()
        self.at: dict[int, float] = {}

    async def received(self, incoming: AbstractIncomingMessage) -> None:
        self.at[int(incoming.message_id or 0)] = time.monotonic()
        self._unacknowledged += 1
        is_last = len(self.at) == self._expected
        if is_last or self._unacknowledged == ACK_EVERY:
            self._unacknowledged = 0
            await incoming.ack(multiple=True)
        if is_last:
            self._done.set()

    async def publish(self, number: int) -> None:
        message = aio_pika.Message(
            b"x" * SIZE, message_id=str(number), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
        )
        await self._exchange.publish(message, KEY, mandatory=True)

    def expect(self, how_many: int) -> None:
        self.at, self._expected = {}, how_many
        self._done.clear()

    async def all_received(self) -> None:
        async with asyncio.timeout(120):
            await self._done.wait()

    async def per_second(self, how_many: int) -> float:
        self.expect(how_many)
        started = time.monotonic()
        for first in range(0, how_many, AT_ONCE):
            group = range(first, min(first + AT_ONCE, how_many))
            await asyncio.gather(*(self.publish(number) for number in group))
        await self.all_received()
        return how_many / (time.monotonic() - started)


@asynccontextmanager
async def raw_bus() -> AsyncIterator[RawBus]:
    async with AsyncExitStack() as stack:
        topology = Topology(await stack.enter_async_context(own_namespace(["raw"])))
        sending = await stack.enter_async_context(await aio_pika.connect(RABBIT))
        receiving = await stack.enter_async_context(await aio_pika.connect(RABBIT))
        incoming = await receiving.channel()
        queue = await topology.declare(incoming, "raw", frozenset({KEY}))
        await incoming.set_qos(PREFETCH)
        outgoing = await sending.channel(publisher_confirms=True, on_return_raises=True)
        bus = RawBus(await outgoing.get_exchange(topology.exchange))
        await queue.consume(bus.received)
        yield bus
