"""Puts the console together. It keeps who is signed in and what they have begun; the rest it asks over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2

from syncline_common.bus.router import EventRouter
from syncline_common.clients.health import HealthClient
from syncline_common.clients.peers import Peers
from syncline_common.runtime.host import Hosted, host
from syncline_common.runtime.service import Platform, Service
from syncline_console.assets import Assets
from syncline_console.client.line import Lines
from syncline_console.own import Own
from syncline_console.pages import (
    api_keys,
    audit,
    begun,
    begun_system,
    connection_removal,
    connections,
    gallery,
    health,
    home,
    live,
    networks,
    people,
    sign_in,
    status,
    systems,
    webhook_rules,
    wizard,
)
from syncline_console.pages.refusals import install_error_pages
from syncline_console.sealing import key_of
from syncline_console.sessions import Sessions
from syncline_console.store.tables import KEEPS, metadata

FEW = 4  # connections to its database: a page reads one row of it
IDLE = 3.0  # seconds a connection to a service is kept; their servers give up after 5

SERVICE = Service(
    name="console",
    title="Syncline console",
    description="The web console: pages for people, over the services' own APIs.",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    events=EventRouter("console"),
    routers=(
        health.router,
        home.router,
        sign_in.router,
        networks.router,
        live.router,
        wizard.router,
        begun.router,
        begun_system.router,
        systems.router,
        webhook_rules.router,
        connection_removal.router,
        connections.router,
        people.router,
        api_keys.router,
        audit.router,
        status.router,
        gallery.router,
    ),
    keeps=KEEPS,
)


@asynccontextmanager
async def open_console(platform: Platform) -> AsyncIterator[Hosted]:
    limits = httpx2.Limits(max_connections=None, keepalive_expiry=IDLE)
    few = min(FEW, platform.database.database_pool_size)
    platform = replace(platform, database=platform.database.model_copy(update={"database_pool_size": few}))
    async with (
        host([SERVICE], platform) as hosted,
        httpx2.AsyncClient(trust_env=False, limits=limits) as http,
    ):
        console = hosted[SERVICE.name]
        furnish(console, platform, http)
        yield console


def furnish(console: Hosted, platform: Platform, http: httpx2.AsyncClient) -> None:
    assert platform.access.installation_key is not None
    peers = Peers.of(platform.peers)
    lines = Lines(http, peers)
    console.app.state.own = Own(
        lines=lines,
        sessions=Sessions(console.home.database, lines),
        health=HealthClient(http, peers),
        wizard_key=key_of(platform.access.installation_key.get_secret_value().encode(), "wizards"),
        secure=(platform.serve.public_url or "").startswith("https:"),
    )
    install_error_pages(console.app)
    console.app.mount("/static", Assets(), name="static")
