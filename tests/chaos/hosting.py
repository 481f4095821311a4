"""Services in the test's own process, so that a test may hand them a handler of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx2

from backing.one_token import OneToken
from chaos.place import TOKEN
from syncline_common.db.tx import Database
from syncline_common.runtime.access import complete_access
from syncline_common.runtime.command import declare_queues, migrate_tables
from syncline_common.runtime.host import Hosted, host
from syncline_common.runtime.platform import open_platform
from syncline_common.runtime.serve import listen, serving
from syncline_common.runtime.service import Service
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
)
from syncline_embedded.front import front


@dataclass(frozen=True)
class Here:
    http: httpx2.AsyncClient
    hosted: Mapping[str, Hosted]

    def database(self, service: str) -> Database:
        return self.hosted[service].home.database


@asynccontextmanager
async def running(
    services: Sequence[Service], database: DatabaseSettings, bus: BusSettings
) -> AsyncIterator[Here]:
    """On a port of their own."""
    for service in services:
        await migrate_tables(service, database)
    serve = ServeSettings(port=0, drain_seconds=5, rate_per_second=0)
    access = complete_access(AccessSettings(), database.data_dir, entrance=True)
    async with open_platform(database, bus, serve, ProcessSettings(), PeerSettings(), access) as bare:
        platform = replace(bare, tokens=OneToken(TOKEN))
        await declare_queues(services, platform.transport)
        async with host(services, platform) as hosted:
            apps = {name: it.app for name, it in hosted.items()}
            app = front(apps, apps[services[0].name])
            async with serving(app, listen("127.0.0.1", 0), drain_seconds=5) as url:
                headers = {"Authorization": f"Bearer {TOKEN}"}
                async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
                    yield Here(http, hosted)
