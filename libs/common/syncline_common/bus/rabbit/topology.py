"""What we make in the broker, and how it is called.

The stream is bound to `#`, so every event is routable, and a rebuilt consumer, or a customer's, can replay 7 days.
Limits, lengths and ages are set by policy: an argument can't be changed later (406).
"""

from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity
from pamqp.common import FieldTable

STREAM: FieldTable = {"x-queue-type": "stream"}
QUORUM: FieldTable = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,  # of many processes one receives, so the order is kept
}


@dataclass(frozen=True, slots=True)
class Topology:
    namespace: str

    @property
    def exchange(self) -> str:
        return f"{self.namespace}.events"

    @property
    def log(self) -> str:
        return f"{self.namespace}.log"

    def queue(self, consumer: str) -> str:
        return f"{self.namespace}.{consumer}"

    def flag(self, consumer: str) -> str:
        """A queue that nobody reads: while it is there, `consumer` has not yet replayed what it missed."""
        return f"{self.namespace}.{consumer}.rebuilding"

    async def declare(
        self, channel: AbstractChannel, consumer: str, routing_keys: frozenset[str]
    ) -> AbstractQueue:
        exchange = await channel.declare_exchange(self.exchange, "topic", durable=True)
        log = await channel.declare_queue(self.log, durable=True, arguments=STREAM)
        await log.bind(exchange, "#")
        queue = await channel.declare_queue(self.queue(consumer), durable=True, arguments=QUORUM)
        for key in sorted(routing_keys):
            await queue.bind(exchange, key)
        return queue


async def consumers_of(connection: AbstractConnection, queue: str) -> int | None:
    """How many listen to it; None if there is no such queue. A question that fails costs its channel."""
    try:
        async with connection.channel() as channel:
            found = await channel.declare_queue(queue, passive=True)
            return found.declaration_result.consumer_count or 0
    except ChannelNotFoundEntity:
        return None
