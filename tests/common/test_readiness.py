"""What a load balancer and an operator are told: ok, degraded, unready, and why."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import insert, text

from common.served import People, application, calling, home_of
from conftest import ON_SQLITE
from syncline_common.bus.memory import MemoryTransport
from syncline_common.clock import ManualClock
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_common.events.registry import NetworkCreated
from syncline_common.ids import new_id
from syncline_common.runtime.readiness import Readiness
from syncline_common.runtime.service import Service
from syncline_common.runtime.supervisor import Loop, Supervisor
from syncline_common.settings import DatabaseSettings

NOTHING = {"waiting": 0, "oldest_seconds": 0.0}


class Bus(MemoryTransport):
    away = False

    async def ping(self) -> None:
        if self.away:
            raise Unavailable("The broker can't be reached")


class Fixed(Supervisor):
    """Loops in the states that the test says."""

    def __init__(self, **states: str) -> None:
        super().__init__("test", [], lambda: 0.0)
        self.states = states

    def health(self) -> dict[str, str]:
        return self.states


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def loops() -> Fixed:
    return Fixed(relay="ok")


@pytest.fixture
async def http(db: Database, service: Service, bus: Bus, loops: Fixed) -> AsyncIterator[AsyncClient]:
    async with asking(db, service, bus, loops) as http:
        yield http


def asking(db: Database, service: Service, bus: Bus, loops: Supervisor) -> Any:
    app, home = application(), home_of(db, People(), bus)
    app.state.health = Readiness(service, home, loops)
    return calling(app, db)


async def ready(http: AsyncClient) -> tuple[int, str, dict[str, Any]]:
    answer = await http.get("/test/readyz")
    return answer.status_code, answer.json()["status"], answer.json()


async def test_all_is_well(http: AsyncClient) -> None:
    assert await ready(http) == (
        200,
        "ok",
        {
            "status": "ok",
            "instance": "test",
            "database": "ok",
            "bus": "ok",
            "loops": {"relay": "ok"},
            "outbox": NOTHING,
            "inbox": NOTHING | {"parked": 0},
        },
    )


@ON_SQLITE
@pytest.mark.parametrize(
    ("bus_is_away", "loop", "status", "verdict"),
    [
        (True, "ok", 200, "degraded"),  # requests are taken all the same: what they say waits in the outbox
        (False, "failing", 200, "degraded"),
        (False, "stuck", 503, "unready"),
        (True, "stuck", 503, "unready"),
    ],
)
async def test_what_is_wrong_decides_whether_requests_are_sent_here(
    http: AsyncClient, bus: Bus, loops: Fixed, bus_is_away: bool, loop: str, status: int, verdict: str
) -> None:
    bus.away, loops.states = bus_is_away, {"relay": loop, "inbox": "ok"}
    code, found, facts = await ready(http)
    assert (code, found) == (status, verdict)
    assert facts["bus"] == ("away" if bus_is_away else "ok") and facts["loops"]["relay"] == loop
    assert (await http.get("/test/healthz")).status_code == 200, "alive all the same"


async def test_how_much_waits_and_for_how_long(http: AsyncClient, db: Database, clock: ManualClock) -> None:
    row = {"routing_key": "x", "body": b"", "attempts": 0, "done_at": None, "parked_at": None}
    inbox = db.tables["inbox"]
    for parked_at in (None, clock.now(), clock.now()):
        times = {"received_at": clock.now(), "due_at": clock.now(), "parked_at": parked_at}
        async with db.begin() as tx:
            await tx.publish(NetworkCreated(account_id=new_id(), network_id=new_id()))
            await tx.session.execute(insert(inbox).values(row | times | {"event_id": new_id()}))
        clock.advance(seconds=30)
    _, _, facts = await ready(http)
    assert facts["outbox"] == {"waiting": 3, "oldest_seconds": 90.0}
    assert facts["inbox"] == {"waiting": 1, "oldest_seconds": 90.0, "parked": 2}
    figures = (await http.get("/test/metrics")).text
    assert 'syncline_outbox_waiting{service="connections"} 3.0' in figures
    assert 'syncline_inbox_parked{service="connections"} 2.0' in figures


async def test_tables_that_are_too_old(http: AsyncClient, db: Database) -> None:
    async with db.begin() as tx:
        await tx.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    code, verdict, facts = await ready(http)
    assert (code, verdict) == (503, "unready")
    assert facts["database"].startswith("at version 0000, needs 0") and "migration" in facts["database"]


async def test_a_database_that_was_never_migrated(
    database_settings: DatabaseSettings, service: Service, bus: Bus, loops: Fixed
) -> None:
    engine = open_engine(database_settings, service.name)
    async with asking(open_database(engine, service.metadata), service, bus, loops) as http:
        code, verdict, facts = await ready(http)
    await engine.dispose()
    assert (code, verdict, facts["database"][:15]) == (503, "unready", "at version 0000")


async def test_a_database_that_is_away(service: Service, bus: Bus, loops: Fixed, tmp_path: Path) -> None:
    nowhere = SecretStr("postgresql://u:s3cret@127.0.0.1:1/x")
    engine = open_engine(DatabaseSettings(database_url=nowhere, data_dir=tmp_path), service.name)
    async with asking(open_database(engine, service.metadata), service, bus, loops) as http:
        code, verdict, facts = await ready(http)
        assert (await http.get("/test/metrics")).status_code == 200
    await engine.dispose()
    assert (code, verdict, facts["database"]) == (503, "unready", "away")


async def test_a_loop_that_hangs_is_told_by_the_real_supervisor(
    db: Database, service: Service, bus: Bus
) -> None:
    at = [0.0]

    async def hang() -> int:
        await asyncio.Event().wait()
        return 0

    supervisor = Supervisor("test", [Loop("relay", hang)], lambda: at[0])
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0)
    async with asking(db, service, bus, supervisor) as http:
        assert (await ready(http))[:2] == (200, "ok")
        at[0] = 1000.0
        assert (await ready(http))[:2] == (503, "unready")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
