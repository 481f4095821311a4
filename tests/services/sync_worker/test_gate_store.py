"""The gate: all takers together keep a vendor's limit, use it, and leave a failing vendor alone."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ON_POSTGRES
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget, Share
from syncline_common.sdk.gate_state import GateState
from syncline_sync_worker.store.gate_store import StoredGate, gates
from syncline_sync_worker.store.passages import Passage, passages

BUDGET = Budget("vendor", limit=100, per=60)
TODAY = ManualClock().now().timestamp()
TAKERS = (Priority.USER, Priority.WEBHOOK, Priority.POLL, Priority.BACKFILL)


def begun(budget: Budget, seed: int, takers: int, windows: int, chunk: int) -> list[float]:
    """When requests begin: each taker asks, uses each token as late as it may, and asks again when told."""
    random, state, starts = Random(seed), GateState(), list[float]()
    ask_at = [TODAY + random.uniform(0, budget.per) for _ in range(takers)]
    while min(ask_at) < TODAY + windows * budget.per:
        taker = ask_at.index(min(ask_at))
        now = ask_at[taker]
        state, grant = state.take(now, budget, chunk, random.choice(TAKERS))
        starts += [now + random.uniform(0, grant.seconds) for _ in range(grant.tokens)]
        ask_at[taker] = now + (grant.seconds if not grant.tokens else 0) + random.uniform(0, 1e-6)
    return sorted(starts)


def most_in_a_window(starts: list[float], per: float) -> int:
    most, first = 0, 0
    for last, at in enumerate(starts):
        while at - starts[first] >= per:
            first += 1
        most = max(most, last - first + 1)
    return most


@given(
    st.integers(2, 300),
    st.sampled_from([1.0, 60.0, 3600.0]),
    st.sampled_from(Share),
    st.integers(1, 50),
    st.integers(0, 2**32),
)
@settings(max_examples=50, deadline=None)
def test_no_window_sees_more_than_the_share(
    limit: int, per: float, share: Share, chunk: int, seed: int
) -> None:
    budget = Budget("v", limit, per, share)
    assert most_in_a_window(begun(budget, seed, 4, 3, chunk), per) <= budget.mine


@given(st.integers(20, 300), st.integers(1, 50), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_under_backlog_95_percent_of_it_is_used(limit: int, chunk: int, seed: int) -> None:
    budget = Budget("v", limit, 60.0)
    starts = [it for it in begun(budget, seed, 4, 6, chunk) if 60 <= it - TODAY < 360]
    assert len(starts) >= 0.95 * budget.mine * 5


@pytest.mark.parametrize(("limit", "work", "probes"), [(2, 1, 1), (10, 9, 1), (100, 95, 5), (1001, 950, 51)])
def test_the_shares_are_the_limit(limit: int, work: int, probes: int) -> None:
    assert (Budget("v", limit, 1).mine, Budget("v", limit, 1, Share.PROBES).mine) == (work, probes)


def test_what_can_not_be_shared_is_refused() -> None:
    with pytest.raises(ValueError, match="shared"):
        Budget("v", 1, 1)


def test_a_backlog_leaves_head_room_for_the_more_urgent() -> None:
    budget, state, now = Budget("v", 5000, 3600), GateState(), 1000.0
    for chunk in (50, 50, 50):
        state, _ = state.take(now, budget, chunk, Priority.BACKFILL)
    got = {}
    for priority in (Priority.BACKFILL, Priority.POLL, Priority.WEBHOOK, Priority.USER):
        state, grant = state.take(now, budget, 10, priority)
        got[priority] = grant.tokens
    assert got == {Priority.BACKFILL: 0, Priority.POLL: 10, Priority.WEBHOOK: 10, Priority.USER: 10}


class TestShared:
    async def test_takers_of_different_processes_are_one_to_the_vendor(
        self, db: Database, clock: ManualClock
    ) -> None:
        gates, starts = [StoredGate(db) for _ in range(4)], list[float]()
        for turn in range(400):
            grant = await gates[turn % 4].take(BUDGET, 10, Priority.POLL)
            starts += [clock.now().timestamp()] * grant.tokens
            clock.advance(seconds=0 if grant.tokens else grant.seconds)
        assert most_in_a_window(starts, 60) <= 95
        assert len(starts) >= 0.95 * 95 * (clock.now().timestamp() - TODAY) / 60 > 95

    @ON_POSTGRES
    async def test_also_at_the_same_moment(self, db: Database) -> None:
        grants = await asyncio.gather(*(StoredGate(db).take(BUDGET, 1, Priority.USER) for _ in range(20)))
        assert sum(it.tokens for it in grants) == 2, "the burst of 95 a minute"

    async def test_the_probes_have_their_own(self, db: Database) -> None:
        gate, probes = StoredGate(db), Budget("vendor", 100, 60, Share.PROBES)
        while (await gate.take(BUDGET, 10, Priority.USER)).tokens:
            pass
        assert (await gate.take(probes, 1, Priority.USER)).tokens == 1

    async def test_told_to_slow_down_nobody_sends(self, db: Database, clock: ManualClock) -> None:
        one, two = StoredGate(db), StoredGate(db)
        await one.slow_down(BUDGET, 20)
        await one.slow_down(BUDGET, 5)
        grant = await two.take(BUDGET, 1, Priority.USER)
        assert (grant.tokens, grant.seconds) == (0, 20)
        clock.advance(seconds=20)
        assert (await two.take(BUDGET, 1, Priority.USER)).tokens == 1

    async def test_what_the_vendor_really_allows_holds_for_all(
        self, db: Database, clock: ManualClock
    ) -> None:
        one, two = StoredGate(db), StoredGate(db)
        await one.resize(BUDGET, 20)
        starts = list[float]()
        while (at := clock.now().timestamp()) < TODAY + 180:
            grant = await two.take(BUDGET, 10, Priority.USER)
            starts += [at] * grant.tokens
            clock.advance(seconds=0 if grant.tokens else grant.seconds)
        assert most_in_a_window(starts, 60) <= 19
        assert len(starts) >= 0.95 * 19 * 3

    async def test_a_credential_that_was_refused_is_told_to_all_also_after_the_breaker_was_open(
        self, db: Database, clock: ManualClock
    ) -> None:
        one, two = await opened(db), StoredGate(db)
        await one.refuse(BUDGET, "a name")
        clock.advance(seconds=30)
        waiting = await two.take(BUDGET, 1, Priority.USER)
        assert (waiting.refused, waiting.refused_ago) == ("a name", 30.0)
        await two.observe(BUDGET, True)
        clock.advance(seconds=10)
        grant = await StoredGate(db).take(BUDGET, 1, Priority.USER)
        assert (grant.tokens, grant.probe, grant.refused, grant.refused_ago) == (1, False, "a name", 40.0)

    async def test_the_breaker_does_not_forget_what_the_vendor_allows(
        self, db: Database, clock: ManualClock
    ) -> None:
        gate = await opened(db)
        await gate.resize(BUDGET, 20)
        clock.advance(seconds=30)
        await gate.take(BUDGET, 1, Priority.USER)
        await gate.observe(BUDGET, True)
        clock.advance(seconds=60)
        assert [(await gate.take(BUDGET, 10, Priority.USER)).tokens for _ in range(2)] == [1, 0]


class TestBreaker:
    @pytest.mark.parametrize(("went_well", "failed", "is_open"), [(4, 5, False), (5, 5, False), (4, 6, True)])
    async def test_opens_when_more_than_half_of_ten_fail(
        self, db: Database, went_well: int, failed: int, is_open: bool
    ) -> None:
        gate = StoredGate(db)
        for ok in [True] * went_well + [False] * failed:
            await gate.observe(BUDGET, ok)
        assert ((await StoredGate(db).take(BUDGET, 1, Priority.USER)).seconds == 30) is is_open

    async def test_what_went_well_is_told_with_the_next_take(self, db: Database) -> None:
        gate = StoredGate(db)
        for _ in range(20):
            await gate.observe(BUDGET, True)
        await gate.take(BUDGET, 1, Priority.USER)
        other = StoredGate(db)
        for _ in range(10):
            await other.observe(BUDGET, False)
        assert (await other.take(BUDGET, 1, Priority.USER)).tokens == 1, "10 of 30"

    async def test_calls_of_long_ago_do_not_count(self, db: Database, clock: ManualClock) -> None:
        gate = StoredGate(db)
        for _ in range(9):
            await gate.observe(BUDGET, False)
        clock.advance(seconds=60)
        await gate.observe(BUDGET, False)
        assert (await gate.take(BUDGET, 1, Priority.USER)).tokens == 1

    async def test_one_probe_at_a_time_and_a_good_one_closes_it(
        self, db: Database, clock: ManualClock
    ) -> None:
        one, two = await opened(db), StoredGate(db)
        clock.advance(seconds=30)
        probe = await one.take(BUDGET, 10, Priority.POLL)
        assert (probe.tokens, probe.probe) == (1, True)
        assert (await two.take(BUDGET, 1, Priority.USER)).tokens == 0
        await one.observe(BUDGET, True)
        clock.advance(seconds=1)
        grant = await two.take(BUDGET, 1, Priority.USER)
        assert (grant.tokens, grant.probe) == (1, False)

    async def test_a_probe_that_never_came_back_is_not_waited_for(
        self, db: Database, clock: ManualClock
    ) -> None:
        one, two = await opened(db), StoredGate(db)
        clock.advance(seconds=30)
        await one.take(BUDGET, 1, Priority.USER)
        clock.advance(seconds=30)
        assert (await two.take(BUDGET, 1, Priority.USER)).probe

    async def test_each_probe_that_fails_doubles_the_wait_up_to_ten_minutes(
        self, db: Database, clock: ManualClock
    ) -> None:
        gate, waits = await opened(db), list[float]()
        for _ in range(7):
            grant = await gate.take(BUDGET, 1, Priority.USER)
            waits.append(grant.seconds)
            clock.advance(seconds=grant.seconds)
            assert (await gate.take(BUDGET, 1, Priority.USER)).probe
            await gate.observe(BUDGET, False)
        assert waits == [30, 60, 120, 240, 480, 600, 600]

    async def test_since_when_and_until_when_nobody_asks_is_told(
        self, db: Database, clock: ManualClock
    ) -> None:
        gate, began = await opened(db), clock.now()
        for _ in range(2):
            clock.advance(seconds=(await gate.take(BUDGET, 1, Priority.USER)).seconds)
            await gate.take(BUDGET, 1, Priority.USER)
            await gate.observe(BUDGET, False)
        (away,) = await told(db)
        assert (away.away_since, away.paused_until) == (began, clock.now() + timedelta(seconds=120))
        clock.advance(seconds=120)
        await gate.take(BUDGET, 1, Priority.USER)
        await gate.observe(BUDGET, True)
        (back,) = await told(db)
        assert (back.away_since, back.paused_until, back.limit) == (None, None, 95)
        await gate.slow_down(BUDGET, 7)
        await gate.resize(BUDGET, 20)
        (slowed,) = await told(db)
        assert (slowed.away_since, slowed.paused_until, slowed.limit) == (
            None,
            clock.now() + timedelta(seconds=7),
            19,
        )

    async def test_stragglers_of_before_do_not_prolong_it(self, db: Database, clock: ManualClock) -> None:
        gate = await opened(db)
        clock.advance(seconds=20)
        await gate.observe(BUDGET, False)
        assert (await gate.take(BUDGET, 1, Priority.USER)).seconds == 10


async def told(db: Database) -> list[Passage]:
    async with db.read() as tx:
        return passages({None: BUDGET}, await gates(tx, [BUDGET.key]), await tx.now())


async def opened(db: Database) -> StoredGate:
    gate = StoredGate(db)
    for _ in range(10):
        await gate.observe(BUDGET, False)
    return gate
