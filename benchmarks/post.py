"""The two services that a benchmark's events travel between, and the moment each effect was committed."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, Uuid, insert

from syncline_common.bus.router import EventRouter
from syncline_common.clock import SystemClock
from syncline_common.db.tx import Database, Tx
from syncline_common.events.base import Event
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.runtime.tables import common_tables

SIZE = 1024  # bytes of an event on the wire
ACCOUNT, NETWORK = new_id(), new_id()
MIGRATIONS = Path(__file__).parent / "migrations"
BELL = "applied"
numbers = count(1)

metadata = MetaData()
common_tables(metadata)
applied = Table(
    "applied", metadata, Column("event_id", Uuid, primary_key=True), Column("number", Integer, nullable=False)
)


class Measured(Event):
    """As long as SIZE says."""

    topic, about = "source.thing.measured", "network_id"

    number: int
    filler: str


def some_events(how_many: int) -> list[Measured]:
    return [
        Measured(account_id=ACCOUNT, network_id=NETWORK, number=next(numbers), filler="x" * FILLER)
        for _ in range(how_many)
    ]


def _overhead() -> int:
    empty = Measured(account_id=ACCOUNT, network_id=NETWORK, number=10_000, filler="")
    return len(empty.to_cloud_event(SystemClock().now()))


FILLER = SIZE - _overhead()


class Arrivals:
    """Numbers of the events whose effects are committed, and when (of a clock that all processes share)."""

    def __init__(self) -> None:
        self.at: dict[int, float] = {}
        self._handled: list[int] = []
        self._more = asyncio.Event()

    @contextmanager
    def heard(self, db: Database) -> Iterator[None]:
        with db.bells.hang(BELL, self._committed):
            yield

    def handled(self, number: int) -> None:
        self._handled.append(number)

    async def until(self, how_many: int, seconds: float = 120) -> None:
        async with asyncio.timeout(seconds):
            while len(self.at) < how_many:
                self._more.clear()
                await self._more.wait()

    def _committed(self) -> None:
        now = time.monotonic()
        for number in self._handled:
            self.at.setdefault(number, now)
        self._handled.clear()
        self._more.set()


def source() -> Service:
    return _service("source", EventRouter("source"))


def sink(arrivals: Arrivals) -> Service:
    router = EventRouter("sink")

    @router.on(Measured)
    async def note(event: Measured, tx: Tx) -> None:
        await tx.session.execute(insert(applied), [{"event_id": event.id, "number": event.number}])
        arrivals.handled(event.number)
        tx.ring(BELL)

    return _service("sink", router)


def _service(name: str, router: EventRouter) -> Service:
    return Service(name, name, "Of the benchmarks.", metadata, MIGRATIONS, router)


async def write(db: Database, transactions: Sequence[Sequence[Measured]], writers: int = 16) -> None:
    """Publish each group in a transaction of its own, `writers` at a time."""
    left = iter(transactions)

    async def keep_writing() -> None:
        for events in left:
            async with db.begin() as tx:
                await tx.publish(*events)

    async with asyncio.TaskGroup() as group:
        for _ in range(writers):
            group.create_task(keep_writing())
