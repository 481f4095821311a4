"""Two systems kept in step by the real engine over the real gateway: how fast a first run fills the other side, beside
the bare gateway's creates; what it costs to look when nothing has changed, and when one in a hundred has.

A scan reads the last minute again, so a look right after the first run reads what that has made once more.

The simulated vendors answer at once, each in a process of its own; the gate is widened, since it would be waited for.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from benchmarks.figure import Aim, Line
from benchmarks.places import place
from benchmarks.records import SUBJECTS, bare
from benchmarks.vendors import vendor_process
from common.served import ACCOUNT, People, home_of
from end_to_end.in_step import BOARDS, INSTANCE, NETWORK, HeldCredentials, allow_much, document
from syncline_common.clock import SystemClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NewRecord, Priority, Update
from syncline_common.schemas.records import Record
from syncline_common.sdk.figures import REQUESTS
from syncline_common.sdk.outbound import Outbound
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE, own_with
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.loops import WORKS
from syncline_sync_worker.own import Own
from syncline_sync_worker.store.task_store import TaskStore

FULL, QUICK = 10_000, 1_000  # records
BARE = Aim(">=", 0.5, of_ratio=True)
FEW = Aim("<", 1.2, of_ratio=True)
SOURCE, TARGET = SUBJECTS


@dataclass(frozen=True, slots=True)
class Joined:
    """A connection of two systems, and a worker that nobody else helps."""

    own: Own
    db: Database
    connection: ConnectionRef
    outbound: Outbound

    async def cycle(self) -> None:
        """As if it were due: until there is nothing left to do."""
        async with self.db.begin() as tx:
            await TaskStore(tx).scan_at(self.connection, await tx.now())
        while await self.own.worker.scan():
            pass
        await asyncio.gather(*(_exhaust(self.own.worker.work) for _ in range(WORKS)))
        await self.own.worker.finish()


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for kind in ("sqlite", "postgres"):
        lines += await _figures(kind, QUICK if quick else FULL)
    return lines


async def _figures(database: str, count: int) -> list[Line]:
    async with _joined(database, count) as joined:
        first = await _cost(joined.cycle)
        alone = await _bare(joined.outbound, count)
        idle = await _cost(joined.cycle)
        edited = count // 100
        await _edit(joined.outbound, edited)
        changed = await _cost(joined.cycle)
    what = f"{database}, {count:,} records"
    fewest = count / 1_000 * (SOURCE.fewest_read + TARGET.fewest_written)
    return [
        Line(
            f"first run of {what}; peer: the bare gateway's creates",
            "records/s",
            [count / first.seconds],
            [count / alone],
            BARE,
        ),
        Line(f"first run of {what}; peer: the vendors' fewest", "requests", [first.requests], [fewest], FEW),
        Line(f"first run of {what}", "ms of processor a record", [first.processor * 1_000 / count]),
        Line(f"a look at {what} within a minute, when nothing has changed", "requests", [idle.requests]),
        Line(
            f"a look at {what} within a minute, when nothing has changed",
            "ms of processor",
            [idle.processor * 1_000],
        ),
        Line(f"1 % of {what} edited on one side", "requests", [changed.requests]),
        Line(f"1 % of {what} edited on one side", "edits/s", [edited / changed.seconds]),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    processor: float  # seconds, of this process
    requests: float


async def _cost(work: Callable[[], Awaitable[None]]) -> Cost:
    asked, used, began = _requests(), _processor(), time.perf_counter()
    await work()
    return Cost(time.perf_counter() - began, _processor() - used, _requests() - asked)


def _requests() -> float:
    return sum(
        sample.value
        for metric in REQUESTS.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["kind"] in {it.kind for it in SUBJECTS}
    )


def _processor() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


@asynccontextmanager
async def _joined(database: str, count: int) -> AsyncIterator[Joined]:
    """Side a has so many bugs in the flow's project, side b nothing."""
    configuration = document(a={"stream": SOURCE.stream, "projects": []}, direction="a_to_b", creates="in_b")
    configuration["flows"][0]["fields"] = configuration["flows"][0]["fields"][:1]
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        routes = {
            SOURCE.url: await enter(vendor_process(SOURCE.kind, count)),
            TARGET.url: await enter(vendor_process(TARGET.kind, 0)),
        }
        at = await enter(place(database, "memory"))
        db = await enter(opened(at.database, SERVICE))
        outbound = Outbound(routes)
        stack.push_async_callback(outbound.aclose)
        credentials, ref = HeldCredentials(), ConnectionRef(ACCOUNT, new_id())
        home = home_of(db, People(), outbound=outbound)
        home.platform = replace(home.platform, clock=SystemClock())
        own = own_with(home, credentials)
        async with db.begin() as tx:
            schedule, now = configuration["schedule"], await tx.now()
            task = Task(ref, NETWORK, BOARDS, INSTANCE, 1, schedule, next_scan=now)
            await TaskStore(tx).put(task, configuration)
        await allow_much(db, credentials)
        yield Joined(own, db, ref, outbound)


async def _bare(outbound: Outbound, count: int) -> float:
    """Seconds for as many creates, one batch after the other as the engine sends them."""
    target = bare(outbound, TARGET)
    writer, batch = target.writer(Priority.BACKFILL), target.reader().traits(TARGET.stream).batch
    began = time.perf_counter()
    for first in range(0, count, batch):
        some = range(first, min(first + batch, count))
        made = await writer.create(
            [NewRecord(TARGET.stream, {TARGET.title: f"Number {it}"}, f"bare-{it:07}") for it in some]
        )
        assert all(isinstance(it, Record) for it in made)
    return time.perf_counter() - began


async def _edit(outbound: Outbound, count: int) -> None:
    source = bare(outbound, SOURCE)
    reader = source.reader(Priority.USER)
    page = await reader.inventory(SOURCE.stream, None)
    records = list((await reader.fetch(SOURCE.stream, [it.ref.id for it in page.changed[:count]])).values())
    answers = await source.writer(Priority.USER).update(
        [Update(it, {SOURCE.title: "Edited"}) for it in records]
    )
    assert len(answers) == count and all(isinstance(it, Record) for it in answers)


async def _exhaust(turn: Callable[[], Awaitable[int]]) -> None:
    while await turn():
        pass
