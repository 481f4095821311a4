"""A foreign consumer with nothing of ours: it replays the log, then hears what happens, and breaks nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from conftest import RABBIT, bus_of, database_of, needs_postgres, needs_rabbit
from end_to_end.running import Client, network_of, together
from syncline_common.settings import BusSettings, DatabaseSettings

pytestmark = [needs_postgres, needs_rabbit]
Settings = tuple[DatabaseSettings, BusSettings]
WITHIN = 45  # seconds


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    async with database_of("postgres", tmp_path) as database, bus_of("rabbit") as bus:
        yield database, bus


class Foreign:
    """What the README's example does: no more than a broker's address and the name of the log."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()

    async def __call__(self, message: AbstractIncomingMessage) -> None:
        if message.content_type == "application/cloudevents+json":
            self.events.put_nowait(message)
        await message.ack()

    async def next(self) -> tuple[AbstractIncomingMessage, dict[str, Any]]:
        async with asyncio.timeout(WITHIN):
            message = await self.events.get()
        return message, json.loads(message.body)

    async def networks(self, count: int) -> list[str]:
        return [(await self.next())[1]["networkid"] for _ in range(count)]


@pytest.fixture
async def consume() -> AsyncIterator[Callable[..., Awaitable[Foreign]]]:
    async with await aio_pika.connect(RABBIT) as connection:

        async def consume(queue: str, **arguments: Any) -> Foreign:
            foreign, channel = Foreign(), await connection.channel()
            await channel.set_qos(prefetch_count=100)
            log = await channel.get_queue(queue)
            named = {f"x-{name.replace('_', '-')}": value for name, value in arguments.items()}
            await log.consume(foreign, arguments=named)
            return foreign

        yield consume


async def created(client: Client, *names: str) -> list[str]:
    """... and sent: the stream over HTTP has them."""
    async with client.stream() as stream:
        made = [await client.create_network(name) for name in names]
        assert [(await network_of(stream))[1] for _ in made] == made
    return made


async def test_it_replays_what_was_before_it_and_hears_what_comes(
    settings: Settings, consume: Callable[..., Awaitable[Foreign]]
) -> None:
    log = f"{settings[1].bus_namespace}.log"
    async with together(settings) as (_, client):
        before = await created(client, "a", "b", "c")
        first = await consume(log, stream_offset="first")
        assert await first.networks(3) == before
        after = await created(client, "d")
        assert await first.networks(1) == after
        second = await consume(log, stream_offset="first")
        assert await second.networks(4) == before + after, "reading removes nothing"


async def test_it_goes_on_after_the_offset_it_remembers(
    settings: Settings, consume: Callable[..., Awaitable[Foreign]]
) -> None:
    log = f"{settings[1].bus_namespace}.log"
    async with together(settings) as (_, client):
        made = await created(client, "a", "b", "c")
        reader = await consume(log, stream_offset="first")
        await reader.next()
        message, _ = await reader.next()
        offset = message.headers["x-stream-offset"]
        assert isinstance(offset, int)
        assert await (await consume(log, stream_offset=offset + 1)).networks(1) == made[2:]


async def test_each_message_is_the_cloud_event_that_is_described(
    settings: Settings, consume: Callable[..., Awaitable[Foreign]]
) -> None:
    async with together(settings) as (_, client):
        (network,) = await created(client, "a")
        reader = await consume(f"{settings[1].bus_namespace}.log", stream_offset="first")
        message, event = await reader.next()
        document = (await client.get("/sync/asyncapi.json")).json()
    assert message.routing_key == event["type"] == "registry.network.created.v1"
    assert (message.message_id, message.delivery_mode) == (event["id"], aio_pika.DeliveryMode.PERSISTENT)
    payload = document["components"]["messages"][event["type"]]["payload"]
    assert set(payload["required"]) == set(event) and event["subject"] == network
    assert document["channels"][event["type"]]["bindings"]["amqp"]["exchange"]["name"] == (
        f"{settings[1].bus_namespace}.events"
    )
