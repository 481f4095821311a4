"""A process of all services, as `make run` is one, that dies where its fuse says."""

import asyncio
from dataclasses import replace
from pathlib import Path

from backing.one_token import OneToken
from chaos.fuse import Fuse, FusedRouter, FusedTransport, fused_app
from chaos.place import TOKEN
from chaos.steps import STEPS
from syncline_common.logging import set_up_logging
from syncline_common.runtime.access import complete_access
from syncline_common.runtime.command import declare_queues, migrate_tables
from syncline_common.runtime.host import host
from syncline_common.runtime.platform import open_platform
from syncline_common.runtime.serve import listen, serving, url_of
from syncline_common.runtime.signals import until_stopped
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
)
from syncline_embedded.front import front, inside
from syncline_embedded.lock import locked
from syncline_embedded.services import SERVICES


def live(folder: Path, *, with_steps: bool) -> None:
    """Until SIGTERM, or until the fuse has burnt down. Settings come from the environment."""
    database, process = DatabaseSettings(), ProcessSettings()
    set_up_logging(process)
    with locked(database.data_dir):
        asyncio.run(_run(Fuse(folder), database, process, with_steps))


async def _run(fuse: Fuse, database: DatabaseSettings, process: ProcessSettings, with_steps: bool) -> None:
    serve, bus = ServeSettings(), BusSettings()
    public, private = listen(serve.bind, serve.port), listen("127.0.0.1", 0)
    within = url_of(private)
    peers = PeerSettings(registry_url=within, connections_url=within, sync_url=within, matching_url=within)
    chosen = (*SERVICES, STEPS) if with_steps else SERVICES
    services = [replace(it, events=FusedRouter(it.events, fuse)) for it in chosen]
    for service in services:
        await migrate_tables(service, database)
    access = complete_access(AccessSettings(), database.data_dir, entrance=True)
    async with open_platform(database, bus, serve, process, peers, access) as bare:
        await declare_queues(services, bare.transport)
        platform = replace(bare, transport=FusedTransport(bare.transport, fuse), tokens=OneToken(TOKEN))
        async with host(services, platform) as hosted:
            apps = {name: it.app for name, it in hosted.items()}
            app = fused_app(front(apps, apps["registry"]), fuse)
            async with (
                serving(inside(apps, apps["registry"]), private, drain_seconds=1),
                serving(app, public, drain_seconds=serve.drain_seconds),
            ):
                await until_stopped()
                for it in hosted.values():
                    it.wind_down()
