"""A worker is killed at one suspension of a run with creates and updates; the next one carries it through."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chaos.copies import Copies
from chaos.kill_oracle import Ending, judge
from chaos.lone_worker import CLOCK, CYCLE, REPORT, Report, Task, is_at_rest, opened_worker, round_of
from chaos.processes import Victims, victims
from chaos.shared_clock import SharedClock
from chaos.traces import Traces
from chaos.vendors import Vendors, by_us
from chaos.verdict import Scenarios, Verdict, verdict_in
from common.served import ACCOUNT
from conftest import database_of
from connectors.opened import BOARDS as BOARDS_URL
from connectors.opened import INSTANCE as INSTANCE_URL
from end_to_end.in_step import BOARDS, INSTANCE, KINDS, NETWORK, HeldCredentials, allow_much, document
from syncline_common.ids import new_id
from syncline_common.runtime.command import migrate_tables
from syncline_common.settings import DatabaseSettings
from syncline_sandbox import demo
from syncline_sandbox.serving import served
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.task import Task as DueTask
from syncline_sync_worker.store.task_store import TaskStore

DATABASES = ("sqlite", "postgres")
NODES = {str(id): kind for id, kind in KINDS.items()}
SCHEDULE = {"every": "60s"}
FIRST, SECOND = "first", "second"
KILLED = -9
LIVES_AT_MOST = 600.0  # seconds; under a soak's load, a guard and no more
NEVER, SLACK = 1_000_000, 40
AT_ONCE = 4  # histories, on one stage
PREPARED_WITHIN = 40  # rounds


@dataclass
class Stage:
    """Two systems in step, from which each history starts, and where its processes come from."""

    copies: Copies
    vendors: Vendors
    them: Victims
    most: int = NEVER  # suspensions that a run has come to, and some more: no two have quite the same

    async def history(self, deadly: int) -> Verdict:
        """It does not happen if the run ends before it comes to that suspension."""
        if deadly > self.most:
            return Verdict(happened=False)
        with verdict_in() as (verdict, folder):
            async with self.copies.one(folder / "stage") as database:
                vendors = self.vendors.copied(SharedClock(folder / "stage" / CLOCK))
                async with served(vendors.boards) as a, served(vendors.instance) as b:
                    routes = {BOARDS_URL: a, INSTANCE_URL: b}
                    history = _History(self, folder / "stage", database, vendors, routes, verdict)
                    verdict.happened = await history.run(deadly)
        if deadly == NEVER:
            self.most = verdict.events + SLACK
        return verdict


@dataclass
class _History:
    stage: Stage
    folder: Path
    database: DatabaseSettings
    vendors: Vendors
    routes: dict[str, str]
    verdict: Verdict

    async def run(self, deadly: int) -> bool:
        """Whether the first process died."""
        edit_before(self.vendors)
        edited = [len(it.ledger.effects) for it in self.vendors.both]
        code = await self._live(Task(FIRST, self.routes, NODES, deadly))
        self.verdict.events = self._report().passed if code == 0 else deadly  # suspensions that it came to
        if code == 0:
            return False
        if code != KILLED:
            self.verdict.broken.append(f"the first process ended with {code}")
        self.verdict.faults["killed"] += 1
        edit_meanwhile(self.vendors)
        code = await self._live(Task(SECOND, self.routes, NODES, after=FIRST))
        if code:
            self.verdict.broken.append(f"the second process ended with {code}")
            return True
        report = self._report()
        assert report.traces is not None and report.broken is not None
        ours = [by_us(vendor, since) for vendor, since in zip(self.vendors.both, edited, strict=True)]
        self.verdict.broken += report.broken
        at_rest = datetime.fromisoformat(report.at_rest_at)
        ending = Ending(self.vendors, ours[0], ours[1], report.traces, at_rest)
        self.verdict.broken += judge(ending)
        self.verdict.figures["taken over after"] = report.taken_over_after
        self.verdict.figures["at rest after"] = report.at_rest_after
        return True

    async def _live(self, task: Task) -> int:
        told = {
            "SYNCLINE_DATA_DIR": str(self.folder),
            "SYNCLINE_DATABASE_POOL_SIZE": "3",  # many share the server of the tests
            **task.environment(),
        }
        if self.database.database_url is not None:
            told["SYNCLINE_DATABASE_URL"] = self.database.database_url.get_secret_value()
        (self.folder / REPORT).unlink(missing_ok=True)
        victim = self.stage.them.make(f"{task.name}-{new_id().hex}", told, life="alone", folder=self.folder)
        await victim.start()
        return await victim.until_ended(LIVES_AT_MOST)

    def _report(self) -> Report:
        said: dict[str, Any] = json.loads((self.folder / REPORT).read_text())
        traces = said.pop("traces")
        return Report(**said, traces=Traces(**traces) if traces else None)


def edit_before(them: Vendors) -> None:
    """One side; the other; both, in different fields; both, in the same field; and something new on either side."""
    bugs = {title: id for id, (title, _) in them.bugs().items()}
    incidents = {title: id for id, (title, _) in them.incidents().items()}
    them.edit_bug(bugs["One"], title="One, edited in a")
    them.edit_incident(incidents["Two"], customer="edited in b")
    them.edit_bug(bugs["Three"], title="Three, edited in a")
    them.edit_incident(incidents["Three"], customer="edited in b, too")
    them.edit_bug(bugs["Four"], title="Four, edited in a")
    them.edit_incident(incidents["Four"], title="Four, edited in b")
    them.make_bug("New in a", "Contoso")
    them.make_incident("New in b", "Northwind")


def edit_meanwhile(them: Vendors) -> None:
    """When one worker is dead and the next has not begun."""
    one = next(id for id, (title, _) in them.bugs().items() if title == "One, edited in a")
    them.edit_bug(one, customer="edited meanwhile")


@asynccontextmanager
async def kill_suite(names: Sequence[str], at_once: int = AT_ONCE) -> AsyncIterator[Scenarios]:
    """By database; a seed is the number of a suspension, from 1."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="syncline-kill-")))
        stages = {it: await stack.enter_async_context(stage(it, folder / it, at_once)) for it in names}
        for it in stages.values():
            await it.history(NEVER)
        yield {name: it.history for name, it in stages.items()}


@asynccontextmanager
async def stage(kind: str, folder: Path, at_once: int) -> AsyncIterator[Stage]:
    (folder / "stage").mkdir(parents=True)
    clock = SharedClock(folder / "stage" / CLOCK)
    async with database_of(kind, folder / "stage") as database, victims(folder) as them:
        boards, instance = demo.organisation(count=0), demo.instance(count=0)
        vendors = Vendors(boards, instance).copied(clock)
        await migrate_tables(SERVICE, database)
        async with served(vendors.boards) as a, served(vendors.instance) as b:
            routes = {BOARDS_URL: a, INSTANCE_URL: b}
            await _bring_in_step(vendors, database, clock, Task("before", routes, NODES))
        async with Copies(folder / "stage", database).made(at_once) as copies:
            yield Stage(copies, vendors.copied(clock), them)


async def _bring_in_step(
    vendors: Vendors, settings: DatabaseSettings, clock: SharedClock, task: Task
) -> None:
    """Four pairs, two from either side."""
    for title in ("One", "Two"):
        vendors.make_bug(title, "Contoso")
    for title in ("Three", "Four"):
        vendors.make_incident(title, "Contoso")
    async with opened_worker(task, settings, clock) as own:
        db, ref = own.tools.db, ConnectionRef(ACCOUNT, new_id())
        configuration = document(conflicts={"default": "a"}) | {"schedule": SCHEDULE}
        async with db.begin() as tx:
            due = DueTask(ref, NETWORK, BOARDS, INSTANCE, 1, SCHEDULE, next_scan=await tx.now())
            await TaskStore(tx).put(due, configuration)
        await allow_much(db, HeldCredentials())
        began = clock.now()
        for _ in range(PREPARED_WITHIN):
            await round_of(own)
            if await is_at_rest(db, began, clock.now()):
                break
            clock.advance(CYCLE)
        clock.advance(3 * CYCLE)  # what was made is read again only where the product wants to see it twice
