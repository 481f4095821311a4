"""Fetching from the log what a consumer may have missed. Its inbox recognises what it has already."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from syncline_common.bus.rabbit.messages import from_wire, is_probe, probe
from syncline_common.bus.rabbit.topology import Topology
from syncline_common.bus.transport import Consumer

MARGIN = timedelta(
    hours=1
)  # our clock and the broker's may differ; what was sent may have been slow to arrive
AT_ONCE = 200


async def replay_log(connection: AbstractConnection, topology: Topology, consumer: Consumer) -> int:
    """Read the log up to now and hand over what `consumer` wants. How many events that was."""
    until = f"marker-{uuid4()}"
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    async with connection.channel() as channel:
        await channel.set_qos(AT_ONCE)
        log = await channel.get_queue(topology.log, ensure=False)
        await channel.default_exchange.publish(probe(until), topology.log, mandatory=True, timeout=5)
        await log.consume(arrived.put, arguments={"x-stream-offset": await _start(consumer)})
        count, ended = 0, False
        while not ended:
            batch = await _batch(arrived)
            ended = any(is_probe(it) and it.message_id == until for it in batch)
            wanted = [from_wire(it) for it in batch if it.routing_key in consumer.routing_keys]
            if wanted:
                await consumer.receive(wanted)
            await batch[-1].ack(multiple=True)
            count += len(wanted)
    return count


async def _start(consumer: Consumer) -> Any:
    newest = await consumer.since()
    return "first" if newest is None else datetime.fromtimestamp((newest - MARGIN).timestamp(), UTC)


async def _batch(arrived: asyncio.Queue[AbstractIncomingMessage]) -> list[AbstractIncomingMessage]:
    async with asyncio.timeout(30):
        batch = [await arrived.get()]
    while not arrived.empty() and len(batch) < AT_ONCE:
        batch.append(arrived.get_nowait())
    return batch
