"""What a transaction promises on both databases."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from backing.tcp_proxy import tcp_proxy, through
from common.outages import cut_all
from conftest import ON_POSTGRES, ON_SQLITE
from syncline_common.clock import ManualClock
from syncline_common.db.engine import FORGET_STUCK_AFTER, SILENT_AFTER, open_database, open_engine
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound, Unavailable
from syncline_common.events.registry import NetworkCreated
from syncline_common.ids import new_id
from syncline_common.settings import DatabaseSettings
from syncline_connections.app import SERVICE
from syncline_connections.store.tables import networks

ACCOUNT = new_id()


def a_network() -> dict[str, object]:
    return {"account_id": ACCOUNT, "id": new_id()}


async def names(db: Database) -> list[str]:
    lease = db.tables["lease"]
    async with db.read() as tx:
        return list(await tx.session.scalars(select(lease.c.name).order_by(lease.c.name)))


async def write(db: Database, name: str, epoch: int = 0) -> None:
    row = {"name": name, "owner": "test", "epoch": epoch, "until": datetime(2026, 1, 1, tzinfo=UTC)}
    async with db.begin() as tx:
        await tx.session.execute(insert(db.tables["lease"]).values(row))


class TestTransaction:
    async def test_all_of_it_or_nothing(self, db: Database) -> None:
        with pytest.raises(RuntimeError):
            async with db.begin() as tx:
                await tx.session.execute(insert(networks), [a_network(), a_network()])
                await tx.publish(NetworkCreated(account_id=ACCOUNT, network_id=new_id()))
                raise RuntimeError
        async with db.read() as reader:
            assert (await reader.session.execute(select(networks.c.id))).all() == []
            assert (await reader.session.execute(select(db.tables["outbox"].c.seq))).all() == []

    async def test_a_reader_keeps_nothing(self, db: Database) -> None:
        async with db.read() as tx:
            await tx.session.execute(insert(networks).values(a_network()))
        with pytest.raises(NotFound):
            async with db.read() as tx:
                await tx.session.execute(insert(networks).values(a_network()))
                raise NotFound("leaving")
        async with db.read() as tx:
            assert (await tx.session.execute(select(networks.c.id))).all() == []

    async def test_reading_does_not_wait_for_a_writer(self, db: Database) -> None:
        await write(db, "before")
        async with db.begin() as writer, asyncio.timeout(15):
            await writer.session.execute(update(db.tables["lease"]).values(name="after"))
            assert await names(db) == ["before"]
        assert await names(db) == ["after"]

    async def test_no_update_is_lost(self, db: Database, database_settings: DatabaseSettings) -> None:
        """Nor between two programs, each with connections of its own."""
        engine, lease = open_engine(database_settings, "connections"), db.tables["lease"]
        other = open_database(engine, SERVICE.metadata)
        await write(db, "counter")

        async def add_one(db: Database) -> None:
            async with db.begin() as tx:
                epoch = await tx.session.scalar(select(lease.c.epoch).with_for_update())
                await asyncio.sleep(0)
                await tx.session.execute(update(lease).values(epoch=(epoch or 0) + 1))

        await asyncio.gather(*(add_one(it) for it in (db, other) * 6))
        async with db.read() as tx:
            assert await tx.session.scalar(select(lease.c.epoch)) == 12
        await engine.dispose()

    async def test_a_crowd_of_writers_is_served_and_none_is_starved(self, db: Database) -> None:
        async with asyncio.timeout(20):
            await asyncio.gather(*(write(db, f"{number:03}") for number in range(100)))
        assert await names(db) == [f"{number:03}" for number in range(100)]

    async def test_an_error_does_not_tell_what_was_written(self, db: Database) -> None:
        row = a_network()
        with pytest.raises(IntegrityError) as caught:
            async with db.begin() as tx:
                await tx.session.execute(insert(networks), [row, row])
        assert str(row["id"]) not in str(caught.value).split("[SQL", 1)[1]

    async def test_cancelled_it_gives_its_connection_back(self, db: Database) -> None:
        async def never_ends(begun: asyncio.Event) -> None:
            async with db.begin() as tx:
                await tx.session.execute(insert(networks).values(a_network()))
                begun.set()
                await asyncio.Event().wait()

        for _ in range(30):  # more than the pool holds
            begun = asyncio.Event()
            task = asyncio.create_task(never_ends(begun))
            await begun.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(15), db.begin() as tx:
            assert (await tx.session.execute(select(networks.c.id))).all() == []

    async def test_cancelled_at_any_moment_it_is_done_or_undone(self, db: Database) -> None:
        """After each number of steps of the event loop, the commit among them."""
        finished = 0
        for steps in range(40):
            task = asyncio.create_task(write(db, f"{steps:03}"))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            (result,) = await asyncio.gather(task, return_exceptions=True)
            assert result is None or isinstance(result, asyncio.CancelledError)
            if result is None:
                finished += 1
                assert f"{steps:03}" in await names(db)
        async with asyncio.timeout(15):
            await write(db, "still works")
        assert "still works" in await names(db)

    @ON_SQLITE
    async def test_cancelled_in_mid_answer_it_lets_others_write(self, db: Database) -> None:
        """Whoever remembers the statement, and for how long."""
        begun, goes_on = threading.Event(), threading.Event()

        def hold() -> int:
            begun.set()
            return int(goes_on.wait(10))

        async def asks() -> None:
            async with db.begin() as tx:
                raw = await (await tx.session.connection()).get_raw_connection()
                assert raw.driver_connection is not None
                await raw.driver_connection.create_function("hold", 0, hold)
                await tx.session.execute(text("SELECT hold() UNION ALL SELECT 2"))

        task = asyncio.create_task(asks())
        assert await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        goes_on.set()
        [remembered] = await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            await write(db, "another")
        assert isinstance(remembered, asyncio.CancelledError) and await names(db) == ["another"]

    async def test_one_inside_another_is_refused_at_once(self, db: Database) -> None:
        """It would wait for the outer one, which waits for it. Reading inside is no harm, nor is one after another."""
        with pytest.raises(RuntimeError, match="inside another"):
            async with asyncio.timeout(15), db.begin():
                await write(db, "inner")
        async with db.begin():
            assert await names(db) == []
        await write(db, "after")
        assert await names(db) == ["after"]

    async def test_keys_that_are_there_are_left_out(self, db: Database) -> None:
        old, new = a_network(), a_network()
        async with db.begin() as tx:
            await tx.session.execute(tx.insert_new(networks), [old])
        async with db.begin() as tx:
            await tx.session.execute(tx.insert_new(networks), [old, new])
            first = tx.insert_new(networks).values(old).returning(networks.c.id)
            assert (await tx.session.execute(first)).first() is None
        async with db.read() as reader:
            ids = set(await reader.session.scalars(select(networks.c.id)))
        assert ids == {old["id"], new["id"]}

    async def test_a_refusal_of_the_database_is_no_absence(self, db: Database) -> None:
        network = a_network()
        with pytest.raises(IntegrityError):
            async with db.begin() as tx:
                await tx.session.execute(insert(networks), [network, network])


class TestBellsOfATransaction:
    async def test_ring_after_the_commit_and_not_before(self, db: Database) -> None:
        seen: list[list[str]] = []
        rung = asyncio.Event()

        async def look() -> None:
            await rung.wait()
            seen.append(await names(db))

        looking = asyncio.create_task(look())
        with db.bells.hang("x", rung.set):
            async with db.begin() as tx:
                row = {"name": "row", "owner": "o", "epoch": 1, "until": datetime(2026, 1, 1, tzinfo=UTC)}
                await tx.session.execute(insert(db.tables["lease"]).values(row))
                tx.ring("x")
                assert not rung.is_set()
            await looking
        assert seen == [["row"]]

    async def test_do_not_ring_for_what_was_undone(self, db: Database) -> None:
        rings: list[int] = []
        with db.bells.hang("outbox", lambda: rings.append(1)):
            with pytest.raises(RuntimeError):
                async with db.begin() as tx:
                    await tx.publish(NetworkCreated(account_id=ACCOUNT, network_id=new_id()))
                    raise RuntimeError
            assert rings == []
            async with db.begin() as tx:
                for _ in range(3):
                    await tx.publish(NetworkCreated(account_id=ACCOUNT, network_id=new_id()))
        assert rings == [1]


class TestTime:
    async def test_comes_back_aware_and_in_utc(self, db: Database) -> None:
        lease, east = db.tables["lease"], timezone(timedelta(hours=5, minutes=30))
        row = {"name": "x", "owner": "o", "epoch": 1, "until": datetime(2026, 3, 1, 5, 0, 0, 123456, east)}
        async with db.begin() as tx:
            await tx.session.execute(insert(lease).values(row))
        async with db.read() as reader:
            found = await reader.session.scalar(select(lease.c.until))
        assert found == datetime(2026, 2, 28, 23, 30, 0, 123456, UTC) and found.utcoffset() == timedelta(0)

    async def test_without_a_zone_it_is_refused(self, db: Database) -> None:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001 (that is the point)
        with pytest.raises(StatementError, match="naive"):
            async with db.begin() as tx:
                await tx.session.execute(update(db.tables["lease"]).values(until=naive))

    async def test_is_the_clocks(self, db: Database, clock: ManualClock) -> None:
        clock.advance(days=1)
        async with db.read() as tx:
            assert await tx.now() == datetime(2026, 1, 2, tzinfo=UTC)

    async def test_without_a_clock_it_is_the_databases_and_stands_still_in_a_transaction(
        self, database_settings: DatabaseSettings
    ) -> None:
        engine = open_engine(database_settings, "connections")
        db = open_database(engine, SERVICE.metadata)
        try:
            async with db.read() as tx:
                first = await tx.now()
                if tx.dialect == "postgresql":
                    await tx.session.execute(text("SELECT pg_sleep(0.01)"))
                    assert await tx.now() == first
            assert abs(datetime.now(UTC) - first) < timedelta(minutes=5) and first.utcoffset() == timedelta(0)
        finally:
            await engine.dispose()


class TestAway:
    async def test_a_server_that_is_not_there_is_told_plainly(self, tmp_path: Path) -> None:
        nowhere = SecretStr("postgresql://somebody:s3cret-word@127.0.0.1:1/nothing")
        engine = open_engine(DatabaseSettings(database_url=nowhere, data_dir=tmp_path), "connections")
        db = open_database(engine, SERVICE.metadata)
        for transaction in (db.read, db.begin):
            with pytest.raises(Unavailable) as caught:
                async with transaction() as tx:
                    await tx.session.execute(text("SELECT 1"))
            assert "s3cret-word" not in f"{caught.value.message} {caught.value.detail}"
        await engine.dispose()

    @ON_POSTGRES
    async def test_a_server_that_falls_silent_is_not_waited_on_for_ever(
        self, db: Database, database_settings: DatabaseSettings
    ) -> None:
        """As when a network has forgotten the connection: nobody is told that it is gone."""
        assert database_settings.database_url is not None
        url = database_settings.database_url.get_secret_value()
        async with tcp_proxy(url) as network:
            settings = DatabaseSettings(database_url=SecretStr(through(url, network)))
            engine = open_engine(settings, "connections", silent_after=0.3)
            behind = open_database(engine, SERVICE.metadata)
            assert await names(behind) == []
            network.silence()
            with pytest.raises(Unavailable):
                async with behind.begin() as tx:
                    await tx.session.execute(text("SELECT 1"))
            network.heal()
            assert await names(behind) == []
            await engine.dispose()
        assert int(FORGET_STUCK_AFTER) < SILENT_AFTER * 1000, "who waits for a frozen one's lock gets it"

    @ON_POSTGRES
    async def test_lost_connections_are_told_plainly_and_made_anew(
        self, db: Database, database_settings: DatabaseSettings
    ) -> None:
        for _ in range(3):
            await names(db)
        await cut_all(database_settings)
        with pytest.raises(Unavailable):
            await names(db)
        assert await names(db) == []

    @ON_POSTGRES
    async def test_a_connection_lost_on_the_way_undoes_everything(
        self, db: Database, database_settings: DatabaseSettings
    ) -> None:
        with pytest.raises(Unavailable):
            async with db.begin() as tx:
                await tx.session.execute(insert(networks).values(a_network()))
                await cut_all(database_settings)
        async with db.begin() as tx:
            assert (await tx.session.execute(delete(networks).returning(networks.c.id))).all() == []


@ON_SQLITE
async def test_sqlite_is_as_careful_as_we_say(db: Database) -> None:
    async with db.read() as tx:
        settings = {
            name: await tx.session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
