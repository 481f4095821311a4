"""A lease has one holder; when it dies another takes over, and when it comes back it finds itself without."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, text

from conftest import ON_POSTGRES, database_of
from syncline_common.clock import ManualClock
from syncline_common.db.leases import Lease
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_common.runtime.service import Service
from syncline_common.testing.database import opened


class Time:
    """The server's clock and every process's own, moving together unless a process is frozen."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock, self._elapsed = clock, 0.0

    def elapsed(self) -> float:
        return self._elapsed

    def advance(self, seconds: float) -> None:
        self._elapsed += seconds
        self._clock.advance(seconds=seconds)


@pytest.fixture
def time(clock: ManualClock) -> Time:
    return Time(clock)


def lease(db: Database, owner: str, time: Time, name: str = "relay") -> Lease:
    return Lease(db, name, owner=owner, seconds=10, elapsed=time.elapsed)


async def row(db: Database) -> tuple[str, int]:
    table = db.tables["lease"]
    async with db.read() as tx:
        found = (await tx.session.execute(select(table.c.owner, table.c.epoch))).one()
    return found.owner, found.epoch


async def test_where_only_one_process_can_be_nobody_is_asked(
    tmp_path: Path, service: Service, time: Time
) -> None:
    async with database_of("sqlite", tmp_path) as settings, opened(settings, service) as db:
        assert await lease(db, "a", time).held()
        async with db.read() as tx:
            assert (await tx.session.execute(select(db.tables["lease"]))).all() == []


@ON_POSTGRES
class TestOfManyProcesses:
    async def test_one_holds_it(self, db: Database, time: Time) -> None:
        a, b = lease(db, "a", time), lease(db, "b", time)
        assert [await a.held(), await b.held(), await a.held(), await b.held()] == [True, False, True, False]
        assert await row(db) == ("a", 1)

    async def test_of_many_that_start_at_once_exactly_one(self, db: Database, time: Time) -> None:
        leases = [lease(db, f"process-{number}", time) for number in range(12)]
        assert sum(await asyncio.gather(*(it.held() for it in leases))) == 1

    async def test_each_name_by_itself(self, db: Database, time: Time) -> None:
        assert await lease(db, "a", time, "relay").held()
        assert await lease(db, "b", time, "inbox").held()

    async def test_who_lives_keeps_it(self, db: Database, time: Time) -> None:
        a, b = lease(db, "a", time), lease(db, "b", time)
        for _ in range(20):
            assert (await a.held(), await b.held()) == (True, False)
            time.advance(4)
        assert await row(db) == ("a", 1)

    async def test_who_died_loses_it_when_it_is_over_and_not_before(self, db: Database, time: Time) -> None:
        a, b = lease(db, "a", time), lease(db, "b", time)
        await a.held()
        time.advance(9.9)
        assert not await b.held()
        time.advance(0.1)
        assert await b.held()
        assert await row(db) == ("b", 2)

    async def test_given_back_it_is_free_at_once(self, db: Database, time: Time) -> None:
        a, b = lease(db, "a", time), lease(db, "b", time)
        await a.held()
        await a.give_back()
        assert await b.held()
        assert not await a.held()

    async def test_who_never_had_it_gives_nothing_back(self, db: Database, time: Time) -> None:
        a, b, c = (lease(db, owner, time) for owner in "abc")
        await a.held()
        await b.held()
        await b.give_back()
        assert not await c.held() and await row(db) == ("a", 1)

    async def test_who_was_frozen_comes_back_without_it(self, db: Database, time: Time) -> None:
        a, b = lease(db, "a", time), lease(db, "b", time)
        assert await a.held()
        time.advance(11)
        assert await b.held()
        assert not await a.held()
        await a.give_back()
        assert await b.held() and await row(db) == ("b", 2)

    async def test_a_holder_is_sure_for_half_of_it_and_then_asks(self, db: Database, time: Time) -> None:
        a = lease(db, "a", time)
        await a.held()
        async with db.begin() as tx:
            await tx.session.execute(text("UPDATE lease SET owner = 'thief'"))
        time.advance(4.9)
        assert await a.held(), "no question yet"
        time.advance(0.2)
        assert not await a.held()

    async def test_asking_late_counts_from_before_the_question(self, db: Database, time: Time) -> None:
        """A slow answer must not make the holder surer than the database is."""

        class SlowDatabase:
            one_process, tables = False, db.tables

            def begin(self) -> object:
                time.advance(6)
                return db.begin()

        a = Lease(SlowDatabase(), "relay", owner="a", seconds=10, elapsed=time.elapsed)  # type: ignore[arg-type]
        assert await a.held()
        async with db.begin() as tx:
            await tx.session.execute(text("UPDATE lease SET owner = 'thief'"))
        assert not await a.held()

    async def test_while_the_database_is_away_nobody_new_holds_it(self, db: Database, time: Time) -> None:
        class Away:
            one_process, tables = False, db.tables

            def begin(self) -> object:
                raise Unavailable("The database can't be reached")

        with pytest.raises(Unavailable):
            await Lease(Away(), "relay", owner="a", seconds=10, elapsed=time.elapsed).held()  # type: ignore[arg-type]
