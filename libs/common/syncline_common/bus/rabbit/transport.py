"""Sending to RabbitMQ with confirms, and the connections that this process holds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from pamqp.common import FieldTable

from syncline_common.bus.rabbit.messages import to_wire
from syncline_common.bus.rabbit.subscription import RabbitSubscription
from syncline_common.bus.rabbit.topology import Topology
from syncline_common.bus.transport import Consumer, Message
from syncline_common.errors import Unavailable
from syncline_common.settings import BusSettings

CONNECT_WITHIN = 5.0  # seconds
CONFIRM_WITHIN = 5.0
HEARTBEAT = 15
AWAY = (OSError, TimeoutError, AMQPError)


class RabbitTransport:
    """Two connections: a broker that holds publishers back must not hold consumers back as well."""

    def __init__(self, settings: BusSettings) -> None:
        assert settings.bus_url is not None
        self._url = settings.bus_url.get_secret_value()
        self._settings, self._topology = settings, Topology(settings.bus_namespace)
        self._connections: dict[str, AbstractConnection] = {}
        self._out_channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None
        self._connecting, self._opening = asyncio.Lock(), asyncio.Lock()

    async def declare(self, consumer: str, routing_keys: frozenset[str]) -> None:
        connection = await self.connected("receiving")
        async with connection.channel() as channel:
            await self._topology.declare(channel, consumer, routing_keys)

    async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        exchange = await self._out()
        sending = (_publish(exchange, message) for message in messages)
        results = await asyncio.gather(*sending, return_exceptions=True)
        safe = [message for message, failed in zip(messages, results, strict=True) if not failed]
        if not safe:
            self._out_channel = None  # one that took nothing is not worth keeping
            raise Unavailable("The broker did not confirm", detail=type(results[0]).__name__)
        return safe

    @asynccontextmanager
    async def subscribe(self, consumer: Consumer) -> AsyncIterator[RabbitSubscription]:
        subscription = RabbitSubscription(self.connected, self._topology, consumer, self._settings)
        try:
            yield subscription
        finally:
            with suppress(*AWAY):
                await subscription.drop()

    async def ping(self) -> None:
        await self._out()

    async def close(self) -> None:
        for connection in self._connections.values():
            with suppress(*AWAY):
                await connection.close()

    async def connected(self, purpose: str) -> AbstractConnection:
        async with self._connecting:
            known = self._connections.get(purpose)
            if known is None or _has_ended(known):
                self._connections[purpose] = known = await _connect(self._url, purpose)
            return known

    async def _out(self) -> AbstractExchange:
        async with self._opening:
            if self._out_channel is None or self._out_channel.is_closed:
                self._out_channel, self._exchange = await self._open_out()
            assert self._exchange is not None
            return self._exchange

    async def _open_out(self) -> tuple[AbstractChannel, AbstractExchange]:
        connection = await self.connected("sending")
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            return channel, await channel.get_exchange(self._topology.exchange)
        except ChannelNotFoundEntity:
            raise Unavailable("The broker does not know our exchange; run the migration") from None
        except AWAY as exc:
            raise Unavailable("The broker can't be reached", detail=type(exc).__name__) from None


def _has_ended(connection: AbstractConnection) -> bool:
    """The client's two layers don't learn of an end at the same moment."""
    return connection.is_closed or connection.transport is None or connection.transport.connection.is_closed


async def _connect(url: str, purpose: str) -> AbstractConnection:
    named: FieldTable = {"connection_name": f"syncline {purpose}"}
    try:
        return await aio_pika.connect(
            url, timeout=CONNECT_WITHIN, client_properties=named, heartbeat=HEARTBEAT
        )
    except AWAY as exc:
        raise Unavailable("The broker can't be reached", detail=type(exc).__name__) from None


async def _publish(exchange: AbstractExchange, message: Message) -> None:
    await exchange.publish(to_wire(message), message.routing_key, mandatory=True, timeout=CONFIRM_WITHIN)


@asynccontextmanager
async def open_rabbit(settings: BusSettings) -> AsyncIterator[RabbitTransport]:
    """Nothing is connected yet: a process starts, and takes requests, while the broker is away."""
    transport = RabbitTransport(settings)
    try:
        yield transport
    finally:
        await transport.close()
