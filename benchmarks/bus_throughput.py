"""Events per second from commit to handler committed, through outbox, relay, broker and inbox, beside bare aio-pika."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from benchmarks.figure import Aim, Line, alternate, column
from benchmarks.places import furnish, hosted, place
from benchmarks.post import Arrivals, sink, some_events, source, write
from benchmarks.raw_bus import raw_bus
from benchmarks.raw_commits import commits_per_second
from syncline_common.db.tx import Database

AIM = Aim(">=", 0.5, of_ratio=True)
SHAPES = {1: "1 event a transaction", 100: "100 events a transaction"}


class OurBus:
    def __init__(self, outgoing: Database, arrivals: Arrivals, how_many: int) -> None:
        self._outgoing, self._arrivals, self._how_many = outgoing, arrivals, how_many

    async def per_second(self, together: int) -> float:
        """From the first publish to the last effect."""
        events = some_events(self._how_many)
        groups = [events[first : first + together] for first in range(0, len(events), together)]
        expected = len(self._arrivals.at) + len(events)
        started = time.monotonic()
        await write(self._outgoing, groups)
        await self._arrivals.until(expected)
        return len(events) / (time.monotonic() - started)


@asynccontextmanager
async def our_bus(database: str, bus: str, how_many: int) -> AsyncIterator[OurBus]:
    arrivals = Arrivals()
    services = [source(), sink(arrivals)]
    async with place(database, bus, ["source", "sink"]) as at:
        await furnish(at, services)
        async with hosted(at, services) as running:
            with arrivals.heard(running["sink"].home.database):
                yield OurBus(running["source"].home.database, arrivals, how_many)


async def measure(quick: bool) -> Sequence[Line]:
    rounds, how_many = (2, 1000) if quick else (5, 4000)
    return [*await _on_rabbit(rounds, how_many), *await _in_memory(rounds, how_many // 2)]


async def _on_rabbit(rounds: int, how_many: int) -> list[Line]:
    async with our_bus("postgres", "rabbit", how_many) as ours, raw_bus() as raw:

        async def bare() -> Sequence[float]:
            return [await raw.per_second(how_many)]

        async def one() -> Sequence[float]:
            return [await ours.per_second(1)]

        async def hundred() -> Sequence[float]:
            return [await ours.per_second(100)]

        async def commits() -> Sequence[float]:
            return [await commits_per_second(how_many)]

        lines = []
        for shape, measured in zip(SHAPES.values(), (one, hundred), strict=True):
            own, peer, floor = await alternate(rounds, measured, bare, commits)
            what = f"bus throughput, PostgreSQL + RabbitMQ, {shape}"
            lines.append(Line(what, "events/s", column(own, 0), column(peer, 0), AIM))
            if measured is one:
                lines.append(
                    Line(f"{what}; peer: bare commits", "events/s", column(own, 0), column(floor, 0))
                )
        return lines


async def _in_memory(rounds: int, how_many: int) -> list[Line]:
    async with our_bus("sqlite", "memory", how_many) as ours:
        lines = []
        for together, shape in SHAPES.items():
            await ours.per_second(together)
            own = [await ours.per_second(together) for _ in range(rounds)]
            lines.append(Line(f"bus throughput, SQLite + memory, {shape}", "events/s", own))
        return lines
