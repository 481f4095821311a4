"""The product's Database, simulated: one writer, snapshots for readers, and no mercy for who dies in a transaction."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update

from simulation.database import FORGET_STUCK_AFTER, SERVER, Server, open_simulated
from simulation.loop import SimulatedLoop
from simulation.process import Process
from syncline_common.clock import ManualClock
from syncline_common.db.leases import Lease
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_sync_worker.store.tables import announcement_head, metadata

ACCOUNT = UUID(int=1)
head = announcement_head


class Hall:
    def __init__(self, folder: Path) -> None:
        self.loop = SimulatedLoop(Random(5))
        self.server = Server(metadata, folder)
        self.clock = ManualClock()
        self.processes: list[Process] = []

    def process(self, work: Callable[[Database], Coroutine[Any, Any, None]]) -> Process:
        process = Process(f"w{len(self.processes)}", self.loop, self.server.forget)
        self.processes.append(process)
        process.run(work(self.database()))
        return process

    def database(self) -> Database:
        return open_simulated(metadata, self.clock)

    def run(self, history: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(history)

    async def count(self) -> Any:
        async with self.database().read() as tx:
            return await tx.session.scalar(select(head.c.position))

    async def prepare(self) -> None:
        async with self.database().begin() as tx:
            await tx.session.execute(insert(head), [{"account_id": ACCOUNT, "position": 0}])


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    token = SERVER.set(hall.server)
    yield hall
    SERVER.reset(token)
    for process in hall.processes:
        process.kill()
    hall.server.shut_down()
    hall.loop.bury(hall.processes)


async def add_one(database: Database, pause: float = 0.0) -> None:
    """Read, then write: lost updates show."""
    async with database.begin() as tx:
        seen = (await tx.session.execute(select(head.c.position))).scalar_one()
        await asyncio.sleep(pause)
        await tx.session.execute(update(head).values(position=seen + 1))
        await asyncio.sleep(pause)


def test_writers_take_turns(hall: Hall) -> None:
    async def work(database: Database) -> None:
        for _ in range(20):
            await add_one(database, 0.1)

    async def history() -> Any:
        await hall.prepare()
        for _ in range(3):
            hall.process(work)
        await asyncio.sleep(100)
        return await hall.count()

    assert hall.run(history()) == 60


def test_a_reader_waits_for_nobody_and_sees_what_was_committed(hall: Hall) -> None:
    async def history() -> tuple[Any, float]:
        await hall.prepare()
        hall.process(lambda database: add_one(database, 10))
        await asyncio.sleep(15)
        return await hall.count(), hall.loop.time()

    assert hall.run(history()) == (0, 15.0)


def test_who_dies_inside_has_done_nothing_and_blocks_nobody(hall: Hall) -> None:
    async def history() -> tuple[Any, Any]:
        await hall.prepare()
        dying = hall.process(lambda database: add_one(database, 10))
        await asyncio.sleep(1)  # so that it is the first
        hall.process(add_one)
        await asyncio.sleep(14)
        before = await hall.count()
        dying.kill()
        await asyncio.sleep(1)
        return before, await hall.count()

    assert hall.run(history()) == (0, 1)


def test_a_waiting_writer_that_dies_is_passed_over(hall: Hall) -> None:
    async def history() -> Any:
        await hall.prepare()
        hall.process(lambda database: add_one(database, 10))
        await asyncio.sleep(1)
        dying = hall.process(add_one)
        hall.process(add_one)
        await asyncio.sleep(1)
        dying.kill()
        await asyncio.sleep(30)
        return await hall.count()

    assert hall.run(history()) == 2


def test_every_point_is_a_place_to_die(hall: Hall) -> None:
    """Wherever one of them dies, what is counted is what has been committed."""

    async def history() -> None:
        await hall.prepare()
        counted = set()
        for points in range(1, 12):
            before = await hall.count()
            process = hall.process(add_one)
            process.strike_at(points, process.kill)
            await asyncio.sleep(1)
            after = await hall.count()
            counted.add((process.alive, after - before))
        assert counted == {(False, 0), (False, 1), (True, 1)}

    hall.run(history())


def test_who_is_frozen_inside_for_long_finds_its_transaction_gone(hall: Hall) -> None:
    said: list[str] = []

    async def slow(database: Database) -> None:
        try:
            await add_one(database, 10)
        except Unavailable as error:
            said.append(error.code)

    async def history() -> Any:
        await hall.prepare()
        frozen = hall.process(slow)
        await asyncio.sleep(1)  # so that it is the first
        hall.process(add_one)
        await asyncio.sleep(4)
        frozen.freeze()
        await asyncio.sleep(FORGET_STUCK_AFTER)
        assert await hall.count() == 0
        hall.server.forget_stuck(frozen)
        await asyncio.sleep(1)
        assert await hall.count() == 1
        frozen.thaw()
        hall.loop.give_back(frozen)
        await asyncio.sleep(20)
        return await hall.count()

    assert hall.run(history()) == 1
    assert said == ["unavailable"]


def test_a_lease_is_one_process_s(hall: Hall) -> None:
    async def history() -> list[bool]:
        leases = [
            Lease(hall.database(), "x", owner=owner, seconds=30, elapsed=hall.loop.time) for owner in "ab"
        ]
        held = [await it.held() for it in leases]
        hall.clock.advance(seconds=31)
        return [*held, await leases[1].held()]

    assert hall.run(history()) == [True, False, True]


def test_histories_share_no_rows(tmp_path: Path, hall: Hall) -> None:
    async def history() -> tuple[Any, Any]:
        await hall.prepare()
        async with hall.database().read() as tx:
            mine = await tx.session.scalar(select(func.count()).select_from(head))
        (tmp_path / "other").mkdir()
        token = SERVER.set(Server(metadata, tmp_path / "other"))
        async with hall.database().read() as tx:
            other = await tx.session.scalar(select(func.count()).select_from(head))
        SERVER.reset(token)
        return mine, other

    assert hall.run(history()) == (1, 0)
