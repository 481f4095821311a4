"""Builds, from the settings, what a host lends to its services."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext

import httpx2

from syncline_common.bus.memory import MemoryTransport
from syncline_common.bus.rabbit import open_rabbit
from syncline_common.bus.transport import Transport
from syncline_common.clients.connections import ConnectionsClient
from syncline_common.clients.nodes import NodeClient
from syncline_common.clients.registry import RegistryClient
from syncline_common.clock import SystemClock
from syncline_common.redaction import REDACTOR
from syncline_common.runtime.access import derived_key
from syncline_common.runtime.service import Platform
from syncline_common.sdk.outbound import Outbound
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    KeySettings,
    PeerSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)


@asynccontextmanager
async def open_platform(  # noqa: PLR0913 (an area of the settings each)
    database: DatabaseSettings,
    bus: BusSettings,
    serve: ServeSettings,
    process: ProcessSettings,
    peers: PeerSettings,
    access: AccessSettings,
    *,
    routes: RouteSettings | None = None,
) -> AsyncIterator[Platform]:
    """`access` is complete: see `runtime.access`. Routes are those of the environment, unless given."""
    for secret in (database.database_url, bus.bus_url):
        if secret is not None:
            REDACTOR.learn(secret.get_secret_value())
    assert access.service_token is not None and access.installation_key is not None
    way = Outbound((routes or RouteSettings()).routes)
    async with (
        open_transport(bus) as transport,
        httpx2.AsyncClient(trust_env=False) as http,
        aclosing(way) as outbound,
    ):
        yield Platform(
            database=database,
            bus=bus,
            serve=serve,
            process=process,
            peers=peers,
            access=access,
            keys=KeySettings(),
            transport=transport,
            registry=RegistryClient(http, peers.registry_url, access.service_token),
            nodes=NodeClient(http, peers.registry_url, access.service_token),
            connections=ConnectionsClient(http, peers.connections_url, access.service_token),
            fingerprint_key=derived_key(access.installation_key, "fingerprints"),
            audit_key=derived_key(access.installation_key, "audit"),
            marker_key=derived_key(access.installation_key, "markers"),
            hook_key=derived_key(access.installation_key, "webhooks"),
            naming_key=derived_key(access.installation_key, "names of credentials"),
            clock=SystemClock(),
            outbound=outbound,
        )


def open_transport(bus: BusSettings) -> AbstractAsyncContextManager[Transport]:
    return nullcontext(MemoryTransport()) if bus.bus_url is None else open_rabbit(bus)
