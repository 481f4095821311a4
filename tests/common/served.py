"""An application in this process, called over HTTP, and people who may call it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from sdk.vendor import NO_TLS, nowhere
from syncline_common.api.application import Application, create_application
from syncline_common.api.auth import TokenReader
from syncline_common.bus.memory import MemoryTransport
from syncline_common.bus.transport import Transport
from syncline_common.clients.connections import ConnectionsClient
from syncline_common.clients.nodes import NodeClient
from syncline_common.clients.registry import RegistryClient
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import Unauthenticated
from syncline_common.ids import new_id
from syncline_common.runtime.service import Home, Platform
from syncline_common.schemas.caller import Caller, Role
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

ACCOUNT = UUID("01900000-0000-7000-8000-00000000000a")
PROBLEM = "application/problem+json"


class People:
    """Tokens and whose they are; `ada` is there from the start and may do everything."""

    def __init__(self) -> None:
        self._callers = {"ada": Caller(ACCOUNT, new_id(), "administrator")}

    def add(self, token: str, role: Role, *networks: UUID, account: UUID = ACCOUNT) -> dict[str, str]:
        granted = None if role == "administrator" else frozenset(networks)
        self._callers[token] = Caller(account, new_id(), role, granted)
        return bearer(token)

    async def read(self, token: str) -> Caller:
        if token not in self._callers:
            raise Unauthenticated("This token is not known")
        return self._callers[token]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def home_of(
    db: Database,
    people: TokenReader,
    transport: Transport | None = None,
    outbound: Outbound | None = None,
) -> Home:
    nobody = AsyncClient(verify=NO_TLS)
    platform = Platform(
        database=DatabaseSettings(data_dir=Path("nowhere")),
        bus=BusSettings(bus_url=None),
        serve=ServeSettings(),
        process=ProcessSettings(instance="test"),
        peers=PeerSettings(),
        access=AccessSettings(service_token=SecretStr("the services of the test, among themselves")),
        keys=KeySettings(),
        registry=RegistryClient(nobody, "http://nowhere", SecretStr("never asked")),
        nodes=NodeClient(nobody, "http://nowhere", SecretStr("never asked")),
        connections=ConnectionsClient(nobody, "http://nowhere", SecretStr("never asked")),
        transport=transport or MemoryTransport(),
        tokens=people,
        fingerprint_key=b"a key of the test",
        audit_key=b"a key of the test",
        marker_key=b"a key of the test",
        hook_key=b"a key of the test",
        naming_key=b"a key of the test",
        clock=ManualClock(),
        outbound=outbound or Outbound(resolver=nowhere, tls=NO_TLS),
    )
    return Home(platform, db, people)


def application(*routers: APIRouter, caps: Mapping[str, int] | None = None) -> Application:
    return create_application("test", "Test", "An application of the test.", routers, caps or {})


@asynccontextmanager
async def calling(app: Application, db: Database, people: People | None = None) -> AsyncIterator[AsyncClient]:
    """As `ada`, unless a call says otherwise."""
    people = people or People()
    app.state.home = home_of(db, people)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test", headers=bearer("ada")) as http:
        yield http


def problem_of(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document, once its outside is as promised."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["title"] and problem["type"] == "about:blank"
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    return problem
