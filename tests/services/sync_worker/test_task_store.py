"""Tasks: due ones are claimed by one worker, a paused connection waits, a deleted one leaves nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.sync_worker.stored import (
    FLOW,
    START,
    a_link,
    a_task,
    bug,
    count,
    offer,
    offered,
    pairs,
    published,
)
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.ids import new_id
from syncline_common.schemas.values import Side
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.domain.cursor import Cursor, CursorKey
from syncline_sync_worker.domain.guarded import Guarded, GuardState
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.intent import Creates, Intent
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.report import Conflict, Issue, Outcome
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.store.cursor_store import CursorStore
from syncline_sync_worker.store.guard_store import GuardStore
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.intent_store import IntentStore
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.task_store import OWNED, TaskStore


async def tasks(db: Database, owner: str = "w1", limit: int = 10) -> list[Task]:
    async with db.begin() as tx:
        return list(await TaskStore(tx).claim(limit, owner, 30))


async def get(db: Database, connection: ConnectionRef) -> Task:
    async with db.begin() as tx:
        return await TaskStore(tx).get(connection)


class TestPublishing:
    async def test_a_newer_version_replaces_an_older_one_and_never_the_other_way(self, db: Database) -> None:
        task = a_task(version=2)
        async with db.begin() as tx:
            store = TaskStore(tx)
            await store.put(task, {"is": 2})
            await store.put(replace(task, version=3, schedule={"every": "10s"}), {"is": 3})
            await store.put(replace(task, version=1, schedule={"every": "1h"}), {"is": 1})
            found = await store.get(task.connection)
            assert (found.version, found.schedule) == (3, {"every": "10s"})
            assert [await store.document(task.connection, it) for it in (1, 2, 3)] == [
                {"is": 1},
                {"is": 2},
                {"is": 3},
            ]

    async def test_a_version_is_never_changed(self, db: Database) -> None:
        task = a_task()
        async with db.begin() as tx:
            await TaskStore(tx).put(task, {"is": "first"})
            await TaskStore(tx).put(task, {"is": "second"})
            assert await TaskStore(tx).document(task.connection, 1) == {"is": "first"}

    async def test_what_is_not_there_is_not_found(self, db: Database) -> None:
        here = await published(db)
        foreign = ConnectionRef(new_id(), here.id)
        async with db.begin() as tx:
            for reading in (TaskStore(tx).get(foreign), TaskStore(tx).document(foreign, 1)):
                with pytest.raises(NotFound):
                    await reading


class TestClaiming:
    async def test_due_ones_until_their_time_is_over(self, db: Database, clock: ManualClock) -> None:
        due = await published(db)
        await published(db, next_scan=START + timedelta(hours=1))
        await published(db, next_scan=None)
        assert [it.connection for it in await tasks(db)] == [due]
        assert await tasks(db, "w2") == []
        clock.advance(seconds=30)
        assert [it.connection for it in await tasks(db, "w2")] == [due]

    async def test_checked_it_is_due_when_planned(self, db: Database, clock: ManualClock) -> None:
        here = await published(db)
        (task,) = await tasks(db)
        async with db.begin() as tx:
            await TaskStore(tx).checked(task, START + timedelta(seconds=60), swept=True)
        found = await get(db, here)
        assert (found.last_checked, found.last_sweep, found.held) == (START, START, None)
        assert await tasks(db) == []
        clock.advance(seconds=60)
        assert len(await tasks(db)) == 1

    async def test_a_scan_that_was_asked_for_during_another_follows_it(self, db: Database) -> None:
        here = await published(db, next_scan=START - timedelta(seconds=5))
        (task,) = await tasks(db)
        async with db.begin() as tx:
            await TaskStore(tx).scan_at(here, START)
        async with db.begin() as tx:
            await TaskStore(tx).checked(task, START + timedelta(hours=1))
        assert len(await tasks(db)) == 1

    async def test_who_lost_it_can_write_nothing(self, db: Database, clock: ManualClock) -> None:
        await published(db)
        (stale,) = await tasks(db, "w1")
        clock.advance(seconds=31)
        (fresh,) = await tasks(db, "w1")
        for change in ("renew", "checked", "give_back"):
            arguments = {"renew": (300,), "checked": (None,), "give_back": ()}[change]
            with pytest.raises(LeaseLost):
                async with db.begin() as tx:
                    await getattr(TaskStore(tx), change)(stale, *arguments)
        assert await get(db, fresh.connection) == fresh

    async def test_renewed_it_stays(self, db: Database, clock: ManualClock) -> None:
        await published(db)
        (task,) = await tasks(db)
        for _ in range(4):
            clock.advance(seconds=20)
            async with db.begin() as tx:
                await TaskStore(tx).renew(task, 30)
            assert await tasks(db, "w2") == []


class TestStates:
    async def test_paused_it_waits_resumed_it_is_due_at_once(self, db: Database) -> None:
        here = await published(db, next_scan=START + timedelta(hours=1))
        async with db.begin() as tx:
            await TaskStore(tx).pause(here)
            await TaskStore(tx).scan_at(here, START)
        assert await tasks(db) == []
        async with db.begin() as tx:
            await TaskStore(tx).resume(here)
        assert len(await tasks(db)) == 1

    async def test_a_new_version_does_not_resume_it(self, db: Database) -> None:
        task = a_task()
        async with db.begin() as tx:
            store = TaskStore(tx)
            await store.put(task, {})
            await store.pause(task.connection)
            await store.put(replace(task, version=2), {})
        found = await get(db, task.connection)
        assert (found.version, found.state) == (2, TaskState.PAUSED)

    async def test_an_error_says_why_until_it_is_resumed(self, db: Database) -> None:
        here = await published(db)
        async with db.begin() as tx:
            await TaskStore(tx).error(here, "credentials", START)
        found = await get(db, here)
        assert (found.state, found.cause) == (TaskState.ERROR, "credentials")
        async with db.begin() as tx:
            await TaskStore(tx).resume(here)
        assert (await get(db, here)).cause is None

    async def test_what_was_tried_before_it_was_resumed_does_not_stop_it(
        self, db: Database, clock: ManualClock
    ) -> None:
        """A person has entered another credential since."""
        here = await published(db)
        clock.advance(seconds=10)
        async with db.begin() as tx:
            await TaskStore(tx).resume(here)
            assert not await TaskStore(tx).error(here, "credentials", START)
        assert (await get(db, here)).state is TaskState.ACTIVE
        async with db.begin() as tx:
            assert await TaskStore(tx).error(here, "credentials", START + timedelta(seconds=11))
        assert (await get(db, here)).state is TaskState.ERROR

    async def test_what_is_deleted_never_comes_back(self, db: Database) -> None:
        task = a_task()
        async with db.begin() as tx:
            store = TaskStore(tx)
            await store.put(task, {})
            await store.delete(task.connection)
            await store.resume(task.connection)
            await store.put(replace(task, version=9), {})
        assert (await get(db, task.connection)).state is TaskState.DELETING


async def fill(db: Database, task: Task) -> None:
    """A row in every table that a connection owns."""
    here, record, link, run = task.connection, bug(1), a_link(1, 1), new_id()
    async with db.begin() as tx:
        await TaskStore(tx).put(task, {})
        await CursorStore(tx, here).move(tx, Cursor(CursorKey(FLOW, Side.A, "Bug")))
        await HookStore(tx).put((here, Hook(new_id(), "t", {}, b"{}", START)))
        intent = Intent("m", FLOW, Side.A, record, Creates.RECORD, 1, START, START)
        await IntentStore(tx, here).open(tx, [intent])
        await LinkStore(tx, here).insert(tx, [link])
        await LedgerStore(tx, here).append(tx, [Entry(link.id, "r", Side.A, "x" * 2000, "y", None, 1)])
        await RunStore(tx).request(Run(run, here, task.network_id, RunKind.MANUAL, 1, START))
        writer = ReportWriter(tx, here, task.network_id)
        await writer.add_outcomes(run, [Outcome(FLOW, Side.A, record, "update", "changed")])
        await writer.put_issues([Issue(new_id(), FLOW, Side.A, record, "c", "invalid", "h")])
        await writer.add_conflicts([Conflict(new_id(), FLOW, link.id, "r", 1, 2)])
        await GuardStore(tx, here).put([Guarded(link.id, FLOW, run, GuardState.LET)])
    await offered(db, here, *(offer(bug(number)) for number in range(5)))


class TestPurging:
    async def test_every_row_of_a_deleted_connection_goes_and_no_other(
        self, db: Database, clock: ManualClock
    ) -> None:
        gone, stays = a_task(), a_task()
        for task in (gone, stays):
            await fill(db, task)
        before = {name: await count(db, name) for name in OWNED}
        assert all(number >= 2 for number in before.values()), before
        async with db.begin() as tx:
            await TaskStore(tx).delete(gone.connection)
        turns = 0
        while await purged(db):
            turns += 1
        await offered(db, gone.connection, offer(bug(1)))  # by somebody who had not heard
        clock.advance(hours=1)
        while await purged(db):
            turns += 1
        assert {name: await count(db, name) * 2 for name in OWNED} == before
        for name in OWNED:
            table = db.tables[name]
            async with db.read() as tx:
                assert set(await tx.session.scalars(select(table.c.connection_id))) == {stays.connection.id}
        assert turns > len(OWNED), "a little at a time"
        assert len(await pairs(db)) == 5

    def test_no_table_is_forgotten(self) -> None:
        tables = SERVICE.metadata.tables.items()
        assert {name for name, table in tables if "connection_id" in table.c} == set(OWNED)


async def purged(db: Database) -> int:
    async with db.begin() as tx:
        return await TaskStore(tx).purge_once(at_once=2)
