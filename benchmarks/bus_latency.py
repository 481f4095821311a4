"""From commit to handler committed at 200 events a second, beside bare aio-pika from publish to receipt.

The schedule is fixed beforehand: a slow event does not hold back the next, and hides nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles

from benchmarks.figure import Aim, Line, alternate, column
from benchmarks.places import furnish, hosted, place
from benchmarks.post import Arrivals, Measured, sink, some_events, source
from benchmarks.raw_bus import RawBus, raw_bus
from benchmarks.sink_process import sink_process
from syncline_common.db.tx import Database

PER_SECOND = 200
PERCENTILES = (50, 99)
AIM = Aim("<", 50)
SETTLED = 60  # seconds within which the last one must have arrived

Applied = Callable[[int], Awaitable[Mapping[int, float]]]  # so many are awaited; when each was committed


class Latency:
    def __init__(self, outgoing: Database, applied: Applied, seconds: float) -> None:
        self._outgoing, self._applied, self._seconds = outgoing, applied, seconds
        self._sent: dict[int, float] = {}

    async def measure(self) -> Sequence[float]:
        """Milliseconds, by percentile."""
        self._sent = {}
        events = some_events(round(PER_SECOND * self._seconds))
        await on_schedule([self._publish(event) for event in events])
        applied = await self._applied(len(events))
        return percentiles([applied[number] - at for number, at in self._sent.items()])

    async def _publish(self, event: Measured) -> None:
        async with self._outgoing.begin() as tx:
            await tx.publish(event)
        self._sent[event.number] = time.monotonic()


async def on_schedule(work: Sequence[Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with asyncio.TaskGroup() as group:
        for place_in_line, one in enumerate(work):
            await asyncio.sleep(started + place_in_line / PER_SECOND - loop.time())
            group.create_task(_run(one))


async def _run(one: Awaitable[None]) -> None:
    await one


def percentiles(seconds: Sequence[float]) -> list[float]:
    cuts = quantiles(seconds, n=100)
    return [cuts[percentile - 1] * 1000 for percentile in PERCENTILES]


async def raw_latency(bus: RawBus, seconds: float) -> Sequence[float]:
    count, sent = round(PER_SECOND * seconds), dict[int, float]()

    async def publish(number: int) -> None:
        sent[number] = time.monotonic()
        await bus.publish(number)

    bus.expect(count)
    await on_schedule([publish(number) for number in range(count)])
    await bus.all_received()
    return percentiles([bus.at[number] - at for number, at in sent.items()])


@asynccontextmanager
async def in_one_process(seconds: float) -> AsyncIterator[Latency]:
    arrivals = Arrivals()
    services = [source(), sink(arrivals)]

    async def applied(count: int) -> Mapping[int, float]:
        await arrivals.until(count, SETTLED)
        told, arrivals.at = arrivals.at, {}
        return told

    async with place("postgres", "rabbit", ["source", "sink"]) as at:
        await furnish(at, services)
        async with hosted(at, services) as running:
            with arrivals.heard(running["sink"].home.database):
                yield Latency(running["source"].home.database, applied, seconds)


@asynccontextmanager
async def in_two_processes(seconds: float) -> AsyncIterator[Latency]:
    async with place("postgres", "rabbit", ["source", "sink"]) as at:
        await furnish(at, [source(), sink(Arrivals())])
        async with sink_process(at) as far, hosted(at, [source()]) as running:

            async def applied(count: int) -> Mapping[int, float]:
                told: dict[int, float] = {}
                async with asyncio.timeout(SETTLED):
                    while len(told) < count:
                        told |= await far.applied()
                        await asyncio.sleep(0.2)
                return told

            yield Latency(running["source"].home.database, applied, seconds)


async def measure(quick: bool) -> Sequence[Line]:
    rounds, seconds = (2, 5) if quick else (3, 30)
    lines = []
    async with raw_bus() as raw, in_one_process(seconds) as one, in_two_processes(seconds) as two:

        async def bare() -> Sequence[float]:
            return await raw_latency(raw, seconds)

        for processes, ours in (("one process", one), ("two processes", two)):
            own, peer = await alternate(rounds, ours.measure, bare)
            for at, percentile in enumerate(PERCENTILES):
                what = f"bus latency, {processes}, p{percentile} at {PER_SECOND}/s"
                aim = AIM if percentile == 99 else None
                lines.append(Line(what, "ms", column(own, at), column(peer, at), aim))
    return lines
