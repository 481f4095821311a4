"""Everything in this process, once a module and mode; each test has an account of its own, and people who visit it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from backing.canaries import CANARY
from backing.signing_in import token_of
from conftest import BOTH_MODES, bus_of, database_of
from connectors.opened import Town, town
from console.reading import Visit, sign_in
from syncline_common.ids import new_id
from syncline_common.settings import AccessSettings, ProcessSettings, RouteSettings, ServeSettings
from syncline_embedded.main import run_together

OPERATOR, PASSWORD = f"the operator's {CANARY}, of the test", f"a {CANARY} of the test"


@dataclass
class Site:
    """An account, its administrator, and the way to both."""

    url: str
    town: Town
    email: str
    api: httpx2.AsyncClient

    @asynccontextmanager
    async def visitor(self, email: str | None = "", password: str = PASSWORD) -> AsyncIterator[Visit]:
        """Signed in, as the administrator unless somebody else is named; nobody at all: still at the door."""
        async with self.browser() as http:
            door = Visit(http, await http.get("/"))
            yield door if email is None else await sign_in(http, email or self.email, password)

    def browser(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.url, timeout=30, trust_env=False, follow_redirects=True)

    async def make(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.api.post(path, json=body)
        assert answer.status_code in (201, 202), answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def network(self, name: str) -> str:
        return str((await self.make("/registry/v1/networks", {"name": name}))["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BOTH_MODES)
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, Town]]:
    """Its URL, and the vendors that it reaches."""
    folder: Path = tmp_path_factory.mktemp("console")
    kinds = ("sqlite", "memory") if request.param == "embedded" else ("postgres", "rabbit")
    access = AccessSettings(
        operator_token=SecretStr(OPERATOR),
        admin_email="first@example.com",
        admin_password=SecretStr(PASSWORD),
    )
    serve, process = (
        ServeSettings(port=0, drain_seconds=5, rate_per_second=0, public_url="http://127.0.0.1:9"),
        ProcessSettings(instance="test"),
    )
    async with (
        database_of(kinds[0], folder) as database,
        bus_of(kinds[1]) as bus,
        town() as place,
        run_together(
            database, bus, serve, process, access, routes=RouteSettings(routes=place.routes)
        ) as running,
    ):
        yield running.url, place
        running.wind_down()


@pytest_asyncio.fixture(loop_scope="module")
async def site(house: tuple[str, Town]) -> AsyncIterator[Site]:
    async with _account(*house) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def other_site(house: tuple[str, Town]) -> AsyncIterator[Site]:
    """Somebody else's account of the same installation."""
    async with _account(*house) as found:
        yield found


@asynccontextmanager
async def _account(url: str, place: Town) -> AsyncIterator[Site]:
    email = f"{new_id().hex}@example.com"
    body = {"name": email, "administrator": {"email": email, "password": PASSWORD}}
    operator = {"Authorization": f"Bearer {OPERATOR}"}
    async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        answer = await http.post("/registry/v1/accounts", json=body, headers=operator)
        assert answer.status_code == 201, answer.text
        http.headers["Authorization"] = f"Bearer {await token_of(url, email, PASSWORD)}"
        yield Site(url, place, email, http)
