"""`python -m syncline_<service> serve | work | migrate`: a service as a process of its own."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from syncline_common.bus.transport import Transport
from syncline_common.db.engine import open_engine
from syncline_common.db.migrate import migrate
from syncline_common.errors import SynclineError
from syncline_common.logging import set_up_logging
from syncline_common.runtime.access import complete_access
from syncline_common.runtime.host import host
from syncline_common.runtime.platform import open_platform, open_transport
from syncline_common.runtime.serve import listen, serving
from syncline_common.runtime.service import Service
from syncline_common.runtime.signals import until_stopped
from syncline_common.runtime.spans import exporting
from syncline_common.runtime.starting import database_explained, explained
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
    SpanSettings,
)

log = structlog.get_logger(__name__)


def main(service: Service) -> None:
    parser = argparse.ArgumentParser(
        prog=f"python -m syncline_{service.name}", description=service.description
    )
    parser.add_argument(
        "what",
        choices=("serve", "work", "migrate"),
        help="serve: API and loops; work: loops only, with health and metrics; migrate: tables and queues, once",
    )
    what = parser.parse_args().what
    with explained():
        process = ProcessSettings()
        set_up_logging(process)
        if what == "migrate":
            asyncio.run(migrate_all([service], DatabaseSettings(), BusSettings()))
        else:
            with suppress(KeyboardInterrupt), exporting(SpanSettings(), service.name):
                asyncio.run(run(service, process, headless=what == "work"))


async def run(service: Service, process: ProcessSettings, *, headless: bool) -> None:
    database, bus, serve = DatabaseSettings(), BusSettings(), ServeSettings()
    if database.database_url is None or bus.bus_url is None:
        raise SystemExit(
            "A service of its own needs SYNCLINE_DATABASE_URL and SYNCLINE_BUS_URL; see the README"
        )
    access = complete_access(AccessSettings(), database.data_dir, entrance=service.entrance)
    listener = listen(serve.bind, serve.port)
    async with (
        open_platform(database, bus, serve, process, PeerSettings(), access) as platform,
        host([service], platform, headless=headless) as hosted,
        serving(
            hosted[service.name].app,
            listener,
            drain_seconds=serve.drain_seconds,
            trusted=serve.trusted_proxies,
        ) as url,
    ):
        log.info("listening", service=service.name, url=url, mode="work" if headless else "serve")
        await until_stopped()
        hosted[service.name].wind_down()


async def migrate_all(services: Sequence[Service], database: DatabaseSettings, bus: BusSettings) -> None:
    """Tables first, then queues, before anybody publishes. Doing it again changes nothing."""
    for service in services:
        await migrate_tables(service, database)
    async with open_transport(bus) as transport:
        await declare_queues(services, transport)


async def migrate_tables(service: Service, database: DatabaseSettings) -> None:
    with database_explained(database):
        engine = open_engine(database, service.name, silent_after=None)
        try:
            done = await migrate(engine, service.name, service.migrations, service.metadata)
        finally:
            await engine.dispose()
    log.info("tables migrated" if done else "tables are up to date", service=service.name)


async def declare_queues(services: Sequence[Service], transport: Transport) -> None:
    for service in services:
        if service.events.routing_keys:
            try:
                await transport.declare(service.name, service.events.routing_keys)
            except SynclineError as exc:
                raise SystemExit(f"{exc.message}. Is SYNCLINE_BUS_URL right?") from None
