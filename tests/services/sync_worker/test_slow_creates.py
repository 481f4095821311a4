"""A vendor without a bulk call takes its time: what would leave after the intents are believed to be over does not."""

from collections.abc import Sequence
from random import Random
from typing import Any, cast

import pytest

from services.sync_worker.stored import FLOW, START, bug, claimed, offer, offered, published
from syncline_common.connectors.bulk import one_by_one
from syncline_common.db.tx import Database
from syncline_common.errors import RemoteError
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.schemas.connector import NewRecord, StreamTraits
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side
from syncline_common.sdk.leaving import leaving
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.domain.intent import IntentState
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.work.creating import Creator
from syncline_sync_worker.work.decide import Make, decide
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Sight
from syncline_sync_worker.work.tools import Tools
from work.pairs import record, rules, traits

EACH = 10.0  # seconds


@pytest.fixture
def service() -> Service:
    return SERVICE


class Slow:
    """Reader and writer of a vendor that makes one record after the other."""

    def __init__(self) -> None:
        self.seconds, self.made = 0.0, list[str]()

    def elapsed(self) -> float:
        return self.seconds

    def traits(self, stream: str) -> StreamTraits:
        return StreamTraits()

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        return await one_by_one(new, self._create)

    async def _create(self, new: NewRecord) -> Record:
        leaving()
        self.seconds += EACH
        self.made.append(new.marker)
        return Record(RecordRef(new.stream, new.marker), new.values, "1", START, START, marker=new.marker)


async def test_the_rest_is_made_by_the_next_claim(db: Database) -> None:
    """Its lease was renewed all the while; whoever looked the late ones up would have come too early."""
    here, flow, slow = await published(db), rules(), Slow()
    await offered(db, here, *(offer(bug(number)) for number in range(4)))
    batch = await claimed(db, "w1", 4)
    assert batch is not None
    run = Run(new_id(), here, batch.network_id, RunKind.CONTINUOUS, 1, START)
    nothing = cast(Any, None)
    tools = Tools(db, nothing, nothing, "w1", b"key", new_id, Random(1), slow.elapsed)
    hand = Hand(batch, run, {FLOW: flow}, START, sure_until=1000.0)
    seen = record(Side.A, {"Title": "x", "State": "New"})
    sights = [Sight(it, flow, None, {Side.A: seen}) for it in batch.pairs]
    decided = [decide(it, f"sl-{it.pair.id}", traits(), START) for it in sights]
    makes = [it for it in decided if isinstance(it, Make)]
    results = await Creator(tools, hand, Side.B, cast(Any, slow), cast(Any, slow)).create(makes)
    assert slow.made == [it.marker for it in makes[:3]]
    states = [it.settled and it.settled.state for it in results]
    assert states == [IntentState.DONE] * 3 + [IntentState.ABSENT]
    assert results[3].due is not None and results[3].trouble is None
