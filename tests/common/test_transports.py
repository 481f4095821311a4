"""One contract, two brokers; and what only a real broker can do."""

from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage
from pydantic import SecretStr

from conftest import RABBIT, bus_of, needs_rabbit
from syncline_common.bus.memory import MemoryTransport
from syncline_common.bus.rabbit import RabbitTransport, open_rabbit
from syncline_common.bus.transport import Consumer
from syncline_common.errors import Unavailable
from syncline_common.settings import BusSettings
from syncline_common.testing.transport_contract import Got, TransportContract, a_message, listening, until

KEY = "x.thing.done.v1"


class TestMemory(TransportContract):
    @pytest.fixture
    def bus(self) -> MemoryTransport:
        return MemoryTransport()


@pytest.fixture
async def bus_settings() -> AsyncIterator[BusSettings]:
    async with bus_of("rabbit") as settings:
        yield settings


@pytest.fixture
async def bus(bus_settings: BusSettings) -> AsyncIterator[RabbitTransport]:
    async with open_rabbit(bus_settings) as bus:
        yield bus


@needs_rabbit
class TestRabbit(TransportContract):
    @pytest.fixture
    async def bus(self, bus_settings: BusSettings) -> AsyncIterator[RabbitTransport]:
        async with open_rabbit(bus_settings) as bus:
            yield bus

    @pytest.fixture
    def name(self) -> str:
        return "sync"  # queues of known names are removed after the test


@needs_rabbit
class TestOnlyRabbit:
    async def test_a_foreign_consumer_replays_the_log(
        self, bus: RabbitTransport, bus_settings: BusSettings
    ) -> None:
        messages, got = [a_message("x") for _ in range(3)], list[str | None]()
        await bus.declare("sync", frozenset())
        await bus.send(messages)
        async with await aio_pika.connect(RABBIT) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=100)
            log = await channel.get_queue(f"{bus_settings.bus_namespace}.log")

            async def read(incoming: AbstractIncomingMessage) -> None:
                got.append(incoming.message_id)
                await incoming.ack()

            await log.consume(read, arguments={"x-stream-offset": "first"})
            await until(lambda: len(got) == 3)
        assert got == [str(message.id) for message in messages]

    async def test_a_queue_deleted_under_its_consumer_is_rebuilt_and_misses_nothing(
        self, bus: RabbitTransport, bus_settings: BusSettings
    ) -> None:
        before, lost, after = a_message("x"), a_message("x"), a_message("x")
        got = Got()
        await bus.declare("sync", frozenset({KEY}))
        async with listening(bus, "sync", got, KEY) as subscription:
            await bus.send([before])
            await until(lambda: got.messages)
            await delete(bus_settings, "sync")
            await bus.send([lost])
            await subscription.keep()
            await bus.send([after])
            await until(lambda: after.id in got.ids)
        assert set(got.ids) == {before.id, lost.id, after.id}

    async def test_a_replay_that_was_cut_short_is_finished_by_the_next_process(
        self, bus: RabbitTransport, bus_settings: BusSettings
    ) -> None:
        lost, broken, got = a_message("x"), Got(fail=99), Got()
        await bus.declare("sync", frozenset({KEY}))
        await delete(bus_settings, "sync")
        await bus.send([lost])
        with pytest.raises(Unavailable):
            async with listening(bus, "sync", broken, KEY):
                pass
        async with open_rabbit(bus_settings) as second, listening(second, "sync", got, KEY):
            await until(lambda: got.messages)
        assert got.messages == [lost]

    async def test_a_new_consumer_gets_what_was_sent_before_it_existed(self, bus: RabbitTransport) -> None:
        old, got = a_message("x"), Got()
        await bus.declare("sync", frozenset())
        await bus.send([old])
        async with listening(bus, "matching", got, KEY):
            await until(lambda: got.messages)
        assert got.messages == [old]

    async def test_a_consumer_that_the_broker_forgot_is_noticed(self, bus: RabbitTransport) -> None:
        message, got = a_message("x"), Got()
        await bus.declare("sync", frozenset({KEY}))
        async with listening(bus, "sync", got, KEY) as subscription:
            channel = subscription._channel  # type: ignore[attr-defined]
            underlying = await channel.get_underlay_channel()
            tag = next(iter(underlying.consumers))
            await underlying.basic_cancel(tag)  # connected, but nobody consumes
            await bus.send([message])
            assert await subscription.keep() == 1
            await until(lambda: got.messages)
        assert got.messages == [message]

    async def test_of_two_processes_one_receives_and_the_other_takes_over(
        self, bus: RabbitTransport, bus_settings: BusSettings
    ) -> None:
        first, second, messages = Got(), Got(), [a_message("x") for _ in range(20)]
        await bus.declare("sync", frozenset({KEY}))
        async with open_rabbit(bus_settings) as other:
            async with listening(bus, "sync", first, KEY), listening(other, "sync", second, KEY) as waits:
                await bus.send(messages[:10])
                await until(lambda: len(first.messages) == 10)
                assert not second.messages and await waits.keep() == 0
            async with listening(other, "sync", second, KEY):
                await bus.send(messages[10:])
                await until(lambda: len(second.messages) == 10)
        assert first.messages + second.messages == messages

    async def test_a_message_that_is_not_ours_is_handed_over_once_and_stops_nobody(
        self, bus: RabbitTransport, bus_settings: BusSettings
    ) -> None:
        ours, got = a_message("x"), Got()
        await bus.declare("sync", frozenset({KEY}))
        async with listening(bus, "sync", got, KEY), await aio_pika.connect(RABBIT) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(f"{bus_settings.bus_namespace}.events")
            for _ in range(2):
                await exchange.publish(aio_pika.Message(b"\xff not json", message_id="nonsense"), KEY)
            await bus.send([ours])
            await until(lambda: len(got.messages) == 3)
        assert got.messages[2] == ours and got.messages[0].id == got.messages[1].id

    async def test_a_broker_that_is_away_is_told_plainly(self) -> None:
        nobody = RabbitTransport(BusSettings(bus_url=SecretStr("amqp://guest:guest@127.0.0.1:1/")))
        for call in (nobody.ping(), nobody.send([a_message("x")]), nobody.declare("sync", frozenset())):
            with pytest.raises(Unavailable):
                await call

    async def test_nothing_is_published_before_the_queues_are_declared(
        self, bus: RabbitTransport, bus_settings: BusSettings
    ) -> None:
        with pytest.raises(Unavailable, match="migration"):
            await bus.send([a_message("x")])

    async def test_a_database_that_is_away_is_not_asked_in_a_hurry(self, bus: RabbitTransport) -> None:
        async def away() -> None:
            raise Unavailable("The database can't be reached")

        async def receive(messages: object) -> None:
            raise AssertionError("nothing may be fetched")

        await bus.declare("sync", frozenset({KEY}))
        async with bus.subscribe(Consumer("sync", frozenset({KEY}), receive, away)) as subscription:
            await bus.send([a_message("x")])
            with pytest.raises(Unavailable):
                await subscription.keep()


async def delete(settings: BusSettings, consumer: str) -> None:
    async with await aio_pika.connect(RABBIT) as connection:
        channel = await connection.channel()
        await channel.queue_delete(f"{settings.bus_namespace}.{consumer}")
