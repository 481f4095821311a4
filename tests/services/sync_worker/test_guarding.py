"""How much a run may destroy is counted by all workers together, and once, whoever dies."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest

from services.sync_worker.stored import FLOW, START, bug, claimed, count, incident, offer, offered, published
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.run import Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Batch
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.run_store import RunReads, RunStore
from syncline_sync_worker.work.decide import Change, decide
from syncline_sync_worker.work.guarding import Guardedly, guarded
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Sight
from syncline_sync_worker.work.tools import Tools
from work.pairs import MARKER, record, rules, traits

PAIRS, LEAST = 6, 3
FLOW_RULES = rules(guard={"share": 0, "least": LEAST}, conflicts={"default": "a"})


@pytest.fixture
async def here(db: Database) -> ConnectionRef:
    """Pairs whose titles were edited on both sides, and due."""
    found = await published(db)
    base_a, base_b = {"Title": "x", "State": "New"}, {"short": "x", "state": "1"}
    links = [
        Link(new_id(), FLOW, bug(it), incident(it), START, base_a=base_a, base_b=base_b)
        for it in range(PAIRS)
    ]
    async with db.begin() as tx:
        await LinkStore(tx, found).insert(tx, links)
    await offered(db, found, *(offer(bug(number)) for number in range(PAIRS)))
    return found


async def a_hand(db: Database, batch: Batch) -> Hand:
    run = Run(new_id(), batch.connection, batch.network_id, RunKind.CONTINUOUS, 1, START)
    async with db.begin() as tx:
        opened = await RunStore(tx).open_continuous(run)
    return Hand(batch, opened, {FLOW: FLOW_RULES}, START, 1.0)


async def changes(db: Database, hand: Hand) -> Sequence[Change]:
    async with db.read() as tx:
        ids = [it.link_id for it in hand.batch.pairs if it.link_id is not None]
        links = await LinkStore(tx, hand.batch.connection).by_ids(ids)
    found = []
    for it in hand.batch.pairs:
        assert it.link_id is not None
        link = links[it.link_id]
        values = {Side.A: {"Title": "from a", "State": "New"}, Side.B: {"short": "from b", "state": "1"}}
        records = {side: replace(record(side, values[side]), ref=link.end(side)) for side in Side}
        found.append(decide(Sight(it, FLOW_RULES, link, records), MARKER, traits(), START))
    return [it for it in found if isinstance(it, Change)]


async def admitted(db: Database, owner: str, limit: int) -> Guardedly:
    batch = await claimed(db, owner, limit)
    assert batch is not None
    hand = await a_hand(db, batch)
    absent = cast(Any, None)
    tools = Tools(db, absent, absent, owner, b"", new_id, Random(1), lambda: 0.0)
    return await guarded(tools, hand, await changes(db, hand))


def writes(said: Sequence[Guardedly]) -> int:
    return sum(bool(it.plan.writes) for one in said for it in one.let)


async def the_run(db: Database, here: ConnectionRef) -> Run:
    async with db.read() as tx:
        (run,) = await RunReads(tx, here.account_id).listed(after=None, limit=9)
    return run


async def test_workers_who_count_at_once_let_no_more_through(db: Database, here: ConnectionRef) -> None:
    said = await asyncio.gather(*(admitted(db, f"w{number}", 1) for number in range(PAIRS)))
    assert writes(said) == LEAST
    run = await the_run(db, here)
    assert (run.status, run.total("held_back")) == (RunStatus.AWAITING_APPROVAL, PAIRS - LEAST)
    assert await count(db, "outcome") == PAIRS - LEAST


async def test_what_comes_at_once_is_stopped_at_once(db: Database, here: ConnectionRef) -> None:
    assert writes([await admitted(db, "w1", PAIRS)]) == 0


async def test_after_a_death_nothing_is_counted_or_told_twice(
    db: Database, here: ConnectionRef, clock: ManualClock
) -> None:
    """What one was let is let to whoever comes after it, and what waits goes on waiting."""
    assert [writes([await admitted(db, "w1", number)]) for number in (LEAST, PAIRS - LEAST)] == [LEAST, 0]
    clock.advance(seconds=30)
    assert writes([await admitted(db, "w2", PAIRS)]) == LEAST
    assert (await the_run(db, here)).total("held_back") == await count(db, "outcome") == PAIRS - LEAST


async def test_who_has_lost_a_pair_counts_nothing(
    db: Database, here: ConnectionRef, clock: ManualClock
) -> None:
    batch = await claimed(db, "w1", PAIRS)
    assert batch is not None
    hand = await a_hand(db, batch)
    planned = await changes(db, hand)
    clock.advance(seconds=30)
    await claimed(db, "w2", PAIRS)
    absent = cast(Any, None)
    tools = Tools(db, absent, absent, "w1", b"", new_id, Random(1), lambda: 0.0)
    said = await guarded(tools, hand, planned)
    assert (said.let, await count(db, "guarded")) == ([], 0)
