"""Where a process may be made to die: named points, carried into the services through their own ports."""

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncline_common.bus.router import EventRouter, Received
from syncline_common.bus.transport import Consumer, Subscription, Transport
from syncline_common.bus.transport import Message as BusMessage
from syncline_common.db.tx import Tx

POINTS = (
    "committed",  # rows are in the outbox; the relay has not sent them
    "sent",  # the broker has them; the relay has not marked them
    "stored",  # the inbox has them; the transport has not acknowledged them
    "handled:connections",  # a handler's effects are there; they have not committed
    "handled:sync",
    "unanswered",  # a request's effects have committed; its answer has not left
)


class Fuse:
    """Burns down when a point is passed for the n-th time after it was laid; of several processes one is struck.

    It lies in a file, so that it can be laid under a process that runs. Who is struck by SIGSTOP rather than SIGKILL
    stays where it is until somebody sends it SIGCONT.
    """

    def __init__(self, folder: Path) -> None:
        self._laid = folder / "fuse"
        self._passed: Counter[str] = Counter()

    def lay(self, point: str, count: int, serial: int, number: signal.Signals = signal.SIGKILL) -> None:
        draft = self._laid.with_suffix(".draft")
        draft.write_text(f"{serial} {point} {count} {number.value}")
        draft.rename(self._laid)

    def remove(self) -> None:
        self._laid.unlink(missing_ok=True)

    @property
    def burnt(self) -> bool:
        return not self._laid.exists()

    def passing(self, point: str) -> None:
        try:
            serial, where, count, number = self._laid.read_text().split()
        except FileNotFoundError:
            return
        if where != point:
            return
        self._passed[serial] += 1
        if self._passed[serial] >= int(count) and self._is_ours():
            os.kill(os.getpid(), int(number))

    def _is_ours(self) -> bool:
        try:
            self._laid.rename(self._laid.with_suffix(".burnt"))
        except FileNotFoundError:
            return False
        return True


class FusedTransport:
    def __init__(self, inner: Transport, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    async def declare(self, consumer: str, routing_keys: frozenset[str]) -> None:
        await self._inner.declare(consumer, routing_keys)

    async def send(self, messages: Sequence[BusMessage]) -> Sequence[BusMessage]:
        self._fuse.passing("committed")
        safe = await self._inner.send(messages)
        self._fuse.passing("sent")
        return safe

    @asynccontextmanager
    async def subscribe(self, consumer: Consumer) -> AsyncIterator[Subscription]:
        async def receive(messages: Sequence[BusMessage]) -> None:
            await consumer.receive(messages)
            self._fuse.passing("stored")

        async with self._inner.subscribe(replace(consumer, receive=receive)) as subscription:
            yield subscription

    async def ping(self) -> None:
        await self._inner.ping()


class FusedRouter(EventRouter):
    def __init__(self, inner: EventRouter, fuse: Fuse) -> None:
        super().__init__(inner.consumer)
        self._inner, self._fuse = inner, fuse

    @property
    def routing_keys(self) -> frozenset[str]:
        return self._inner.routing_keys

    async def handle(self, received: Sequence[Received], tx: Tx) -> None:
        await self._inner.handle(received, tx)
        if received:
            self._fuse.passing(f"handled:{self.consumer}")


def fused_app(app: ASGIApp, fuse: Fuse) -> ASGIApp:
    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if scope.get("method") == "POST" and message.get("status") == 201:
                fuse.passing("unanswered")
            await send(message)

        await app(scope, receive, watch)

    return pass_on
