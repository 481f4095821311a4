"""Every service in one process, on one port."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from syncline_common.runtime.access import complete_access
from syncline_common.runtime.command import declare_queues, migrate_tables
from syncline_common.runtime.host import Hosted, host
from syncline_common.runtime.platform import open_platform
from syncline_common.runtime.serve import listen, serving, url_of
from syncline_common.runtime.service import Platform
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_console.app import open_console
from syncline_console.client.line import Lines
from syncline_embedded.front import front, inside
from syncline_embedded.services import SERVICES, WITH_TABLES


@dataclass(frozen=True, slots=True)
class Together:
    """All services, running."""

    url: str
    platform: Platform
    hosted: Sequence[Hosted]
    lines: Lines  # to the services, as the console has them

    def wind_down(self) -> None:
        for service in self.hosted:
            service.wind_down()


@asynccontextmanager
async def run_together(
    database: DatabaseSettings,
    bus: BusSettings,
    serve: ServeSettings,
    process: ProcessSettings,
    access: AccessSettings,
    *,
    routes: RouteSettings | None = None,
) -> AsyncIterator[Together]:
    """They reach each other over loopback HTTP: an in-process client buffers whole bodies and would hang on streams."""
    public, private = listen(serve.bind, serve.port), listen("127.0.0.1", 0)
    within = url_of(private)
    peers = PeerSettings(registry_url=within, connections_url=within, sync_url=within, matching_url=within)
    for service in WITH_TABLES:
        await migrate_tables(service, database)
    access = complete_access(access, database.data_dir, entrance=True)
    async with open_platform(database, bus, serve, process, peers, access, routes=routes) as platform:
        await declare_queues(SERVICES, platform.transport)
        async with host(SERVICES, platform) as hosted, open_console(platform) as console:
            apps = {name: it.app for name, it in hosted.items()}
            async with (
                serving(inside(apps, console.app), private, drain_seconds=1),
                serving(
                    front(apps, console.app),
                    public,
                    drain_seconds=serve.drain_seconds,
                    trusted=serve.trusted_proxies,
                ) as url,
            ):
                yield Together(url, platform, [*hosted.values(), console], console.app.state.own.lines)
