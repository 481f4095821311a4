"""What only shows in one moment: between an intent and its request, after a refusal, or as a worker dies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from services.sync_worker.hands import Vendor, creator, in_hand, to_be_changed, to_be_made
from services.sync_worker.stored import START, a_link, bug, claimed, count, incident, offer, offered
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database, Tx
from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.intent import Intent
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.store.intent_store import IntentStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.changing import Changer
from syncline_sync_worker.work.creating import LONGEST_REQUEST
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.remember import remember
from syncline_sync_worker.work.results import Result
from syncline_sync_worker.work.tools import LEASE_SECONDS, Tools
from syncline_sync_worker.work.worker import Worker

AGREED = {
    "base_a": {"Title": "x", "State": "New"},
    "base_b": {"short": "x", "state": "1"},
    "version_a": "a1",
    "version_b": "b1",
}
EDITED = {Side.A: {"Title": "y", "State": "New"}, Side.B: {"short": "x", "state": "1"}}


async def stored(db: Database, hand: Hand, link: Link) -> Link:
    async with db.read() as tx:
        return (await LinkStore(tx, hand.batch.connection).by_ids([link.id]))[link.id]


async def test_nobody_looks_a_create_up_while_its_sender_may_still_send_it(db: Database) -> None:
    """It may die right after; who takes over knows nothing but the intent."""
    found: list[Intent] = []
    vendor = Vendor()
    tools, hand = await in_hand(db, offer(bug(1)))
    (make,) = to_be_made(hand)

    async def as_it_leaves() -> None:
        async with db.read() as tx:
            found.extend((await IntentStore(tx, hand.batch.connection).of([make.marker])).values())

    vendor.told = as_it_leaves
    await creator(tools, hand, vendor).create([make])
    (intent,) = found
    assert intent.not_before >= START + timedelta(seconds=LEASE_SECONDS) + LONGEST_REQUEST


async def changed(tools: Tools, hand: Hand, link: Link, vendor: Vendor) -> Result:
    readers = {side: vendor.as_reader() for side in Side}
    writers = {side: vendor.as_writer() for side in Side}
    (result,) = await Changer(tools, hand, readers, writers).carry_out([to_be_changed(hand, link, EDITED)])
    return result


async def test_after_a_refusal_the_pair_still_differs_from_what_was_agreed(db: Database) -> None:
    link = a_link(1, 9, **AGREED)
    tools, hand = await in_hand(db, offer(bug(1)), link=link)
    result = await changed(tools, hand, link, Vendor(refusal=RecordRejected("no")))
    assert result.due is not None and result.link is not None
    kept = (result.link.version_a, result.link.version_b, result.link.base_a, result.link.base_b)
    assert kept == (link.version_a, link.version_b, link.base_a, link.base_b)


async def test_who_is_not_sure_of_its_lease_sends_nothing(db: Database) -> None:
    link, vendor = a_link(1, 9, **AGREED), Vendor()
    tools, hand = await in_hand(db, offer(bug(1)), link=link)
    hand.sure_until = tools.elapsed()
    result = await changed(tools, hand, link, vendor)
    assert vendor.updated == [] and result.due is not None


@dataclass
class DiesAfterOne:
    """A database, as somebody sees it who dies once a transaction of his is committed."""

    db: Database
    begun: int = 0

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        if self.begun:
            raise SystemError("it is dead")
        self.begun += 1
        async with self.db.begin() as tx:
            yield tx


async def test_what_became_of_a_pair_is_kept_as_it_is_finished(db: Database) -> None:
    link = a_link(1, 9, **AGREED)
    tools, hand = await in_hand(db, offer(bug(1)), link=link)
    result = await changed(tools, hand, link, Vendor())
    assert result.due is None and result.link is not None
    mortal = replace(tools, db=cast(Database, DiesAfterOne(db)))
    await remember(mortal, hand, [result])
    assert await stored(db, hand, link) == replace(result.link, linked_at=link.linked_at)


async def test_a_pause_also_holds_for_what_was_claimed_before_it(db: Database) -> None:
    link, vendor = a_link(1, 9, **AGREED), Vendor()
    tools, hand = await in_hand(db, offer(bug(1)), link=link)
    async with db.begin() as tx:
        await TaskStore(tx).pause(hand.batch.connection)
    (not_made,) = await creator(tools, hand, vendor).create(to_be_made(hand))
    not_written = await changed(tools, hand, link, vendor)
    assert (vendor.made, vendor.updated) == ([], [])
    assert not_made.due is not None and not_written.due is not None


async def test_what_another_has_taken_over_is_not_remembered(db: Database, clock: ManualClock) -> None:
    link = a_link(1, 9, **AGREED)
    tools, hand = await in_hand(db, offer(bug(1)), link=link)
    result = await changed(tools, hand, link, Vendor())
    before = await stored(db, hand, link)
    clock.advance(seconds=31)
    assert await claimed(db, "w2") is not None
    await remember(tools, hand, [result])
    assert await stored(db, hand, link) == before and await count(db, "ledger") == 0


async def test_what_came_for_both_ends_meanwhile_is_one_piece_of_work_once_they_are_linked(
    db: Database,
) -> None:
    """Else two workers would have it at once."""
    tools, hand = await in_hand(db, offer(bug(1)))
    await offered(db, hand.batch.connection, offer(bug(1)), offer(incident(9), Side.B))
    (pair,) = hand.batch.pairs
    await remember(tools, hand, [Result(pair, made=a_link(1, 9))])
    assert await count(db, "work") == 1


async def test_who_is_late_to_link_a_record_looks_at_its_own_again(db: Database) -> None:
    """Its pair is not done with: there may be another record for it, or it is new."""
    tools, hand = await in_hand(db, offer(bug(1)), link=a_link(2, 9))
    (pair,) = hand.batch.pairs
    await remember(tools, hand, [Result(pair, made=a_link(1, 9))])
    assert await count(db, "work") == 1 and await count(db, "link") == 1


async def test_who_has_lost_some_is_not_sure_of_the_rest_for_longer(db: Database) -> None:
    """It may not know yet which: nothing more of the batch is begun."""
    tools, hand = await in_hand(db, offer(bug(1)), offer(bug(2)), elapsed=lambda: 100.0)
    hand.sure_until = 110.0
    async with db.begin() as tx:
        await WorkStore(tx).give_back("w1", hand.batch.pairs[:1])
    worker = Worker(tools)
    worker._hands.add(hand)
    await worker.renew()
    assert hand.sure_until == 110.0
