"""Puts the connections service together."""

import asyncio
from pathlib import Path

from syncline_common.runtime.service import Home, Service
from syncline_connections.api import (
    builds,
    configuration,
    connections,
    drafts,
    files,
    internal,
    names,
    versions,
)
from syncline_connections.drafting.kept import KeptFacts
from syncline_connections.events.handlers import router
from syncline_connections.loops import make_loops
from syncline_connections.own import Own
from syncline_connections.store.tables import metadata


def make_own(home: Home) -> Own:
    systems = home.platform.registry.systems()
    return Own(systems, KeptFacts(systems, asyncio.get_running_loop().time))


SERVICE = Service(
    name="connections",
    title="Syncline connections",
    description="Connections between two systems: how they are built, configured and published.",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    events=router,
    routers=(
        configuration.router,
        connections.router,
        builds.router,
        drafts.router,
        versions.router,
        files.router,
        names.router,
        internal.router,
    ),
    own=make_own,
    loops=make_loops,
    body_caps=dict.fromkeys(
        ("/connections/v1/connections/", "/connections/v1/plan", "/connections/v1/apply"), 4 * 1024 * 1024
    ),
)
