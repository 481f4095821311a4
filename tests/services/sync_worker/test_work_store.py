"""Due pairs: nothing offered is lost, nothing is in two hands, and whoever lost a pair writes nothing more about it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.sync_worker.stored import (
    START,
    a_link,
    bug,
    claimed,
    count,
    finished,
    incident,
    offer,
    offered,
    pairs,
    published,
)
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import TaskState
from syncline_sync_worker.domain.work import Postponed, Reason
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore


class TestOffering:
    async def test_many_edits_of_a_record_are_one_piece_of_work(self, db: Database) -> None:
        here = await published(db)
        edits = [offer(bug(1), version=f"v{number}") for number in range(50)]
        await offered(db, here, *edits[:25])
        await offered(db, here, *edits[25:])
        (pair,) = await pairs(db)
        assert (pair.record, pair.version_a, pair.version_b) == (bug(1), "v49", None)

    async def test_nobody_is_woken_for_nothing(self, db: Database) -> None:
        here, rung = await published(db), list[str]()
        with db.bells.hang("work", lambda: rung.append("work")):
            await offered(db, here)
            assert rung == []
            await offered(db, here, offer(bug(1)))
            assert rung == ["work"]

    async def test_the_earliest_time_every_reason_and_the_highest_priority_count(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1), after=60, priority=Priority.BACKFILL, reason=Reason.SWEEP))
        assert await pairs(db) == []
        await offered(db, here, offer(bug(1), priority=Priority.USER, reason=Reason.PERSON))
        await offered(db, here, offer(bug(1), after=90, priority=Priority.POLL, reason=Reason.COMMENTS))
        (pair,) = await pairs(db)
        assert pair.reasons == Reason.SWEEP | Reason.PERSON | Reason.COMMENTS
        assert pair.priority is Priority.USER

    async def test_a_sweep_has_no_news_of_what_waits_in_that_version(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1), version="v1"), offer(bug(2), version="v1"))
        for number, version in ((1, "v1"), (2, "v2")):
            swept = offer(bug(number), version=version, reason=Reason.SWEEP, priority=Priority.BACKFILL)
            await offered(db, here, swept)
        same, newer = await pairs(db)
        assert (same.reasons, same.version_a) == (Reason.RECORD, "v1")
        assert (newer.reasons, newer.version_a) == (Reason.RECORD | Reason.SWEEP, "v2")

    async def test_what_is_offered_during_the_work_is_done_afterwards(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1), version="v1"))
        taken = await pairs(db)
        await offered(db, here, offer(bug(1), version="v2"))
        assert await pairs(db, "w2") == [], "it is in somebody's hands"
        await finished(db, "w1", taken)
        (again,) = await pairs(db, "w2")
        assert again.version_a == "v2"
        await finished(db, "w2", [again])
        assert await count(db, "work") == 0

    async def test_what_is_offered_during_the_work_for_later_waits_until_then(
        self, db: Database, clock: ManualClock
    ) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        taken = await pairs(db)
        await offered(db, here, offer(bug(1), after=600, reason=Reason.DELETION))
        await finished(db, "w1", taken)
        assert await pairs(db) == []
        clock.advance(seconds=600)
        assert len(await pairs(db)) == 1

    async def test_the_overlap_of_two_reads_changes_nothing(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1), version="v1"))
        taken = await pairs(db)
        await offered(db, here, offer(bug(1), version="v1"))
        await finished(db, "w1", taken)
        assert await count(db, "work") == 0

    @pytest.mark.parametrize(
        "again",
        [
            {"version": None},
            {"version": "v2"},
            {"version": "v1", "reason": Reason.COMMENTS},
            {"version": "v1", "priority": Priority.USER},
        ],
        ids=["a version nobody knows", "another version", "another reason", "more urgent"],
    )
    async def test_whatever_is_new_counts(self, db: Database, again: dict[str, Any]) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1), version="v1"))
        taken = await pairs(db)
        await offered(db, here, offer(bug(1), **again))
        await finished(db, "w1", taken)
        assert len(await pairs(db)) == 1

    async def test_connections_do_not_meet(self, db: Database) -> None:
        one, two = await published(db), await published(db)
        await offered(db, one, offer(bug(1)))
        await offered(db, two, offer(bug(1)))
        batches = [await claimed(db), await claimed(db)]
        assert {it.connection for it in batches if it} == {one, two}


class TestClaiming:
    async def test_in_the_order_of_priority_then_of_time(self, db: Database) -> None:
        here = await published(db)
        await offered(
            db,
            here,
            offer(bug(1), priority=Priority.BACKFILL),
            offer(bug(2), after=-1),
            offer(bug(3), after=-2),
            offer(bug(4), priority=Priority.USER),
            offer(bug(5), priority=Priority.WEBHOOK),
        )
        taken = await pairs(db, limit=4)
        assert [it.record for it in taken] == [bug(4), bug(5), bug(3), bug(2)]

    async def test_a_pair_has_one_owner_until_its_time_is_over(
        self, db: Database, clock: ManualClock
    ) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        (first,) = await pairs(db, "w1")
        clock.advance(seconds=29.9)
        assert await pairs(db, "w2") == []
        clock.advance(seconds=0.1)
        (second,) = await pairs(db, "w2")
        assert (second.epoch, second.deaths) == (first.epoch + 1, 1)

    async def test_renewed_it_stays(self, db: Database, clock: ManualClock) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        taken = await pairs(db, "w1")
        for _ in range(5):
            clock.advance(seconds=20)
            async with db.begin() as tx:
                assert await WorkStore(tx).renew("w1", taken, 30) == taken
            assert await pairs(db, "w2") == []

    async def test_of_many_connections_each_has_its_turn(self, db: Database) -> None:
        places = [await published(db) for _ in range(3)]
        for place in places:
            await offered(db, place, *(offer(bug(number)) for number in range(4)))
        order, after = [], None
        for _ in range(6):
            batch = await claimed(db, limit=2, after=after)
            assert batch
            after = batch.connection.id
            order.append(batch.connection)
        assert order == sorted(places, key=lambda it: it.id) * 2
        assert await claimed(db, after=after) is None

    async def test_what_a_person_waits_for_comes_before_the_turn_of_others(self, db: Database) -> None:
        one, two = sorted([await published(db), await published(db)], key=lambda it: it.id)
        await offered(db, one, offer(bug(1)))
        await offered(db, two, offer(bug(2), priority=Priority.USER))
        batch = await claimed(db)
        assert batch and batch.connection == two

    async def test_a_batch_names_its_configuration_and_systems(self, db: Database) -> None:
        here = await published(db, version=7)
        await offered(db, here, offer(bug(1)))
        batch = await claimed(db)
        assert batch
        async with db.begin() as tx:
            task = await TaskStore(tx).get(here)
        assert (batch.version, batch.node_a, batch.node_b) == (7, task.node_a, task.node_b)

    @pytest.mark.parametrize("state", [TaskState.PAUSED, TaskState.ERROR, TaskState.DELETING])
    async def test_paused_work_waits(self, db: Database, state: TaskState) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        async with db.begin() as tx:
            await tx.session.execute(update(db.tables["task"]).values(state=state.value))
        assert await pairs(db) == []
        async with db.begin() as tx:
            await tx.session.execute(update(db.tables["task"]).values(state="active"))
        assert len(await pairs(db)) == 1


class TestEnding:
    async def test_who_lost_it_can_write_nothing(self, db: Database, clock: ManualClock) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        stale = await pairs(db, "w1")
        clock.advance(seconds=31)
        fresh = await pairs(db, "w2")
        late = [Postponed(it, START, "rate", "429") for it in stale]
        async with db.begin() as tx:
            store = WorkStore(tx)
            assert await store.hold("w1", stale) == []
            assert await store.renew("w1", stale, 300) == []
            assert await store.finish("w1", stale) == []
            assert await store.later("w1", late) == []
            assert await store.give_back("w1", stale) == []
            assert await store.hold("w2", fresh) == fresh

    async def test_also_if_the_same_worker_has_it_again(self, db: Database, clock: ManualClock) -> None:
        """A frozen turn of a worker that came back meanwhile."""
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        stale = await pairs(db, "w1")
        clock.advance(seconds=31)
        fresh = await pairs(db, "w1")
        assert await finished(db, "w1", stale) == []
        assert await finished(db, "w1", fresh) == fresh

    async def test_of_a_batch_the_rest_is_not_held_up(self, db: Database, clock: ManualClock) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)), offer(bug(2)))
        mine = await pairs(db, "w1")
        clock.advance(seconds=31)
        (theirs,) = await pairs(db, "w2", limit=1)
        kept = await finished(db, "w1", mine)
        assert {it.record for it in kept} == {bug(1), bug(2)} - {theirs.record}

    async def test_later_waits_and_counts_if_it_was_the_records_fault(
        self, db: Database, clock: ManualClock
    ) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)), offer(bug(2)))
        one, two = sorted(await pairs(db), key=lambda it: it.record.id)
        due = START + timedelta(seconds=60)
        async with db.begin() as tx:
            await WorkStore(tx).later(
                "w1", [Postponed(one, due, "invalid", "x"), Postponed(two, due, "rate", "429", False)]
            )
        clock.advance(seconds=59)
        assert await pairs(db) == []
        clock.advance(seconds=1)
        assert {it.record: it.attempts for it in await pairs(db)} == {bug(1): 1, bug(2): 0}

    async def test_an_edit_that_came_during_the_work_does_not_wait_for_the_retry(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        (pair,) = await pairs(db)
        await offered(db, here, offer(bug(1), version="v2"))
        async with db.begin() as tx:
            await WorkStore(tx).later("w1", [Postponed(pair, START + timedelta(hours=1), "invalid", "x")])
        assert len(await pairs(db)) == 1

    async def test_given_back_it_is_free_at_once_and_nobody_died(self, db: Database) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)))
        async with db.begin() as tx:
            store = WorkStore(tx)
            batch = await store.claim(10, "w1", 30)
            assert batch
            await store.give_back("w1", batch.pairs)
        (pair,) = await pairs(db, "w2")
        assert (pair.deaths, pair.attempts) == (0, 0)


class TestPoison:
    async def test_its_neighbours_are_freed_of_it(self, db: Database, clock: ManualClock) -> None:
        """Everybody who takes 13 dies at once, with all that is in the same hands; the others finish."""
        here = await published(db)
        await offered(db, here, *(offer(bug(number)) for number in range(20)))
        sizes, done = [], set()
        for _ in range(60):
            taken = await pairs(db, limit=10)
            sizes.append(len(taken))
            if any(it.to_be_set_aside for it in taken):
                assert [it.record for it in taken] == [bug(13)]
                done |= {13}
                await finished(db, "w1", taken)
            elif bug(13) in {it.record for it in taken}:
                clock.advance(seconds=31)
            else:
                done |= {int(it.record.id) for it in taken}
                await finished(db, "w1", taken)
                clock.advance(seconds=1)
        assert done == set(range(20))
        assert await count(db, "work") == 0

    async def test_after_two_deaths_alone_after_three_set_aside(
        self, db: Database, clock: ManualClock
    ) -> None:
        here = await published(db)
        await offered(db, here, offer(bug(1)), offer(bug(2)))
        seen = []
        for _ in range(4):
            taken = await pairs(db)
            seen.append((len(taken), taken[0].deaths, taken[0].to_be_set_aside))
            clock.advance(seconds=31)
        assert seen[:3] == [(2, 0, False), (2, 1, False), (1, 2, False)]
        deaths = [taken[0].deaths for _ in range(3) if (taken := await pairs(db, "w2"))]
        assert max(deaths) == 3


class TestLinking:
    async def test_both_ends_of_a_link_are_one_piece_of_work(self, db: Database) -> None:
        here, link = await published(db), a_link(1, 2)
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
        await offered(db, here, offer(bug(1), version="a1"))
        await offered(db, here, offer(incident(2), Side.B, version="b1"))
        (pair,) = await pairs(db)
        assert (pair.link_id, pair.version_a, pair.version_b) == (link.id, "a1", "b1")

    async def test_linked_during_the_work_the_other_end_joins_it(self, db: Database) -> None:
        here, link = await published(db), a_link(1, 2)
        await offered(db, here, offer(bug(1)))
        mine = await pairs(db, "w1")
        await offered(db, here, offer(incident(2), Side.B))
        theirs = await pairs(db, "w2")
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
            await WorkStore(tx).relink(here, [link], mine)
        assert await finished(db, "w2", theirs) == [], "it is w1's by now"
        await offered(db, here, offer(incident(2), Side.B, version="b2"))
        assert await count(db, "work") == 1
        assert await finished(db, "w1", mine) == mine
        (again,) = await pairs(db, "w3")
        assert (again.link_id, again.version_b) == (link.id, "b2")

    async def test_what_the_other_end_was_due_for_is_done_afterwards(self, db: Database) -> None:
        """Its owner may have seen something that the maker of the link had not."""
        here, link = await published(db), a_link(1, 2)
        await offered(db, here, offer(incident(2), Side.B, version="b1"))
        await pairs(db, "w2")
        await offered(db, here, offer(bug(1)))
        mine = await pairs(db, "w1")
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
            await WorkStore(tx).relink(here, [link], mine)
        await finished(db, "w1", mine)
        (again,) = await pairs(db, "w3")
        assert (again.link_id, again.version_b) == (link.id, "b1")

    async def test_who_has_the_other_end_is_told_when_it_writes(self, db: Database) -> None:
        """Also if the maker of the link could not reach that row, because it was being written at that moment."""
        here, link = await published(db), a_link(1, 2)
        await offered(db, here, offer(incident(2), Side.B, version="b1"))
        theirs = await pairs(db, "w2")
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
        async with db.begin() as tx:
            assert await WorkStore(tx).hold("w2", theirs) == []
        (pair,) = await pairs(db, "w3")
        assert (pair.link_id, pair.version_b) == (link.id, "b1")

    async def test_linked_and_nothing_more_was_offered_it_is_done(self, db: Database) -> None:
        here, link = await published(db), a_link(1, 2)
        await offered(db, here, offer(bug(1)))
        mine = await pairs(db)
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
            await WorkStore(tx).relink(here, [link], mine)
            await WorkStore(tx).finish("w1", mine)
        assert await count(db, "work") == 0

    async def test_a_row_that_missed_its_link_finds_it_when_it_is_claimed(self, db: Database) -> None:
        """Offered by somebody who could not see the link yet, stored after its maker had looked."""
        here, link = await published(db), a_link(1, 2)
        await offered(db, here, offer(bug(1), version="a1"), offer(incident(2), Side.B, version="b1"))
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
        (pair,) = await pairs(db)
        assert (pair.link_id, pair.version_a, pair.version_b) == (link.id, "a1", "b1")
