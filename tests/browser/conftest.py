"""Syncline with both simulated vendors, and one browser, once a module; each test has an account of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page
from pydantic import SecretStr

from backing.canaries import CANARY
from backing.signing_in import token_of
from browser.chromium import CHROMIUM, browser, window
from connectors.opened import Town, town
from syncline_common.ids import new_id
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_embedded.main import run_together

OPERATOR, PASSWORD = f"the operator's {CANARY}, of the test", f"a {CANARY} of the test"
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="LEFT OUT: there is no Chromium here")


@dataclass
class Room:
    """Syncline, and a browser that looks at it."""

    url: str
    chromium: Browser
    email: str = "first@example.com"
    troubles: list[str] = field(default_factory=list)  # what pages complained of

    @asynccontextmanager
    async def person(self, **look: Any) -> AsyncIterator[BrowserContext]:
        """Somebody's own window, signed in."""
        async with window(self.chromium, self.url, **look) as context:
            page = await self.page(context)
            await page.goto("/sign-in")
            await sign_in(page, self.email)
            await page.wait_for_url("**/networks")
            await page.close()
            yield context

    async def page(self, context: BrowserContext) -> Page:
        """A tab, of which every complaint is noted: errors of scripts, refusals of the content policy."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "the server responded with a status of" not in text:
            self.troubles.append(text)

    async def api(self) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {await token_of(self.url, self.email, PASSWORD)}"}
        return httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    async def network(self, name: str) -> str:
        async with await self.api() as http:
            answer = await http.post("/registry/v1/networks", json={"name": name})
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])


@dataclass
class Stage(Room):
    town: Town = field(kw_only=True)


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    async with town() as place, browser() as chromium, opened(folder, place.routes) as url:
        yield Stage(url, chromium, town=place)


@asynccontextmanager
async def opened(folder: Path, routes: dict[str, str], port: int = 0) -> AsyncIterator[str]:
    """Syncline with what is in the folder, as a server that is started again finds it."""
    access = AccessSettings(
        operator_token=SecretStr(OPERATOR),
        admin_email="first@example.com",
        admin_password=SecretStr(PASSWORD),
    )
    serve, process = (
        ServeSettings(port=port, drain_seconds=2, rate_per_second=0, public_url="http://127.0.0.1:9"),
        ProcessSettings(instance="test"),
    )
    database, bus = DatabaseSettings(data_dir=folder, database_url=None), BusSettings(bus_url=None)
    reached = RouteSettings(routes=routes)
    async with run_together(database, bus, serve, process, access, routes=reached) as running:
        yield running.url
        running.wind_down()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def stage(house: Stage) -> AsyncIterator[Stage]:
    own = replace(house, email=await an_account(house), troubles=[])
    yield own
    assert own.troubles == []


async def an_account(room: Room) -> str:
    """A new one; how its administrator signs in."""
    email = f"{new_id().hex}@example.com"
    body = {"name": "First", "administrator": {"email": email, "password": PASSWORD}}
    async with httpx2.AsyncClient(base_url=room.url, timeout=30, trust_env=False) as http:
        operator = {"Authorization": f"Bearer {OPERATOR}"}
        answer = await http.post("/registry/v1/accounts", json=body, headers=operator)
        assert answer.status_code == 201, answer.text
    return email
