"""What is known of pairs: a record is in one link, a create is sent once, the ledger keeps everything."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.sync_worker.stored import FLOW, START, a_link, bug, count, incident, published
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.records import Feed, RecordRef
from syncline_common.schemas.values import UNSET, Side
from syncline_sync_worker.domain.cursor import Cursor, CursorKey
from syncline_sync_worker.domain.intent import Creates, Intent, IntentState
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import Link, LinkState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.cursor_store import CursorStore
from syncline_sync_worker.store.intent_store import IntentStore, Settled
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore

LINK, RULE = new_id(), "r1"


async def inserted(db: Database, here: ConnectionRef, *links: Link) -> set[Any]:
    async with db.begin() as tx:
        return set(await LinkStore(tx, here).insert(tx, links))


class TestLinks:
    async def test_are_found_by_id_and_from_either_side(self, db: Database) -> None:
        here, one, two = await published(db), a_link(1, 11), a_link(2, 12)
        await inserted(db, here, one, two)
        async with db.read() as tx:
            store = LinkStore(tx, here)
            assert await store.by_ids([one.id, new_id()]) == {one.id: one}
            assert await store.by_side(FLOW, Side.A, [bug(1), bug(9)]) == {bug(1): one}
            found = await store.by_side(FLOW, Side.B, [incident(11), incident(12), bug(11)])
            assert found == {incident(11): one, incident(12): two}
            assert await store.by_side("f2", Side.A, [bug(1)]) == {}
            assert await store.count(FLOW) == 2

    async def test_a_record_is_in_one_link_of_its_flow(self, db: Database) -> None:
        here, first = await published(db), a_link(1, 11)
        await inserted(db, here, first)
        same_a, same_b, other = a_link(1, 12), a_link(2, 11), a_link(3, 13)
        elsewhere = replace(a_link(1, 11), flow_id="f2")
        made = await inserted(db, here, same_a, same_b, other, elsewhere)
        assert made == {other.id, elsewhere.id}

    async def test_bases_are_saved_as_they_are(self, db: Database) -> None:
        here, link = await published(db), a_link(1, 11)
        await inserted(db, here, link, a_link(2, 12))
        base = {"Title": "Ü", "Tags": ["a", None], "Empty": None, "Number": 1.5, "None": "None"}
        saved = replace(
            link,
            version_a="7",
            version_b="8",
            base_a=base,
            base_b={"x": {"y": []}},
            state=LinkState.MISSING,
            missing_since=START,
            unanswered=({"write": {"value": None}},),
        )
        async with db.begin() as tx:
            await LinkStore(tx, here).save([saved])
            assert await LinkStore(tx, here).by_ids([link.id]) == {link.id: saved}

    async def test_what_is_about_to_be_sent_is_kept_until_its_answer_is(self, db: Database) -> None:
        here, link = await published(db), a_link(1, 11)
        await inserted(db, here, link, a_link(2, 12))
        sent = replace(link, unanswered=({"write": {"value": "x"}, "told": False},))
        async with db.begin() as tx:
            await LinkStore(tx, here).expect({link.id: sent.unanswered})
            assert await LinkStore(tx, here).by_ids([link.id]) == {link.id: sent}
            await LinkStore(tx, here).save([link])
            assert await LinkStore(tx, here).by_ids([link.id]) == {link.id: link}

    async def test_another_connection_sees_and_changes_nothing(self, db: Database) -> None:
        here, link = await published(db), a_link(1, 11)
        await inserted(db, here, link)
        async with db.begin() as tx:
            other = LinkStore(tx, ConnectionRef(new_id(), here.id))
            await other.save([replace(link, base_a={"stolen": True})])
            await other.remove([link.id])
            assert await other.by_ids([link.id]) == {}
            assert await LinkStore(tx, here).by_ids([link.id]) == {link.id: link}

    @pytest.mark.parametrize("side", list(Side))
    async def test_pages_hold_all_of_a_side_in_these_states_once(self, side: Side, db: Database) -> None:
        here, links = await published(db), [a_link(number, 20 - number) for number in range(9)]
        released = replace(a_link(9, 9), state=LinkState.RELEASED)
        elsewhere = replace(a_link(10, 10), flow_id="f2")
        twin = a_link(11, 11)
        namesake = replace(links[4].end(side), stream="Another")
        twin = replace(twin, a=namesake) if side is Side.A else replace(twin, b=namesake)
        await inserted(db, here, *links, released, elsewhere, twin)
        found, after, states = list[RecordRef](), None, [LinkState.LINKED, LinkState.MISSING]
        async with db.read() as tx:
            while page := await LinkStore(tx, here).ends(FLOW, side, states, after=after, limit=3):
                found += page
                after = page[-1]
        wanted = [it.end(side) for it in (*links, twin)]
        assert found == sorted(wanted, key=lambda it: (it.id, it.stream)) and len(found) == 10


def intent(marker: str = "m1", **facts: Any) -> Intent:
    due = START + timedelta(seconds=20)
    it = Intent(marker, FLOW, Side.A, bug(1), Creates.RECORD, epoch=1, sent_at=START, not_before=due)
    return replace(it, **facts)


async def opened(db: Database, here: ConnectionRef, *intents: Intent) -> set[str]:
    async with db.begin() as tx:
        return set(await IntentStore(tx, here).open(tx, intents))


async def settled(db: Database, here: ConnectionRef, *outcomes: Settled) -> None:
    async with db.begin() as tx:
        await IntentStore(tx, here).settle(tx, outcomes)


class TestIntents:
    async def test_what_was_sent_is_not_sent_again(self, db: Database) -> None:
        here = await published(db)
        assert await opened(db, here, intent("m1"), intent("m2")) == {"m1", "m2"}
        assert await opened(db, here, intent("m1", epoch=2), intent("m3")) == {"m3"}

    @pytest.mark.parametrize(
        ("state", "may"),
        [
            (IntentState.ABSENT, {"m1"}),
            (IntentState.UNKNOWN, set()),
            (IntentState.DONE, set()),
        ],
    )
    async def test_only_what_was_looked_for_and_not_found_is(
        self, db: Database, state: IntentState, may: set[str]
    ) -> None:
        here = await published(db)
        await opened(db, here, intent("m1"))
        await settled(db, here, Settled("m1", state))
        assert await opened(db, here, intent("m1", epoch=2)) == may

    async def test_done_stays_done_and_knows_what_was_made(self, db: Database) -> None:
        here = await published(db)
        await opened(db, here, intent())
        await settled(db, here, Settled("m1", IntentState.DONE, "77"))
        await settled(db, here, Settled("m1", IntentState.ABSENT))
        async with db.read() as tx:
            found = await IntentStore(tx, here).of(["m1", "m9"])
        assert found == {"m1": intent(state=IntentState.DONE, made_id="77")}

    async def test_unanswered_it_is_not_looked_for_while_it_may_still_have_its_effect(
        self, db: Database, clock: ManualClock
    ) -> None:
        """However late it was sent. What was said before is not shortened."""
        here, unknown = await published(db), IntentState.UNKNOWN
        late = intent("m2", not_before=START + timedelta(hours=1))
        await opened(db, here, intent("m1"), late)
        clock.advance(seconds=40)
        wait = timedelta(seconds=30)
        await settled(db, here, Settled("m1", unknown, wait=wait), Settled("m2", unknown, wait=wait))
        async with db.read() as tx:
            found = await IntentStore(tx, here).of(["m1", "m2"])
        assert found["m1"] == intent("m1", state=unknown, not_before=START + timedelta(seconds=70))
        assert found["m2"] == replace(late, state=unknown)


def entry(old: Any, new: Any, **facts: Any) -> Entry:
    return replace(Entry(LINK, RULE, Side.B, old, new, run_id=None, version=1), **facts)


async def appended(db: Database, here: ConnectionRef, *entries: Entry) -> None:
    async with db.begin() as tx:
        await LedgerStore(tx, here).append(tx, entries)


class TestLedger:
    async def test_lineage_is_newest_first_page_by_page(self, db: Database) -> None:
        here = await published(db)
        await appended(db, here, *(entry(number, number + 1) for number in range(5)))
        await appended(db, here, entry("x", "y", rule_id="r2"), entry("x", "y", link_id=new_id()))
        async with db.read() as tx:
            ledger = LedgerStore(tx, here)
            first = await ledger.lineage(LINK, RULE, limit=3)
            rest = await ledger.lineage(LINK, RULE, before=first[-1].seq, limit=3)
        assert [(it.old, it.new) for it in (*first, *rest)] == [(4, 5), (3, 4), (2, 3), (1, 2), (0, 1)]
        assert {it.at for it in first} == {START}

    async def test_values_come_back_as_they_were_and_large_ones_are_kept_once(self, db: Database) -> None:
        here, large = await published(db), "ü" * 5000
        values = [UNSET, None, "", 0, False, {"a": [1, None]}, large, large]
        await appended(db, here, *(entry(value, value) for value in values))
        async with db.read() as tx:
            found = await LedgerStore(tx, here).lineage(LINK, RULE)
        assert [it.new for it in reversed(found)] == values
        assert [it.old for it in reversed(found)] == values
        assert await count(db, "blob") == 1

    async def test_what_alternates_is_seen(self, db: Database, clock: ManualClock) -> None:
        here = await published(db)
        await appended(db, here, entry(1, 2))
        clock.advance(minutes=10)
        await appended(db, here, entry(2, 1), entry(1, 2), entry(2, 3, by_person=True))
        async with db.read() as tx:
            ledger = LedgerStore(tx, here)
            assert await ledger.writes_since([LINK], START) == {(LINK, RULE): 3}
            assert await ledger.writes_since([LINK], START + timedelta(minutes=5)) == {(LINK, RULE): 2}
            assert await ledger.writes_since([new_id()], START) == {}

    async def test_values_as_of_an_instant(self, db: Database, clock: ManualClock) -> None:
        """The last write until then; before the first, what that found."""
        here = await published(db)
        await appended(db, here, entry("old", "first"), entry("first", "second"))
        clock.advance(days=1)
        await appended(db, here, entry("second", "third"), entry("found", "written", side=Side.A))
        place_a, place_b = (LINK, RULE, Side.A), (LINK, RULE, Side.B)
        async with db.read() as tx:
            ledger = LedgerStore(tx, here)
            assert await ledger.as_of([LINK], START) == {place_a: "found", place_b: "second"}
            assert await ledger.as_of([LINK], START - timedelta(seconds=1)) == {
                place_a: "found",
                place_b: "old",
            }
            assert await ledger.as_of([LINK], clock.now()) == {place_a: "written", place_b: "third"}


class TestCursors:
    async def test_move_each_by_itself(self, db: Database) -> None:
        here = await published(db)
        key, other = CursorKey(FLOW, Side.A, "Bug"), CursorKey(FLOW, Side.A, "Bug", Feed.COMMENTS)
        page = Cursor(key, since=START, token="t2", high_water=START + timedelta(seconds=5))
        async with db.begin() as tx:
            store = CursorStore(tx, here)
            assert await store.get(key) == Cursor(key)
            await store.move(tx, page)
            await store.move(tx, Cursor(other, sweep_token="s"))
            assert await store.get(key) == page
            await store.move(tx, Cursor(key, since=page.high_water))
            assert await store.get(key) == Cursor(key, since=START + timedelta(seconds=5))
            assert await store.get(other) == Cursor(other, sweep_token="s")
