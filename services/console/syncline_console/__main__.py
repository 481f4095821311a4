"""`python -m syncline_console serve`: the console as a process of its own."""

import argparse
import asyncio

import structlog

from syncline_common.logging import set_up_logging
from syncline_common.runtime.access import complete_access
from syncline_common.runtime.command import migrate_all
from syncline_common.runtime.platform import open_platform
from syncline_common.runtime.serve import listen, serving
from syncline_common.runtime.signals import until_stopped
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
)
from syncline_console.app import SERVICE, open_console

log = structlog.get_logger(__name__)


async def run(process: ProcessSettings) -> None:
    database, bus, serve = DatabaseSettings(), BusSettings(), ServeSettings()
    access = complete_access(AccessSettings(), database.data_dir, entrance=False)
    listener = listen(serve.bind, serve.port)
    async with (
        open_platform(database, bus, serve, process, PeerSettings(), access) as platform,
        open_console(platform) as console,
        serving(
            console.app, listener, drain_seconds=serve.drain_seconds, trusted=serve.trusted_proxies
        ) as url,
    ):
        log.info("listening", service=SERVICE.name, url=url)
        await until_stopped()
        console.wind_down()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m syncline_console", description=SERVICE.description)
    parser.add_argument(
        "what", choices=("serve", "migrate"), help="serve: answer HTTP; migrate: tables, once"
    )
    what, settings = parser.parse_args().what, ProcessSettings()
    set_up_logging(settings)
    if what == "migrate":
        asyncio.run(migrate_all([SERVICE], DatabaseSettings(), BusSettings()))
    else:
        asyncio.run(run(settings))
