"""The way in: what arrived takes effect once, and an event that fails holds up nobody but itself."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from syncline_common.bus.inbox import apply_inbox_once, later, newest_in_inbox, store_in_inbox
from syncline_common.bus.parked import ParkedEvents
from syncline_common.bus.router import EventRouter, Received
from syncline_common.bus.transport import Message
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database, Tx
from syncline_common.errors import ContractBroken, NotFound
from syncline_common.events.registry import NetworkCreated
from syncline_common.ids import new_id

KEY = "registry.network.created.v1"
ACCOUNT, OTHER = new_id(), new_id()
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Handler = Callable[[NetworkCreated, Tx], Awaitable[None]]


def a_message(account: UUID = ACCOUNT) -> Message:
    event = NetworkCreated(account_id=account, network_id=new_id())
    return Message(event.id, KEY, event.to_cloud_event(NOON))


class Handled:
    """A handler whose effect is an event of its own. It remembers its tries, and fails on what is `bad`."""

    def __init__(self, *bad: Message, error: Exception | None = None) -> None:
        self.tries: list[UUID] = []
        self.bad = {message.id for message in bad}
        self._error = error or RuntimeError("s3cret")
        self.router = EventRouter("connections")
        self.router.on(NetworkCreated)(self.publish_then_maybe_fail)

    async def publish_then_maybe_fail(self, event: NetworkCreated, tx: Tx) -> None:
        await tx.publish(NetworkCreated(account_id=event.account_id, network_id=event.network_id))
        self.tries.append(event.id)
        if event.id in self.bad:
            raise self._error


async def rows(db: Database) -> dict[UUID, Any]:
    inbox = db.tables["inbox"]
    async with db.read() as tx:
        found = (await tx.session.execute(select(inbox).order_by(inbox.c.seq))).all()
    return {row.event_id: row for row in found}


async def effects(db: Database) -> int:
    async with db.read() as tx:
        return int(await tx.session.scalar(select(func.count()).select_from(db.tables["outbox"])) or 0)


class TestStoring:
    async def test_delivering_again_has_no_second_effect(self, db: Database) -> None:
        handled, message = Handled(), a_message()
        for _ in range(3):
            await store_in_inbox(db, [message])
        assert [await apply_inbox_once(db, handled.router) for _ in range(2)] == [1, 0]
        await store_in_inbox(db, [message, a_message()])
        assert await apply_inbox_once(db, handled.router) == 1
        assert handled.tries.count(message.id) == 1 and await effects(db) == 2

    async def test_when_the_newest_came_is_known(self, db: Database, clock: ManualClock) -> None:
        assert await newest_in_inbox(db) is None
        await store_in_inbox(db, [a_message()])
        clock.advance(minutes=5)
        await store_in_inbox(db, [a_message()])
        assert await newest_in_inbox(db) == datetime(2026, 1, 1, 0, 5, tzinfo=UTC)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff not text",
            b"[]",
            b'"text"',
            b"null",
            b"{}",
            b'{"accountid": 5}',
            b'{"accountid": null}',
            b'{"accountid": {"x": []}}',
            b'{"accountid": "nobody"}',
            b"[" * 100_000,
        ],
        ids=lambda body: body[:24].decode(errors="replace") or "empty",
    )
    async def test_what_is_none_of_ours_is_kept_and_stops_nobody(self, db: Database, body: bytes) -> None:
        handled, foreign, ours = Handled(), Message(new_id(), KEY, body), a_message()
        await store_in_inbox(db, [foreign, ours])
        assert await apply_inbox_once(db, handled.router) == 2
        found = await rows(db)
        assert (found[foreign.id].account_id, found[foreign.id].attempts) == (None, 1)
        assert (found[ours.id].account_id, found[ours.id].done_at is None) == (ACCOUNT, False)


class TestApplying:
    async def test_in_the_order_of_arrival(self, db: Database) -> None:
        handled, messages = Handled(), [a_message() for _ in range(7)]
        for start in (0, 3, 6):
            await store_in_inbox(db, messages[start : start + 3])
        assert [await apply_inbox_once(db, handled.router, batch=4) for _ in range(3)] == [4, 3, 0]
        assert handled.tries == [message.id for message in messages]

    async def test_the_neighbours_of_poison_are_applied_in_the_same_turn(self, db: Database) -> None:
        messages = [a_message() for _ in range(5)]
        handled = Handled(messages[2])
        await store_in_inbox(db, messages)
        assert await apply_inbox_once(db, handled.router) == 5
        found = await rows(db)
        assert [found[it.id].done_at is not None for it in messages] == [True, True, False, True, True]
        assert [found[it.id].attempts for it in messages] == [0, 0, 1, 0, 0]
        assert await effects(db) == 4, "what the whole batch did was undone"

    async def test_a_failed_handler_leaves_no_trace_and_is_tried_again(
        self, db: Database, clock: ManualClock
    ) -> None:
        message = a_message()
        handled = Handled(message)
        await store_in_inbox(db, [message])
        assert [await apply_inbox_once(db, handled.router) for _ in range(2)] == [1, 0]
        assert await effects(db) == 0
        handled.bad.clear()
        clock.advance(seconds=2)
        assert await apply_inbox_once(db, handled.router) == 1
        row = (await rows(db))[message.id]
        assert await effects(db) == 1 and row.done_at == clock.now() and row.error is None

    async def test_it_rests_longer_after_each_failure(self, db: Database, clock: ManualClock) -> None:
        message = a_message()
        handled = Handled(message)
        await store_in_inbox(db, [message])
        for seconds in (2, 4, 8):
            await apply_inbox_once(db, handled.router)
            clock.advance(seconds=seconds - 0.001)
            assert await apply_inbox_once(db, handled.router) == 0
            clock.advance(seconds=0.001)
        assert len(handled.tries) == 3

    @pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (7, 128), (8, 256), (9, 300), (5000, 300)])
    def test_never_longer_than_five_minutes(self, attempts: int, seconds: int) -> None:
        assert later(NOON, attempts) == NOON + timedelta(seconds=seconds)

    async def test_what_failed_before_is_tried_alone(self, db: Database, clock: ManualClock) -> None:
        poison, fresh = a_message(), [a_message(), a_message()]
        handled = Handled(poison)
        await store_in_inbox(db, [poison])
        await apply_inbox_once(db, handled.router)
        clock.advance(seconds=2)
        await store_in_inbox(db, fresh)
        assert [await apply_inbox_once(db, handled.router) for _ in range(3)] == [1, 2, 0]
        assert handled.tries == [poison.id, poison.id, fresh[0].id, fresh[1].id]

    async def test_two_at_once_never_apply_one_event_twice(self, db: Database) -> None:
        """As when a process was frozen beyond its lease, and comes back in the middle of its turn."""
        router, running, go_on = EventRouter("connections"), asyncio.Event(), asyncio.Event()
        tries: list[UUID] = []

        @router.on(NetworkCreated)
        async def slow(event: NetworkCreated, tx: Tx) -> None:
            if not running.is_set():
                running.set()
                await go_on.wait()
            tries.append(event.id)
            await tx.publish(NetworkCreated(account_id=ACCOUNT, network_id=new_id()))

        messages = [a_message() for _ in range(6)]
        await store_in_inbox(db, messages)
        first = asyncio.create_task(apply_inbox_once(db, router, batch=3))
        await running.wait()
        second = asyncio.create_task(apply_inbox_once(db, router, batch=6))
        await asyncio.wait([second], timeout=0.2)  # in time enough to overtake, if it could
        go_on.set()
        assert (await first, await second) == (3, 3)
        assert tries == [message.id for message in messages] and await effects(db) == 6

    async def test_a_handler_that_hangs_is_one_that_fails(self, db: Database) -> None:
        router, hangs, works = EventRouter("connections"), a_message(), a_message()

        @router.on(NetworkCreated)
        async def hang(event: NetworkCreated, tx: Tx) -> None:
            if event.id == hangs.id:
                await asyncio.Event().wait()

        await store_in_inbox(db, [hangs, works])
        async with asyncio.timeout(30):
            assert await apply_inbox_once(db, router, within=0.2) == 2
        found = await rows(db)
        assert found[works.id].done_at is not None
        assert (found[hangs.id].attempts, found[hangs.id].error) == (
            1,
            "TookTooLong: Not done within 0.2 seconds",
        )

    async def test_the_one_that_keeps_all_gets_them_at_once_and_as_they_came(self, db: Database) -> None:
        router, kept = EventRouter("connections"), list[list[Received]]()

        @router.on_every([NetworkCreated])
        async def keep(events: Any, tx: Tx) -> None:
            kept.append(list(events))

        messages = [a_message(), a_message()]
        await store_in_inbox(db, messages)
        assert await apply_inbox_once(db, router) == 2
        assert kept == [[Received(it.id, KEY, it.body) for it in messages]]


class TestParking:
    async def test_poison_is_parked_after_ten_attempts(self, db: Database, clock: ManualClock) -> None:
        message = a_message()
        handled = Handled(message)
        await store_in_inbox(db, [message])
        for _ in range(12):
            await apply_inbox_once(db, handled.router)
            clock.advance(minutes=6)
        row = (await rows(db))[message.id]
        assert len(handled.tries) == row.attempts == 10 and await effects(db) == 0
        assert row.parked_at == datetime(2026, 1, 1, 0, 54, tzinfo=UTC)
        assert row.error == "RuntimeError", "only our own messages are known to hold no secret"

    async def test_our_own_errors_say_why(self, db: Database) -> None:
        message = a_message()
        handled = Handled(message, error=ContractBroken("No such field", detail="s3cret"))
        await store_in_inbox(db, [message])
        await apply_inbox_once(db, handled.router)
        assert (await rows(db))[message.id].error == "ContractBroken: No such field"

    async def test_an_unknown_version_is_parked_at_once_and_not_dropped(self, db: Database) -> None:
        handled, unknown, known = (
            Handled(),
            Message(new_id(), "registry.network.created.v9", b"{}"),
            a_message(),
        )
        await store_in_inbox(db, [unknown, known])
        assert await apply_inbox_once(db, handled.router) == 2
        found = await rows(db)
        assert found[unknown.id].parked_at is not None and found[unknown.id].error == "LookupError"
        assert found[known.id].done_at is not None and found[known.id].parked_at is None
        assert await apply_inbox_once(db, handled.router) == 0

    async def parked(self, db: Database, clock: ManualClock, *messages: Message) -> Handled:
        handled = Handled(*messages)
        await store_in_inbox(db, messages)
        for _ in range(10 * len(messages)):
            await apply_inbox_once(db, handled.router)
            clock.advance(minutes=6)
        return handled

    async def listed(self, db: Database, account: UUID, **window: Any) -> list[UUID]:
        async with db.read() as tx:
            parked = ParkedEvents(tx, db.tables["inbox"], account)
            return [it.id for it in await parked.listed(**({"after": None, "limit": 10} | window))]

    async def test_only_the_accounts_own_are_listed(self, db: Database, clock: ManualClock) -> None:
        mine, theirs = sorted([a_message() for _ in range(3)], key=lambda it: it.id), a_message(OTHER)
        await self.parked(db, clock, *mine, theirs)
        ids = [it.id for it in mine]
        assert await self.listed(db, ACCOUNT) == ids
        assert await self.listed(db, ACCOUNT, limit=2) == ids[:2]
        assert await self.listed(db, ACCOUNT, after=ids[1]) == ids[2:]
        assert await self.listed(db, OTHER) == [theirs.id] and await self.listed(db, new_id()) == []

    async def test_replayed_they_are_applied_as_if_they_had_just_come(
        self, db: Database, clock: ManualClock
    ) -> None:
        mine, theirs = [a_message() for _ in range(3)], a_message(OTHER)
        handled = await self.parked(db, clock, *mine, theirs)
        handled.bad.clear()
        for wanted, replayed in ((mine[1].id, 1), (None, 2)):
            async with db.begin() as tx:
                parked = ParkedEvents(tx, db.tables["inbox"], ACCOUNT)
                assert await parked.replay(tx, wanted) == replayed
            assert await apply_inbox_once(db, handled.router) == replayed
        assert await self.listed(db, ACCOUNT) == [] and await effects(db) == 3
        for foreign in (theirs.id, mine[1].id, new_id()):
            with pytest.raises(NotFound):
                async with db.begin() as tx:
                    await ParkedEvents(tx, db.tables["inbox"], ACCOUNT).replay(tx, foreign)
        assert await self.listed(db, OTHER) == [theirs.id]
