"""A consumer's place at RabbitMQ, and the care it needs.

`keep` is called every few seconds. It proves that the queue is there and that it delivers, by a canary sent into it.
A queue that was deleted, or a consumer that the broker has forgotten, is rebuilt, and what it missed is fetched from
the log. A queue that stays silent even so is deleted first: a broker that crashed can bring one back that is there
for every question and delivers nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import AMQPError

from syncline_common.bus.rabbit.intake import Intake
from syncline_common.bus.rabbit.messages import probe
from syncline_common.bus.rabbit.replay import replay_log
from syncline_common.bus.rabbit.topology import Topology, consumers_of
from syncline_common.bus.transport import Consumer
from syncline_common.errors import Unavailable
from syncline_common.settings import BusSettings

log = structlog.get_logger(__name__)
AWAY = (OSError, TimeoutError, AMQPError)
ANSWER_WITHIN = 5.0  # seconds; a broken queue does not refuse, it says nothing
LONGEST_FLIGHT = 5.0  # seconds that a canary may take
SILENT_AT_MOST = 2  # times in a row; then the queue itself is what is broken
Connect = Callable[[str], Awaitable[AbstractConnection]]


class RabbitSubscription:
    def __init__(
        self, connect: Connect, topology: Topology, consumer: Consumer, settings: BusSettings
    ) -> None:
        self._connect, self._topology, self._prefetch = connect, topology, settings.bus_prefetch
        self._flight = min(LONGEST_FLIGHT, settings.bus_canary_seconds)
        self._consumer, self._queue = consumer, topology.queue(consumer.name)
        self._flag = topology.flag(consumer.name)
        self.bell = asyncio.Event()
        self._channel: AbstractChannel | None = None
        self._intake = Intake(consumer.receive, self.bell.set)
        self._canary: tuple[float, int] = (0.0, -1)  # when it was sent, and what had been heard by then
        self._silent = 0

    async def keep(self) -> int:
        try:
            return await self._keep()
        except AWAY as exc:
            self._silent += isinstance(exc, TimeoutError)
            raise Unavailable("The broker can't be used", detail=f"{type(exc).__name__}: {exc}") from exc

    async def drop(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            with suppress(*AWAY):
                await channel.close()

    async def _keep(self) -> int:
        if self._channel is None or self._channel.is_closed or self._intake.failed:
            await self._begin_again()
            return 1
        async with asyncio.timeout(ANSWER_WITHIN):
            listening = await consumers_of(await self._connect("receiving"), self._queue)
        if listening and not self._is_deaf(listening):
            self._silent = 0
            await self._send_canary(self._channel)
            return 0
        self._silent += 1
        log.warning("queue does not deliver", queue=self._queue, count=self._silent)
        await self._begin_again()
        return 1

    def _is_deaf(self, listening: int) -> bool:
        """Nothing came since the canary was sent, although we are the one that messages go to."""
        sent, heard_then = self._canary
        is_active = self._intake.heard > 0 or listening == 1
        had_time = asyncio.get_running_loop().time() - sent >= self._flight
        return is_active and had_time and self._intake.heard == heard_then

    async def _begin_again(self) -> None:
        """Listen. If the queue is new, or was being rebuilt, replay what it may have missed."""
        await self.drop()
        await self._consumer.since()  # our own database is there; else it would all come back at once
        connection = await self._connect("receiving")
        async with asyncio.timeout(ANSWER_WITHIN):
            await self._flag_what_is_missing(connection)
            channel = await connection.channel()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                queue = await self._prepare(channel)
            if await consumers_of(connection, self._flag) is not None:
                count = await replay_log(connection, self._topology, self._consumer)
                await self._delete(connection, self._flag)
                log.info("queue rebuilt", queue=self._queue, count=count)
            async with asyncio.timeout(ANSWER_WITHIN):
                await queue.consume(self._intake)
            await self._send_canary(channel)
        except BaseException:
            await channel.close()
            raise
        self._channel = channel

    async def _prepare(self, channel: AbstractChannel) -> AbstractQueue:
        """The queue collects from here on, and hands over after the replay: what is newer comes later."""
        channel.close_callbacks.add(self._look)
        queue = await self._topology.declare(channel, self._consumer.name, self._consumer.routing_keys)
        await channel.set_qos(self._prefetch)
        (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(self._cancelled)
        self._intake = Intake(self._consumer.receive, self.bell.set)
        return queue

    async def _flag_what_is_missing(self, connection: AbstractConnection) -> None:
        """The flag outlives us: whoever comes next finishes the replay."""
        broken = self._silent > SILENT_AT_MOST
        if broken or await consumers_of(connection, self._queue) is None:
            async with connection.channel() as channel:
                await channel.declare_queue(self._flag, durable=True)
        if broken:
            log.warning("queue is made anew", queue=self._queue)
            await self._delete(connection, self._queue)
            self._silent = 0

    async def _delete(self, connection: AbstractConnection, queue: str) -> None:
        async with connection.channel() as channel:
            await channel.queue_delete(queue)

    async def _send_canary(self, channel: AbstractChannel) -> None:
        self._canary = (asyncio.get_running_loop().time(), self._intake.heard)
        await channel.default_exchange.publish(probe("canary"), self._queue, mandatory=True, timeout=5)

    def _look(self, *_: Any) -> None:
        """The channel has closed."""
        self.bell.set()

    async def _cancelled(self, *_: Any) -> None:
        """The broker says that our queue has gone."""
        self.bell.set()
