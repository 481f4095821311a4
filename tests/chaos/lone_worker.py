"""A process with one sync worker and nothing else, for vendors that live in another process."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from chaos.shared_clock import SharedClock
from chaos.suspensions import Suspensions
from chaos.traces import Traces, read_traces
from common.served import ACCOUNT, People, home_of
from end_to_end.in_step import HeldCredentials
from sdk.vendor import NO_TLS, nowhere
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.tx import Database
from syncline_common.errors import SynclineError
from syncline_common.sdk.outbound import Outbound
from syncline_common.settings import DatabaseSettings, ProcessSettings
from syncline_sync_worker.app import SERVICE, own_with
from syncline_sync_worker.own import Own

TOLD = "CHAOS_LONE_WORKER"
CLOCK, REPORT = "clock", "report.json"
STEP = 20.0  # seconds that pass between two rounds
MOST_ROUNDS = 80
CYCLE = 60.0  # seconds; what the connection's schedule says
QUIET = 3.2 * CYCLE  # at rest for as long as three cycles take
ABANDONED = 60.0  # seconds after which nothing may be in a dead worker's hands (P4)


@dataclass(frozen=True)
class Task:
    """What such a process is told. `deadly` is the number of the suspension that it dies at; 0: none."""

    name: str
    routes: dict[str, str]
    nodes: dict[str, str]  # by id, their kinds
    deadly: int = 0
    after: str | None = None  # whose work it goes on with, and carries through

    def environment(self) -> dict[str, str]:
        return {TOLD: json.dumps(asdict(self))}


@dataclass
class Report:
    """What it has seen."""

    passed: int = 0  # suspensions
    at_rest_at: str = ""
    broken: list[str] | None = None
    taken_over_after: float = 0.0  # seconds
    at_rest_after: float = 0.0
    traces: Traces | None = None


def live_alone(folder: Path) -> None:
    """Until it has done what it is told, or has died of it. It reports in a file."""
    task = Task(**json.loads(os.environ[TOLD]))
    suspensions = Suspensions(task.deadly)
    with asyncio.Runner(loop_factory=suspensions.loop) as runner:
        report = runner.run(_work(task, folder, suspensions))
    (folder / REPORT).write_text(json.dumps(asdict(report)))


async def _work(task: Task, folder: Path, suspensions: Suspensions) -> Report:
    clock = SharedClock(folder / CLOCK)
    async with opened_worker(task, DatabaseSettings(), clock) as own:
        if task.after is None:
            suspensions.count()
            await round_of(own)
            return Report(suspensions.passed)
        return await _CarryThrough(own, clock, task.after).run()


@asynccontextmanager
async def opened_worker(task: Task, settings: DatabaseSettings, clock: SharedClock) -> AsyncIterator[Own]:
    """Of a database that has its tables."""
    engine = open_engine(settings, SERVICE.name)
    outbound = Outbound(task.routes, resolver=nowhere, tls=NO_TLS)
    try:
        home = home_of(open_database(engine, SERVICE.metadata, clock), People(), outbound=outbound)
        process = ProcessSettings(instance=task.name)
        home.platform = replace(home.platform, process=process, clock=clock)
        credentials = HeldCredentials({UUID(id): kind for id, kind in task.nodes.items()})
        yield own_with(home, credentials)
    finally:
        await outbound.aclose()
        await engine.dispose()


async def round_of(own: Own) -> None:
    """What its loops do, one after the other; trouble is told and tried again, as the supervisor does."""
    for turn in (own.worker.scan, own.worker.work):
        await _until_idle(turn)
    await own.worker.finish()


async def _until_idle(turn: Callable[[], Awaitable[int]]) -> None:
    with suppress(SynclineError):
        while await turn():
            pass


class _CarryThrough:
    """Time passes; what another one left behind is done, and it is looked at who had what when."""

    def __init__(self, own: Own, clock: SharedClock, dead: str) -> None:
        self._own, self._db, self._clock, self._dead = own, own.tools.db, clock, dead
        self._began = clock.now()
        self._broken: list[str] = []
        self._taken_over: float | None = None

    async def run(self) -> Report:
        held = await held_by(self._db, self._dead)
        at_rest: datetime | None = None
        for _ in range(MOST_ROUNDS):
            await round_of(self._own)
            await self._look_at_leases(held)
            if not await is_at_rest(self._db, self._began, self._clock.now()):
                at_rest = None
            elif at_rest is None:
                at_rest = self._clock.now()
            elif self._seconds(at_rest) >= QUIET:
                break
            self._clock.advance(STEP)
        else:
            self._broken.append(f"P2: not at rest after {MOST_ROUNDS} rounds")
        traces = await read_traces(self._db, ACCOUNT)
        rested = (at_rest or self._clock.now()) - self._began
        said = (at_rest or self._clock.now()).isoformat()
        return Report(0, said, self._broken, self._taken_over or 0.0, rested.total_seconds(), traces)

    def _seconds(self, since: datetime) -> float:
        return (self._clock.now() - since).total_seconds()

    async def _look_at_leases(self, before: "Held") -> None:
        """P5: nobody takes what another has until its lease is over. P4: soon after, somebody does."""
        now, held = self._clock.now(), await held_by(self._db, self._dead)
        early = [key for key, until in before.items() if until > now and key not in held]
        self._broken += [f"P5: {table} {id} was taken before its lease was over" for table, id, _ in early]
        for key in early:
            del before[key]
        if not held and self._taken_over is None:
            self._taken_over = self._seconds(self._began)
        elif held and self._seconds(self._began) > ABANDONED:
            self._broken.append(f"P4: {sorted(held)} is still in a dead worker's hands")


Held = dict[tuple[str, str, int], datetime]  # table, id, epoch; until when


async def held_by(db: Database, owner: str) -> Held:
    found: Held = {}
    async with db.read() as tx:
        for name in ("task", "run", "work"):
            table = db.tables[name]
            id = table.c.connection_id if name == "task" else table.c.id
            mine = select(id, table.c.lease_epoch, table.c.lease_until).where(table.c.lease_owner == owner)
            for row in await tx.session.execute(mine):
                found[name, str(row[0]), row[1]] = row[2]
    return found


async def is_at_rest(db: Database, since: datetime, now: datetime) -> bool:
    """All was read since then; nothing is due or in anybody's hands, no run is open, no create is in doubt."""
    task, work, run, intent = (db.tables[it] for it in ("task", "work", "run", "intent"))
    waiting = (
        select(task.c.connection_id).where(
            task.c.lease_owner.is_not(None) | (task.c.next_scan <= now) | (task.c.last_checked < since)
        ),
        select(work.c.id),
        select(run.c.id).where(run.c.finished_at.is_(None)),
        select(intent.c.marker).where(intent.c.state.in_(("sent", "unknown"))),
    )
    async with db.read() as tx:
        return not any([(await tx.session.execute(it.limit(1))).first() for it in waiting])
