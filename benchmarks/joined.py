"""A connection of two simulated vendors, each in a process of its own, and the real engine that keeps them in step.

The vendors answer at once unless they are told otherwise; the gate is widened, since it would be waited for.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from benchmarks.places import Place, place
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

SOURCE, TARGET = SUBJECTS


@dataclass(frozen=True, slots=True)
class Joined:
    """Worked by nobody but who calls its methods."""

    at: Place
    routes: Mapping[str, str]
    credentials: HeldCredentials
    own: Own
    db: Database
    connection: ConnectionRef
    outbound: Outbound

    async def scan(self) -> None:
        """As if it were due."""
        async with self.db.begin() as tx:
            await TaskStore(tx).scan_at(self.connection, await tx.now())
        while await self.own.worker.scan():
            pass

    async def work(self) -> None:
        """As many at once as in a process of the product, until there is nothing left to do."""
        await asyncio.gather(*(until_idle(self.own.worker.work) for _ in range(WORKS)))
        await self.own.worker.finish()

    async def cycle(self) -> None:
        await self.scan()
        await self.work()

    async def conditions(self, **told: object) -> None:
        """Of both vendors: latency, clock_offset, ... as the sandbox's own API takes them."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            for address in self.routes.values():
                answer = await http.post(f"{address}/_sandbox/conditions", json=told)
                answer.raise_for_status()


@asynccontextmanager
async def joined(database: str, count: int) -> AsyncIterator[Joined]:
    """Side a has so many bugs in the flow's project, side b nothing."""
    configuration = one_way()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        routes = await enter(vendors(count))
        at = await enter(place(database, "memory"))
        db = await enter(opened(at.database, SERVICE))
        outbound = Outbound(routes)
        stack.push_async_callback(outbound.aclose)
        credentials, ref = HeldCredentials(), ConnectionRef(ACCOUNT, new_id())
        await publish(db, ref, configuration)
        await allow_much(db, credentials)
        yield Joined(at, routes, credentials, own(db, credentials, outbound), db, ref, outbound)


@asynccontextmanager
async def vendors(count: int) -> AsyncIterator[dict[str, str]]:
    """Where they are."""
    async with vendor_process(SOURCE.kind, count) as a, vendor_process(TARGET.kind, 0) as b:
        yield {SOURCE.url: a, TARGET.url: b}


def one_way() -> dict[str, Any]:
    """Titles from a to b; scanned only when somebody asks."""
    made = document(a={"stream": SOURCE.stream, "projects": []}, direction="a_to_b", creates="in_b")
    made["flows"][0]["fields"] = made["flows"][0]["fields"][:1]
    return made


async def publish(db: Database, connection: ConnectionRef, configuration: dict[str, Any]) -> None:
    async with db.begin() as tx:
        schedule, at_once = configuration["schedule"], await tx.now()
        task = Task(connection, NETWORK, BOARDS, INSTANCE, 1, schedule, next_scan=at_once)
        await TaskStore(tx).put(task, configuration)


def own(db: Database, credentials: HeldCredentials, outbound: Outbound, instance: str = "bench") -> Own:
    home = home_of(db, People(), outbound=outbound)
    process = home.platform.process.model_copy(update={"instance": instance})
    home.platform = replace(home.platform, clock=SystemClock(), process=process)
    return own_with(home, credentials)


async def until_idle(turn: Callable[[], Awaitable[int]]) -> int:
    done = 0
    while some := await turn():
        done += some
    return done


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    processor: float  # seconds, of this process
    requests: float


async def cost(work: Callable[[], Awaitable[object]]) -> Cost:
    asked, used, began = requests(), processor(), time.perf_counter()
    await work()
    return Cost(time.perf_counter() - began, processor() - used, requests() - asked)


def requests() -> float:
    return sum(
        sample.value
        for metric in REQUESTS.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["kind"] in {it.kind for it in SUBJECTS}
    )


def processor() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


async def create_bare(outbound: Outbound, count: int) -> None:
    """By the gateway alone, one batch after the other as the engine sends them."""
    target = bare(outbound, TARGET)
    writer, batch = target.writer(Priority.BACKFILL), target.reader().traits(TARGET.stream).batch
    for first in range(0, count, batch):
        some = range(first, min(first + batch, count))
        made = await writer.create(
            [NewRecord(TARGET.stream, {TARGET.title: f"Number {it}"}, f"bare-{it:07}") for it in some]
        )
        assert all(isinstance(it, Record) for it in made)


async def edit(outbound: Outbound, count: int) -> Sequence[str]:
    """So many of side a are called "Edited" and their own id. Which they are."""
    source = bare(outbound, SOURCE)
    reader, writer = source.reader(Priority.USER), source.writer(Priority.USER)
    found, token = list[str](), None
    while len(found) < count:
        page = await reader.inventory(SOURCE.stream, token)
        found, token = found + [it.ref.id for it in page.changed], page.next
        assert token is not None or len(found) >= count
    chosen, batch = found[:count], reader.traits(SOURCE.stream).batch
    for first in range(0, count, batch):
        records = (await reader.fetch(SOURCE.stream, chosen[first : first + batch])).values()
        answers = await writer.update([Update(it, {SOURCE.title: edited(it.ref.id)}) for it in records])
        assert all(isinstance(it, Record) for it in answers)
    return chosen


def edited(id: str) -> str:
    return f"Edited {id}"
