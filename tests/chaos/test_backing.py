"""Shows that the private servers keep their promises, since every other chaos test believes them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import aio_pika
import asyncpg
import psutil
import pytest
from aio_pika import DeliveryMode, ExchangeType, Message
from aiormq.exceptions import ChannelNotFoundEntity

from backing import free_port, private_postgres, private_rabbit
from backing.databases import fresh_database
from backing.private_postgres import PrivatePostgres
from backing.private_rabbit import NEW_QUEUE_SETTLES_SECONDS, PrivateRabbit
from backing.queues import forget_namespace

pytestmark = pytest.mark.timeout(240)
needs_rabbit = pytest.mark.skipif(not private_rabbit.installed(), reason="needs Debian's rabbitmq-server")
needs_postgres = pytest.mark.skipif(not private_postgres.installed(), reason="needs Debian's postgresql")


@pytest.fixture
async def rabbit(tmp_path: Path) -> AsyncIterator[PrivateRabbit]:
    async with private_rabbit.private_rabbit(tmp_path) as node:
        yield node


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[PrivatePostgres]:
    async with private_postgres.private_postgres(tmp_path) as server:
        yield server


async def declare(url: str, queue: str) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})


async def put(url: str, queue: str, body: bytes) -> None:
    """Returns when the broker has confirmed a persistent message in the queue."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        message = Message(body, delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue, mandatory=True)


async def take(url: str, queue: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        found = await (await channel.get_queue(queue)).get(timeout=20)
        await found.ack()
        return found.body


async def has_queue(url: str, name: str) -> bool:
    async with await aio_pika.connect(url) as connection:
        try:
            await (await connection.channel()).get_queue(name)
        except ChannelNotFoundEntity:
            return False
        return True


def group_of(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def listening_addresses(pid: int) -> set[str]:
    listening = [c for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    return {connection.laddr.ip for connection in listening}


def first_outgoing_port() -> int:
    with open("/proc/sys/net/ipv4/ip_local_port_range") as text:
        return int(text.read().split()[0])


def left(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@needs_rabbit
async def test_a_confirmed_message_survives_the_kill_of_its_broker(rabbit: PrivateRabbit) -> None:
    url, first = rabbit.url, rabbit.pid
    await declare(url, "kept")
    await asyncio.sleep(NEW_QUEUE_SETTLES_SECONDS)
    family = group_of(first)
    await put(url, "kept", b"before the kill")

    await rabbit.kill()
    assert left(family) == []
    with pytest.raises(OSError):
        await aio_pika.connect(url, timeout=2)

    await rabbit.start()
    assert (rabbit.url, rabbit.pid == first) == (url, False)
    assert await take(url, "kept") == b"before the kill"


@needs_rabbit
async def test_a_stopped_broker_is_gone_and_comes_back_with_its_data(rabbit: PrivateRabbit) -> None:
    await declare(rabbit.url, "kept")
    await put(rabbit.url, "kept", b"before the stop")
    family = group_of(rabbit.pid)

    await rabbit.stop()
    assert left(family) == []
    assert not rabbit.running

    await rabbit.start()
    assert await take(rabbit.url, "kept") == b"before the stop"


@needs_rabbit
async def test_a_private_broker_listens_on_loopback_only(rabbit: PrivateRabbit) -> None:
    assert listening_addresses(rabbit.pid) == {"127.0.0.1"}


@needs_rabbit
async def test_a_private_broker_leaves_nothing_when_the_test_ends(tmp_path: Path) -> None:
    async with private_rabbit.private_rabbit(tmp_path) as node:
        family = group_of(node.pid)
    assert left(family) == []


@needs_rabbit
async def test_a_node_that_is_killed_from_outside_is_noticed(rabbit: PrivateRabbit) -> None:
    os.kill(rabbit.pid, signal.SIGKILL)
    await rabbit.kill()
    assert not rabbit.running


@needs_rabbit
async def test_forgetting_a_namespace_leaves_the_others_alone(rabbit: PrivateRabbit) -> None:
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        for namespace in ("mine", "other"):
            await channel.declare_exchange(f"{namespace}.events", ExchangeType.TOPIC, durable=True)
            await channel.declare_queue(
                f"{namespace}.registry", durable=True, arguments={"x-queue-type": "quorum"}
            )
            await channel.declare_queue(
                f"{namespace}.log", durable=True, arguments={"x-queue-type": "stream"}
            )

    await forget_namespace(rabbit.url, "mine", ["registry", "never-declared"])
    await forget_namespace(rabbit.url, "mine", ["registry"])

    queues = ("mine.registry", "mine.log", "other.registry", "other.log")
    assert [await has_queue(rabbit.url, queue) for queue in queues] == [False, False, True, True]


@needs_postgres
@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_committed_row_survives_every_kind_of_stop(
    postgres: PrivatePostgres, mode: Literal["fast", "immediate"]
) -> None:
    url, first = postgres.url, postgres.pid
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept (word text)")
    await connection.execute("INSERT INTO kept VALUES ('before the stop')")
    family = group_of(first)

    await postgres.stop(mode)
    assert left(family) == []
    with pytest.raises(OSError):
        await asyncpg.connect(url, timeout=2)
    connection.terminate()

    await postgres.start()
    assert (postgres.url, postgres.pid == first) == (url, False)
    again = await asyncpg.connect(url)
    assert await again.fetchval("SELECT word FROM kept") == "before the stop"
    await again.close()


@needs_postgres
async def test_a_private_server_listens_on_loopback_only(postgres: PrivatePostgres) -> None:
    assert listening_addresses(postgres.pid) == {"127.0.0.1"}


@needs_postgres
async def test_a_private_server_leaves_nothing_when_the_test_ends(tmp_path: Path) -> None:
    async with private_postgres.private_postgres(tmp_path) as server:
        family = group_of(server.pid)
    assert left(family) == []


@needs_postgres
async def test_a_fresh_database_is_empty_and_dropped_under_a_connected_client(
    postgres: PrivatePostgres,
) -> None:
    async with fresh_database(postgres.url) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert "/syncline_test_" in url
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)
    connection.terminate()


def test_free_ports_are_out_of_the_way_of_outgoing_connections() -> None:
    ports = [free_port() for _ in range(20)]
    assert all(1024 < port < first_outgoing_port() for port in ports)
