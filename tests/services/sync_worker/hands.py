"""A batch in the hands of a worker, and vendors that are a few lines long."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from services.sync_worker.stored import FLOW, START, claimed, offered, published
from syncline_common.connectors.bulk import one_by_one
from syncline_common.db.tx import Database
from syncline_common.errors import RemoteError
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NewRecord, Reader, StreamTraits, Update, Writer
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side
from syncline_common.sdk.leaving import leaving
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.domain.work import Offer
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.work.creating import Creator
from syncline_sync_worker.work.decide import Change, Make, decide
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.results import Sight
from syncline_sync_worker.work.tools import Tools
from work.pairs import record, rules, traits

LONG = 1000.0  # seconds, for which a worker is sure of what it has


@dataclass
class Vendor:
    """Reader and writer of one that makes one record after the other, and updates what it has not refused."""

    each: float = 0.0  # seconds
    seconds: float = 0.0
    made: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    refusal: RemoteError | None = None
    told: Callable[[], Any] | None = None  # at each create

    def elapsed(self) -> float:
        return self.seconds

    def traits(self, stream: str) -> StreamTraits:
        return StreamTraits()

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        return await one_by_one(new, self._create)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        self.updated += [it.seen.ref.id for it in updates]
        return [self.refusal or it.seen for it in updates]

    async def _create(self, new: NewRecord) -> Record:
        leaving()
        self.seconds += self.each
        self.made.append(new.marker)
        if self.told is not None:
            await self.told()
        return Record(RecordRef(new.stream, new.marker), new.values, "1", START, START, marker=new.marker)

    def as_reader(self) -> Reader:
        return cast(Reader, self)

    def as_writer(self) -> Writer:
        return cast(Writer, self)


async def in_hand(
    db: Database, *offers: Offer, link: Link | None = None, elapsed: Callable[[], float] = lambda: 0.0
) -> tuple[Tools, Hand]:
    here = await published(db)
    if link is not None:
        async with db.begin() as tx:
            await LinkStore(tx, here).insert(tx, [link])
    await offered(db, here, *offers)
    batch = await claimed(db, "w1", len(offers))
    assert batch is not None
    run = Run(new_id(), here, batch.network_id, RunKind.CONTINUOUS, 1, START)
    nothing = cast(Any, None)
    tools = Tools(db, nothing, nothing, "w1", b"key", new_id, Random(1), elapsed)
    return tools, Hand(batch, run, {FLOW: rules()}, START, sure_until=LONG)


def to_be_made(hand: Hand) -> list[Make]:
    """Of each pair, which is new on side a."""
    seen = record(Side.A, {"Title": "x", "State": "New"})
    sights = [Sight(it, hand.flows[FLOW], None, {Side.A: seen}) for it in hand.batch.pairs]
    decided = [decide(it, f"sl-{it.pair.id}", traits(), START) for it in sights]
    return [it for it in decided if isinstance(it, Make)]


def to_be_changed(hand: Hand, link: Link, values: Mapping[Side, Mapping[str, Any]]) -> Change:
    (pair,) = hand.batch.pairs
    records = {side: record(side, values[side]) for side in Side}
    decided = decide(Sight(pair, hand.flows[FLOW], link, records), "", traits(), START)
    assert isinstance(decided, Change)
    return decided


def creator(tools: Tools, hand: Hand, vendor: Vendor) -> Creator:
    return Creator(tools, hand, Side.B, vendor.as_reader(), vendor.as_writer())
