"""A ring in one process wakes those who wait in another, and a lost connection is made anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from common.outages import cut_all
from conftest import database_of, needs_postgres
from syncline_common.db.bells import Bells
from syncline_common.db.doorbell import PostgresDoorbell
from syncline_common.settings import DatabaseSettings

pytestmark = needs_postgres


class Process:
    """As far as bells go."""

    def __init__(self, settings: DatabaseSettings, service: str = "sync") -> None:
        self.bells = Bells()
        self.doorbell = PostgresDoorbell(settings, service, self.bells)
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    @asynccontextmanager
    async def alive(self) -> AsyncIterator["Process"]:
        with (
            self.bells.hang("inbox", lambda: self.heard.put_nowait("inbox")),
            self.bells.hang("last", lambda: self.heard.put_nowait("last")),
        ):
            await self.doorbell.turn()
            try:
                yield self
            finally:
                await self.doorbell.close()

    async def rings(self, *names: str) -> None:
        self.bells.ring_everywhere(names)
        await self.doorbell.turn()

    async def hears(self) -> str:
        async with asyncio.timeout(30):
            return await self.heard.get()


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[DatabaseSettings]:
    async with database_of("postgres", tmp_path) as settings:
        yield settings


async def test_a_ring_here_wakes_the_others_once(settings: DatabaseSettings) -> None:
    async with Process(settings).alive() as here, Process(settings).alive() as there:
        await here.rings("inbox")
        assert await there.hears() == "inbox"
        await there.rings("last")
        assert await here.hears() == "inbox", "at once, when it was rung here"
        assert await here.hears() == "last" and here.heard.empty()
        assert await there.hears() == "last" and there.heard.empty()


async def test_what_is_rung_asks_for_a_turn_and_many_rings_are_one(settings: DatabaseSettings) -> None:
    async with Process(settings).alive() as here, Process(settings).alive() as there:
        assert not here.doorbell.bell.is_set()
        for _ in range(50):
            here.bells.ring_everywhere(["inbox"])
        assert here.doorbell.bell.is_set()
        await here.doorbell.turn()
        await here.rings("last")
        assert [await there.hears(), await there.hears()] == ["inbox", "last"]


async def test_a_transaction_that_rings_nothing_asks_for_nothing(settings: DatabaseSettings) -> None:
    async with Process(settings).alive() as here:
        here.bells.ring_everywhere([])
        assert not here.doorbell.bell.is_set()


async def test_another_services_bells_are_not_heard(settings: DatabaseSettings) -> None:
    async with (
        Process(settings, "sync").alive() as sync,
        Process(settings, "matching").alive() as matching,
        Process(settings, "matching").alive() as another,
    ):
        await sync.rings("inbox")
        await another.rings("last")
        assert await matching.hears() == "last"


async def test_a_lost_connection_is_noticed_and_made_anew(settings: DatabaseSettings) -> None:
    async with Process(settings).alive() as here, Process(settings).alive() as there:
        await cut_all(settings)
        for process in (here, there):
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await process.doorbell.turn()  # the first one to notice may fail
            await process.doorbell.turn()
        await here.rings("inbox")
        assert await there.hears() == "inbox"


async def test_closed_it_takes_no_more_rings(settings: DatabaseSettings) -> None:
    process = Process(settings)
    async with process.alive():
        pass
    process.bells.ring_everywhere(["inbox"])
    assert not process.doorbell.bell.is_set()
