"""What the tests share: both databases, both transports, and places of their own in each."""

import asyncio
import os
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from backing.canaries import sings, sung_in
from backing.databases import fresh_database
from backing.queues import forget_namespace
from backing.seats import a_seat
from backing.templates import forget_templates, lay_file, template_of
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.settings import BusSettings, DatabaseSettings
from syncline_common.testing.database import opened

POSTGRES = os.environ.get("SYNCLINE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
RABBIT = os.environ.get("SYNCLINE_TEST_RABBIT", "amqp://guest:guest@127.0.0.1:5672/")
CONSUMERS = ("registry", "connections", "sync", "matching")

needs_postgres = pytest.mark.skipif(not POSTGRES, reason="LEFT OUT: there is no PostgreSQL here")
needs_rabbit = pytest.mark.skipif(not RABBIT, reason="LEFT OUT: there is no RabbitMQ here")
BOTH_DATABASES = ["sqlite", pytest.param("postgres", marks=needs_postgres)]
ON_SQLITE = pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "database_settings", [pytest.param("postgres", marks=needs_postgres)], indirect=True
)
BOTH_MODES = ["embedded", pytest.param("scale-out", marks=[needs_postgres, needs_rabbit])]

structlog.configure(  # its own default shows every local variable of a traceback, which takes seconds
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(autouse=True)
def no_secret_is_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """In a database, a log, or whatever else a test's folder holds in the end."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    assert folder is None or list(sung_in(folder)) == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Nor is it said, in the log or on the way."""
    report = yield
    heard = [name for name, text in report.sections if sings(text.encode(errors="replace"))]
    if heard and report.passed:
        report.outcome, report.longrepr = "failed", f"a canary is in {', '.join(heard)}"
    return report


def pytest_sessionfinish() -> None:
    asyncio.run(forget_templates())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@asynccontextmanager
async def database_of(
    kind: str, folder: Path, migrated: Service | None = None
) -> AsyncIterator[DatabaseSettings]:
    """An empty one, or with the empty tables of a service."""
    if kind == "sqlite":
        if migrated is not None:
            await lay_file(migrated, folder)
        yield DatabaseSettings(data_dir=folder, database_url=None)
    else:
        template = "template0" if migrated is None else await template_of(migrated, POSTGRES)
        async with fresh_database(POSTGRES, template) as url:
            yield DatabaseSettings(database_url=SecretStr(url), data_dir=folder)


@asynccontextmanager
async def bus_of(kind: str) -> AsyncIterator[BusSettings]:
    if kind == "memory":
        yield BusSettings(bus_url=None)
        return
    namespace = f"t-{new_id().hex}"
    settings = BusSettings(bus_url=SecretStr(RABBIT), bus_namespace=namespace, bus_canary_seconds=0.5)
    try:
        async with a_seat():
            yield settings
    finally:
        await forget_namespace(RABBIT, namespace, [*CONSUMERS, *(f"{it}.rebuilding" for it in CONSUMERS)])


@pytest.fixture(params=BOTH_DATABASES)
async def database_settings(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[DatabaseSettings]:
    service = request.getfixturevalue("service") if "db" in request.fixturenames else None
    async with database_of(request.param, tmp_path, service) as settings:
        yield settings


@pytest.fixture
def service() -> Service:
    """Whose tables `db` has; a test module may choose another."""
    from syncline_connections.app import SERVICE  # noqa: PLC0415 (only where it is used)

    return SERVICE


@pytest.fixture
async def db(
    database_settings: DatabaseSettings, service: Service, clock: ManualClock
) -> AsyncIterator[Database]:
    """A service's migrated, empty database, at a time that the test sets."""
    async with opened(database_settings, service, clock) as database:
        yield database


@pytest.fixture(params=BOTH_MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def mode_settings(mode: str, tmp_path: Path) -> AsyncIterator[tuple[DatabaseSettings, BusSettings]]:
    """SQLite and the bus in memory, or PostgreSQL and RabbitMQ."""
    kinds = ("sqlite", "memory") if mode == "embedded" else ("postgres", "rabbit")
    async with database_of(kinds[0], tmp_path / "data") as database, bus_of(kinds[1]) as bus:
        yield database, bus
