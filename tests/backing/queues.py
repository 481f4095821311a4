"""Takes a test's exchanges and queues off the broker all tests share."""

from collections.abc import Iterable

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity

CONNECT_SECONDS = 10
DELETE_SECONDS = 30


async def forget_namespace(url: str, namespace: str, consumers: Iterable[str]) -> None:
    """Deletes the namespace's exchange, its consumers' queues and its log; missing ones are no error."""
    connection = await aio_pika.connect(url, timeout=CONNECT_SECONDS)
    async with connection:
        for queue in (*consumers, "log"):
            await _forget_queue(connection, f"{namespace}.{queue}")
        await _forget_exchange(connection, f"{namespace}.events")


async def _forget_queue(connection: AbstractConnection, name: str) -> None:
    """In a channel of its own, since the broker closes the channel of whoever names something missing."""
    try:
        async with connection.channel() as channel:
            await channel.queue_delete(name, timeout=DELETE_SECONDS)
    except ChannelNotFoundEntity:
        return


async def _forget_exchange(connection: AbstractConnection, name: str) -> None:
    try:
        async with connection.channel() as channel:
            await channel.exchange_delete(name, timeout=DELETE_SECONDS)
    except ChannelNotFoundEntity:
        return
