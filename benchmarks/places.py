"""Where a benchmark keeps its things: a database and a bus namespace of its own, gone afterwards."""

import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from backing.databases import fresh_database
from backing.queues import forget_namespace
from syncline_common.runtime.access import complete_access
from syncline_common.runtime.command import declare_queues, migrate_tables
from syncline_common.runtime.host import Hosted, host
from syncline_common.runtime.platform import open_platform
from syncline_common.runtime.service import Platform, Service
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
)

POSTGRES = os.environ.get("SYNCLINE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
RABBIT = os.environ.get("SYNCLINE_TEST_RABBIT", "amqp://guest:guest@127.0.0.1:5672/")
EMAIL, PASSWORD = "first@example.com", "benchmarks-may-do-everything"


@dataclass(frozen=True, slots=True)
class Place:
    database: DatabaseSettings
    bus: BusSettings


@asynccontextmanager
async def place(database: str, bus: str, consumers: Sequence[str] = ()) -> AsyncIterator[Place]:
    """`database` is sqlite or postgres; `bus` is memory or rabbit."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="syncline-benchmark-")))
        url = None
        if database == "postgres":
            url = SecretStr(await stack.enter_async_context(fresh_database(POSTGRES)))
        settings = BusSettings(bus_url=None)
        if bus == "rabbit":
            namespace = await stack.enter_async_context(own_namespace(consumers))
            settings = BusSettings(bus_url=SecretStr(RABBIT), bus_namespace=namespace)
        yield Place(DatabaseSettings(data_dir=folder, database_url=url), settings)


@asynccontextmanager
async def own_namespace(consumers: Sequence[str]) -> AsyncIterator[str]:
    namespace = f"benchmark-{secrets.token_hex(8)}"
    try:
        yield namespace
    finally:
        await forget_namespace(RABBIT, namespace, [*consumers, *(f"{it}.rebuilding" for it in consumers)])


async def furnish(at: Place, services: Sequence[Service]) -> None:
    """Tables and queues, as `migrate` makes them."""
    for service in services:
        await migrate_tables(service, at.database)
    async with _platform(at) as platform:
        await declare_queues(services, platform.transport)


@asynccontextmanager
async def hosted(
    at: Place, services: Sequence[Service], registry_url: str = "http://127.0.0.1:1"
) -> AsyncIterator[dict[str, Hosted]]:
    """With their loops, run by the supervisor as in the product."""
    async with _platform(at, registry_url) as platform, host(services, platform) as running:
        yield running


def _platform(at: Place, registry_url: str = "http://127.0.0.1:1") -> AbstractAsyncContextManager[Platform]:
    serve, process, access = (
        ServeSettings(drain_seconds=5, rate_per_second=0),
        ProcessSettings(),
        complete_access(
            AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD)),
            at.database.data_dir,
            entrance=True,
        ),
    )
    return open_platform(at.database, at.bus, serve, process, PeerSettings(registry_url=registry_url), access)
