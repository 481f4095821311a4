"""A history is data: the same seed gives the same one, and the same ledger; one that fails can be made short."""

import asyncio

import pytest
from sqlalchemy import MetaData, update

from simulation.configurations import Variant
from simulation.faults import Rates
from simulation.history import History, calm, history_of
from simulation.naive import Naive
from simulation.oracle import settled
from simulation.shrink import shrink
from simulation.steps import Create, Edit, Kill, Publish, Sicken, Start, Step
from simulation.subject import Subject
from simulation.trial import tried
from simulation.vendors import Facts
from simulation.world import live
from syncline_common.schemas.values import Side
from syncline_sync_worker.store.tables import metadata

FAULTS = Rates(after=100)
EVERYTHING = range(
    1, 30
)  # seeds; with kills, freezes and faults, which the stand-in doesn't survive but must repeat


def naive(history: History) -> Subject:
    return Naive(history.versions)


def test_a_seed_is_a_history() -> None:
    assert [history_of(seed) for seed in EVERYTHING] == [history_of(seed) for seed in EVERYTHING]
    assert len({str(history_of(seed)) for seed in EVERYTHING}) == len(EVERYTHING)


def test_it_is_in_order_and_small() -> None:
    for seed in range(200):
        history = history_of(seed)
        assert list(history.steps) == sorted(history.steps, key=lambda it: it.at)
        assert 1 <= sum(isinstance(it, Create) for it in history.steps) <= 7
        assert len(history.steps) <= 40 and 1 <= history.workers <= 3


def test_the_same_seed_gives_the_same_ledger() -> None:
    once = [live(history_of(seed), naive(history_of(seed)), settled).digest() for seed in EVERYTHING]
    again = [live(history_of(seed), naive(history_of(seed)), settled).digest() for seed in EVERYTHING]
    assert once == again
    assert len(set(once)) == len(once)


class WithRows(Naive):
    """What it does is decided by rows, too: its processes wait for each other's transactions."""

    metadata: MetaData | None = metadata

    async def worker(self, name: str) -> None:
        database = self._place.database(metadata)
        for _ in range(1000):
            async with database.begin() as tx:
                await tx.session.execute(update(metadata.tables["lease"]).values(owner=name))
            await self.cycle()
            await asyncio.sleep(5)
        await asyncio.Event().wait()


def test_with_a_database_as_well() -> None:
    twice = [
        [live(history_of(seed), WithRows(history_of(seed).versions)) for seed in range(15)] for _ in "12"
    ]
    once, again = ([(it.digest(), it.turns, it.transactions) for it in lived] for lived in twice)
    assert once == again
    assert all(transactions > 10 for _, _, transactions in once)


def test_a_failing_one_is_made_short() -> None:
    """Of all that happens, a lost answer to a create is what the stand-in can't stand."""
    facts = Facts(granularity=60.0, lag=3.0)
    steps: list[Step] = [
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Sicken(8.0, Side.B, FAULTS),
        Create(10.0, Side.A, "r2", (("Title", "two"),)),
        Edit(20.0, Side.A, "r1", "Title", "three"),
        Edit(30.0, Side.B, "r1", "state", "2"),
        Kill(35.0, 1, 3),
        Start(50.0, 1),
    ]
    history = History(1, facts, facts, (Variant(comments=False),), 1, 60.0, tuple(steps))
    short = shrink(history, lambda it: "P1" in tried(it, naive).promises)
    assert [type(it) for it in short.steps] == [Sicken, Create]
    assert short.facts_a == short.facts_b == Facts()


def test_nothing_can_be_left_out_of_a_short_one() -> None:
    def fails(history: History) -> bool:
        edits = [it for it in history.steps if isinstance(it, Edit)]
        return len(edits) >= 3 and any(isinstance(it, Create) for it in history.steps)

    history = next(it for it in map(history_of, range(100)) if fails(it))
    short = shrink(history, fails)
    assert len(short.steps) == 4 and fails(short)


def test_it_reads_as_what_happens() -> None:
    text = str(history_of(3))
    assert text.startswith("seed 3, ")
    assert text.count("\n") == 2 + len(history_of(3).versions) + len(history_of(3).steps)


@pytest.mark.parametrize("kind", [Kill, Sicken])
def test_calm_leaves_the_users(kind: type[Step]) -> None:
    history = next(it for it in map(history_of, range(100)) if any(isinstance(s, kind) for s in it.steps))
    rest = calm(history)
    assert not any(isinstance(it, kind) for it in rest.steps)
    users = [it for it in history.steps if isinstance(it, Edit | Create | Publish)]
    assert [it for it in rest.steps if isinstance(it, Edit | Create | Publish)] == users
