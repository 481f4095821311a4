"""What one channel delivers: many messages in one transaction, acknowledged once they are stored."""

from collections.abc import Callable, Sequence

import structlog
from aio_pika.abc import AbstractIncomingMessage

from syncline_common.bus.rabbit.messages import from_wire, is_probe
from syncline_common.bus.transport import Receive

log = structlog.get_logger(__name__)


class Intake:
    """Lives as long as its channel. Once it could not store, it takes nothing more: with the channel closed,
    everything unacknowledged comes again, in its order."""

    def __init__(self, receive: Receive, complain: Callable[[], None]) -> None:
        self._receive, self._complain = receive, complain
        self._waiting: list[AbstractIncomingMessage] = []
        self._storing = False
        self.failed = False
        self.heard = 0  # deliveries; whoever had one is the active consumer of its queue

    async def __call__(self, incoming: AbstractIncomingMessage) -> None:
        """The first to come takes along all that come while it is busy."""
        self.heard += 1
        self._waiting.append(incoming)
        if self._storing or self.failed:
            return
        self._storing = True
        try:
            while self._waiting and not self.failed:
                batch, self._waiting = self._waiting, []
                await self._store(batch)
        finally:
            self._storing = False

    async def _store(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        events = [from_wire(it) for it in batch if not is_probe(it)]
        try:
            if events:
                await self._receive(events)
        except Exception as exc:
            log.warning("could not store", error=type(exc).__name__, count=len(events))
            self.failed = True
            self._complain()
            return
        await batch[-1].ack(multiple=True)
