"""Runs, and what they tell: one continuous run at a time, reports that lose nothing, webhooks kept until they are work."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.sync_worker.stored import FLOW, START, bug, count, published
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import UNSET, Side
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.lease import LeaseLost
from syncline_sync_worker.domain.report import Conflict, ConflictState, Issue, IssueState, Outcome
from syncline_sync_worker.domain.run import Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.inbox_store import ConflictFilter, InboxStore, IssueFilter, OwnedConflict
from syncline_sync_worker.store.report_store import ReportReads
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunReads, RunStore

NETWORK = new_id()


def a_run(here: ConnectionRef, kind: RunKind = RunKind.MANUAL) -> Run:
    return Run(new_id(), here, NETWORK, kind, version=1, requested_at=START)


async def requested(db: Database, here: ConnectionRef) -> Run:
    run = a_run(here)
    async with db.begin() as tx:
        await RunStore(tx).request(run)
    return run


async def runs(db: Database, owner: str = "w1") -> list[Run]:
    async with db.begin() as tx:
        return list(await RunStore(tx).claim(10, owner, 30))


async def read(db: Database, run: Run) -> Run:
    async with db.read() as tx:
        return await RunReads(tx, run.connection.account_id).get(run.id)


class TestRuns:
    async def test_a_dead_workers_run_is_driven_by_another(self, db: Database, clock: ManualClock) -> None:
        run = await requested(db, await published(db))
        (stale,) = await runs(db, "w1")
        assert await runs(db, "w2") == []
        clock.advance(seconds=30)
        (fresh,) = await runs(db, "w2")
        with pytest.raises(LeaseLost):
            async with db.begin() as tx:
                await RunStore(tx).move(stale, RunStatus.SUCCEEDED)
        async with db.begin() as tx:
            await RunStore(tx).move(fresh, RunStatus.RUNNING)
            await RunStore(tx).move(fresh, RunStatus.FAILED, "why")
        found = await read(db, run)
        assert (found.status, found.cause, found.finished_at) == (RunStatus.FAILED, "why", clock.now())
        assert await runs(db, "w3") == []

    async def test_a_connection_has_one_continuous_run_at_a_time(self, db: Database) -> None:
        here = await published(db)
        async with db.begin() as tx:
            store = RunStore(tx)
            first = await store.open_continuous(a_run(here, RunKind.CONTINUOUS))
            again = await store.open_continuous(a_run(here, RunKind.CONTINUOUS))
            assert again == first and first.status is RunStatus.RUNNING
            assert [await store.close_continuous(first, RunStatus.SUCCEEDED) for _ in range(2)] == [
                True,
                False,
            ]
            assert (await store.open_continuous(a_run(here, RunKind.CONTINUOUS))).id != first.id

    async def test_counts_of_all_workers_add_up(self, db: Database) -> None:
        run = await requested(db, await published(db))
        for _ in range(3):
            async with db.begin() as tx:
                await RunStore(tx).count(run, {"updated_b": 2, "unchanged_a": 5, "created_a": 0})
        counts = (await read(db, run)).counts
        assert {name: number for name, number in counts.items() if number} == {
            "updated_b": 6,
            "unchanged_a": 15,
        }

    async def test_a_stop_is_seen_by_who_drives_it(self, db: Database) -> None:
        run = await requested(db, await published(db))
        async with db.begin() as tx:
            await RunStore(tx).request_stop(run)
        assert (await runs(db))[0].stop_requested_at == START

    async def test_only_what_a_person_may_see_is_there(self, db: Database) -> None:
        run = await requested(db, await published(db))
        account = run.connection.account_id
        async with db.read() as tx:
            for reads in (RunReads(tx, new_id()), RunReads(tx, account, [new_id()])):
                with pytest.raises(NotFound):
                    await reads.get(run.id)
                assert await reads.listed(after=None, limit=10) == []
            assert await RunReads(tx, account, [NETWORK]).listed(after=None, limit=10) == [run_as_read(run)]


def run_as_read(run: Run) -> Run:
    names = (
        "created",
        "updated",
        "removed",
        "scanned",
        "unchanged",
        "ignored",
        "set_aside",
        "held_back",
        "conflicts",
    )
    return replace(run, counts={f"{name}_{side}": 0 for name in names for side in "ab"})


def somebody(account_id: UUID, *network_ids: UUID) -> Caller:
    """Who may see all of the account, unless networks are named."""
    return Caller(account_id, new_id(), "manager", frozenset(network_ids) or None)


def an_issue(number: int = 1, **facts: Any) -> Issue:
    return replace(Issue(new_id(), FLOW, Side.A, bug(number), "unmapped:State", "invalid", "Map it"), **facts)


async def told(db: Database, here: ConnectionRef, *issues: Issue) -> None:
    async with db.begin() as tx:
        await ReportWriter(tx, here, NETWORK).put_issues(issues)


async def issues(db: Database, here: ConnectionRef, **asked: Any) -> list[Issue]:
    async with db.read() as tx:
        return list(await ReportReads(tx, here.account_id).issues(**{"after": None, "limit": 50, **asked}))


class TestIssues:
    async def test_the_same_cause_at_a_record_is_one_issue_that_counts(self, db: Database) -> None:
        here, first = await published(db), an_issue()
        await told(db, here, first)
        await told(db, here, an_issue(hint="Map Blocked"), an_issue(2), an_issue(cause="other"))
        found = {it.id: it for it in await issues(db, here)}
        assert len(found) == 3
        assert (found[first.id].attempts, found[first.id].hint) == (2, "Map Blocked")

    async def test_resolved_it_opens_again_ignored_it_does_not(self, db: Database) -> None:
        here, one, two = await published(db), an_issue(1), an_issue(2)
        await told(db, here, one, two)
        async with db.begin() as tx:
            store = InboxStore(tx, somebody(here.account_id))
            await store.move_issues([one.id], IssueState.RESOLVED)
            await store.move_issues([two.id], IssueState.IGNORED)
        await told(db, here, an_issue(1), an_issue(2))
        assert {it.id: it.state for it in await issues(db, here)} == {
            one.id: IssueState.OPEN,
            two.id: IssueState.IGNORED,
        }

    async def test_a_record_that_went_through_resolves_its_own(self, db: Database) -> None:
        here = await published(db)
        await told(db, here, an_issue(1), an_issue(2), an_issue(1, side=Side.B))
        async with db.begin() as tx:
            await ReportWriter(tx, here, NETWORK).resolve_issues({(FLOW, Side.A, bug(1))})
        found = await issues(db, here, states=[IssueState.RESOLVED])
        assert [(it.side, it.record) for it in found] == [(Side.A, bug(1))]

    async def test_pages_hold_all_in_order(self, db: Database) -> None:
        here, put = await published(db), [an_issue(number) for number in range(7)]
        await told(db, here, *put)
        found, after = list[UUID](), None
        while page := await issues(db, here, after=after, limit=3):
            found += [it.id for it in page]
            after = found[-1]
        assert found == sorted(it.id for it in put)

    async def test_of_others_nothing_is_seen_or_moved(self, db: Database) -> None:
        here, issue = await published(db), an_issue()
        await told(db, here, issue)
        async with db.begin() as tx:
            for caller in (somebody(new_id()), somebody(here.account_id, new_id())):
                store = InboxStore(tx, caller)
                assert await store.issues(IssueFilter(), after=None, limit=5) == []
                await store.move_issues([issue.id], IssueState.IGNORED)
        assert [it.state for it in await issues(db, here)] == [IssueState.OPEN]


class TestConflictsAndOutcomes:
    async def test_both_values_and_the_bases_are_kept_until_a_person_chooses(self, db: Database) -> None:
        here = await published(db)
        put = Conflict(
            new_id(), FLOW, new_id(), "r1", {"rich": "ü"}, None, base_a=UNSET, base_b="b", at=START
        )
        async with db.begin() as tx:
            await ReportWriter(tx, here, NETWORK).add_conflicts([put])
        async with db.begin() as tx:
            store = InboxStore(tx, somebody(here.account_id))
            everything = ConflictFilter()
            assert await store.conflicts(everything, after=None, limit=5) == [OwnedConflict(here, put)]
            await InboxStore(tx, somebody(here.account_id, new_id())).choose([put.id], Side.A)
            await store.choose([put.id], Side.B)
            chosen = replace(put, winner=Side.B, state=ConflictState.CHOSEN)
            assert await store.conflicts(everything, after=None, limit=5) == [OwnedConflict(here, chosen)]
            unsettled = ConflictFilter(state=ConflictState.OPEN)
            assert await store.conflicts(unsettled, after=None, limit=5) == []

    async def test_outcomes_in_the_order_they_came(self, db: Database) -> None:
        here, run = await published(db), new_id()
        async with db.begin() as tx:
            writer = ReportWriter(tx, here, NETWORK)
            for numbers in (range(3), range(3, 5)):
                await writer.add_outcomes(
                    run, [Outcome(FLOW, Side.A, bug(number), "update", "changed") for number in numbers]
                )
        async with db.read() as tx:
            reads = ReportReads(tx, here.account_id)
            first = await reads.outcomes(run, limit=3)
            rest = await reads.outcomes(run, after=first[-1].seq, limit=3)
            assert await ReportReads(tx, new_id()).outcomes(run, limit=3) == []
        assert [row.record_id for row in (*first, *rest)] == ["0", "1", "2", "3", "4"]


class TestHooks:
    async def test_are_there_until_the_transaction_of_what_they_became(
        self, db: Database, clock: ManualClock
    ) -> None:
        here, hook = await published(db), Hook(new_id(), "hash", {"x-kind": "a"}, b"{}", START)
        async with db.begin() as tx:
            await HookStore(tx).put((here, hook))
            assert await HookStore(tx).waiting(here) == 1
        with pytest.raises(ZeroDivisionError):
            async with db.begin() as tx:
                assert await HookStore(tx).take(10) == [(here, hook)]
                raise ZeroDivisionError
        async with db.begin() as tx:
            await HookStore(tx).failed(hook)
        async with db.begin() as tx:
            assert await HookStore(tx).take(10) == [], "it waits behind the others"
        clock.advance(seconds=2)
        async with db.begin() as tx:
            assert await HookStore(tx).take(10) == [(here, replace(hook, attempts=1))]
        assert await count(db, "hook") == 0
