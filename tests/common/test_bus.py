"""The way out: nothing is published outside a transaction, and what was committed reaches the broker."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from syncline_common.bus.inbox import apply_inbox_once, newest_in_inbox, store_in_inbox
from syncline_common.bus.memory import MemoryTransport
from syncline_common.bus.relay import relay_once
from syncline_common.bus.transport import Consumer, Message
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_common.events.base import Event
from syncline_common.events.registry import NetworkCreated
from syncline_common.ids import new_id
from syncline_connections.events.handlers import router
from syncline_connections.store.network_store import KnownNetworks

ACCOUNT = new_id()


class Broker:
    """Remembers what it took; it can be away, and it can refuse single messages."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.refuses: set[UUID] = set()
        self.away = False

    async def declare(self, consumer: str, routing_keys: frozenset[str]) -> None: ...

    async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        taken = [message for message in messages if message.id not in self.refuses]
        if self.away or not taken:
            raise Unavailable("The broker did not confirm")
        self.got += taken
        return taken

    def subscribe(self, consumer: Consumer) -> Any:
        raise NotImplementedError

    async def ping(self) -> None: ...

    @property
    def ids(self) -> list[UUID]:
        return [message.id for message in self.got]


def created(network_id: UUID | None = None) -> NetworkCreated:
    return NetworkCreated(account_id=ACCOUNT, network_id=network_id or new_id())


async def publish(db: Database, *events: Event) -> None:
    async with db.begin() as tx:
        await tx.publish(*events)


async def published(db: Database, count: int) -> list[UUID]:
    """So many, each in a transaction of its own."""
    events = [created() for _ in range(count)]
    for event in events:
        await publish(db, event)
    return [event.id for event in events]


async def count(db: Database, *where: Any) -> int:
    async with db.read() as tx:
        return int(await tx.session.scalar(select(func.count()).where(*where)) or 0)


async def unsent(db: Database) -> int:
    return await count(db, db.tables["outbox"].c.sent_at.is_(None))


class TestOutbox:
    async def test_an_event_dies_with_its_transaction(self, db: Database) -> None:
        with pytest.raises(RuntimeError):
            async with db.begin() as tx:
                await tx.publish(created())
                raise RuntimeError
        assert await count(db, db.tables["outbox"].c.seq > 0) == 0

    async def test_it_is_a_cloud_event_of_the_transactions_time(
        self, db: Database, clock: ManualClock
    ) -> None:
        broker, network = Broker(), UUID("01900000-0000-7000-8000-000000000001")
        event = created(network)
        await publish(db, event)
        clock.advance(hours=1)
        await relay_once(db, broker)
        assert broker.got[0].routing_key == "registry.network.created.v1"
        assert json.loads(broker.got[0].body) == {
            "specversion": "1.0",
            "id": str(event.id),
            "source": "/registry",
            "type": "registry.network.created.v1",
            "subject": "01900000-0000-7000-8000-000000000001",
            "time": "2026-01-01T00:00:00Z",
            "dataschema": "/sync/events/registry.network.created.v1.json",
            "datacontenttype": "application/json",
            "accountid": str(ACCOUNT),
            "networkid": "01900000-0000-7000-8000-000000000001",
            "data": {},
        }

    async def test_publishing_nothing_is_no_failure(self, db: Database) -> None:
        await publish(db)
        assert await relay_once(db, Broker()) == 0


class TestRelay:
    async def test_sends_once_and_keeps_what_it_sent(self, db: Database) -> None:
        broker, ids = Broker(), await published(db, 5)
        assert [await relay_once(db, broker) for _ in range(2)] == [5, 0]
        assert broker.ids == ids and await unsent(db) == 0
        assert await count(db, db.tables["outbox"].c.sent_at.is_not(None)) == 5

    async def test_keeps_the_order_within_and_between_transactions(self, db: Database) -> None:
        broker, events = Broker(), [created() for _ in range(7)]
        for start in (0, 3, 6):
            await publish(db, *events[start : start + 3])
        assert [await relay_once(db, broker, batch=2) for _ in range(5)] == [2, 2, 2, 1, 0]
        assert broker.ids == [event.id for event in events]

    async def test_a_broker_that_is_away_loses_nothing(self, db: Database) -> None:
        broker, ids = Broker(), await published(db, 3)
        broker.away = True
        for _ in range(3):
            with pytest.raises(Unavailable):
                await relay_once(db, broker)
        assert await unsent(db) == 3
        broker.away = False
        assert await relay_once(db, broker) == 3
        assert broker.ids == ids and await unsent(db) == 0

    async def test_of_a_partly_confirmed_batch_only_the_rest_is_sent_again(self, db: Database) -> None:
        broker, ids = Broker(), await published(db, 5)
        broker.refuses = {ids[1], ids[3]}
        with pytest.raises(Unavailable):  # so that the supervisor backs off
            await relay_once(db, broker)
        assert broker.ids == [ids[0], ids[2], ids[4]] and await unsent(db) == 2
        broker.refuses = set()
        assert await relay_once(db, broker) == 2
        assert broker.ids[3:] == [ids[1], ids[3]] and await unsent(db) == 0

    async def test_a_crash_between_sending_and_marking_repeats_and_never_loses(self, db: Database) -> None:
        class Crash(BaseException):
            pass

        class LastWords(Broker):
            async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
                await super().send(messages)
                raise Crash

        dying, broker, ids = LastWords(), Broker(), await published(db, 3)
        with pytest.raises(Crash):
            await relay_once(db, dying)
        assert dying.ids == ids and await unsent(db) == 3
        assert await relay_once(db, broker) == 3
        assert broker.ids == ids
        for message in dying.got + broker.got:
            await store_in_inbox(db, [message])
        assert await count(db, db.tables["inbox"].c.seq > 0) == 3

    async def test_two_for_a_moment_repeat_and_lose_nothing(self, db: Database) -> None:
        class Slow(Broker):
            met = asyncio.Barrier(2)

            async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
                await self.met.wait()
                return await super().send(messages)

        broker, ids = Slow(), await published(db, 4)
        async with asyncio.timeout(30):
            done = await asyncio.gather(*(relay_once(db, broker) for _ in range(2)))
        assert done == [4, 4]
        assert broker.ids == ids * 2 and await unsent(db) == 0

    async def test_no_transaction_is_open_while_the_broker_is_called(self, db: Database) -> None:
        class Curious(Broker):
            async def send(self, messages: Sequence[Message]) -> Sequence[Message]:
                async with asyncio.timeout(30), db.begin() as tx:
                    outbox = db.tables["outbox"]
                    rows = await tx.session.execute(select(outbox.c.seq).with_for_update(nowait=True))
                    assert len(rows.all()) == 2
                return await super().send(messages)

        await published(db, 2)
        assert await relay_once(db, Curious()) == 2


class TestMemory:
    async def test_from_outbox_to_effect(self, db: Database) -> None:
        bus, event = MemoryTransport(), created()
        await bus.declare("connections", router.routing_keys)
        await publish(db, event)
        with pytest.raises(Unavailable, match="not listening"):
            await relay_once(db, bus)
        store, since = partial(store_in_inbox, db), partial(newest_in_inbox, db)
        async with bus.subscribe(Consumer("connections", router.routing_keys, store, since)):
            assert await relay_once(db, bus) == 1
        assert await apply_inbox_once(db, router) == 1
        async with db.read() as tx:
            assert await KnownNetworks(tx, ACCOUNT).has(event.network_id)
            assert not await KnownNetworks(tx, new_id()).has(event.network_id)

    async def test_a_consumer_that_cannot_store_leaves_all_in_the_outbox(self, db: Database) -> None:
        async def full(messages: Sequence[Message]) -> None:
            raise Unavailable("The disk is full")

        bus = MemoryTransport()
        await published(db, 2)
        consumer = Consumer("connections", router.routing_keys, full, partial(newest_in_inbox, db))
        async with bus.subscribe(consumer):
            with pytest.raises(Unavailable):
                await relay_once(db, bus)
        assert await unsent(db) == 2
