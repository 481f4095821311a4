"""What a service is to the process that hosts it, alone or with the others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy import MetaData

from syncline_common.api.auth import TokenReader
from syncline_common.bus.router import EventRouter
from syncline_common.bus.transport import Transport
from syncline_common.clients.connections import ConnectionsClient
from syncline_common.clients.nodes import NodeClient
from syncline_common.clients.registry import RegistryClient
from syncline_common.clock import Clock
from syncline_common.db.retention import Keep
from syncline_common.db.tx import Database
from syncline_common.runtime.supervisor import Loop
from syncline_common.sdk.outbound import Outbound
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    KeySettings,
    PeerSettings,
    ProcessSettings,
    ServeSettings,
)


@dataclass(frozen=True, slots=True)
class Platform:
    """What a host lends to the services it runs. Of each other they know addresses only, over HTTP."""

    database: DatabaseSettings
    bus: BusSettings
    serve: ServeSettings
    process: ProcessSettings
    peers: PeerSettings
    access: AccessSettings
    keys: KeySettings
    transport: Transport
    registry: RegistryClient
    connections: ConnectionsClient
    nodes: NodeClient
    fingerprint_key: bytes
    audit_key: bytes
    marker_key: bytes  # what is created in systems is found again by it
    hook_key: bytes  # webhooks are known by it
    naming_key: bytes  # names credentials to other processes, without telling them
    clock: Clock
    outbound: Outbound  # the only way to systems
    tokens: TokenReader | None = None  # instead of asking the registry, where there is none


@dataclass(slots=True)
class Home:
    """A running service: what its routes and loops may use."""

    platform: Platform
    database: Database
    tokens: TokenReader
    own: Any = None  # what a service has beside that
    closing: bool = False  # asked to stop: streams end


@dataclass(frozen=True, slots=True)
class Service:
    """Its parts, as data. `runtime.host` puts them together, the same way for each."""

    name: str  # first part of its paths, its schema or file, its queue
    title: str
    description: str
    metadata: MetaData
    migrations: Path
    events: EventRouter
    routers: Sequence[APIRouter] = ()
    own: Callable[[Home], Any] = lambda home: None
    first: Callable[[Home], Awaitable[object]] | None = None  # before anyone is let in
    loops: Callable[[Home], Sequence[Loop]] = lambda home: ()
    keeps: Sequence[Keep] = ()
    entrance: bool = False  # where people sign in; it makes the first of them
    body_caps: Mapping[str, int] = field(default_factory=dict)  # where 1 MiB is too little, by path
