"""A stack of its own for a test, and what its users do: ask, follow, wait."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from backing import ServerProcess
from backing.signing_in import token_of
from syncline_common.runtime.access import FIRST_EMAIL, PASSWORD_FILE

POSTGRES = os.environ.get("SYNCLINE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
RABBIT = os.environ.get("SYNCLINE_TEST_RABBIT", "amqp://guest:guest@127.0.0.1:5672/")
NGINX = os.environ.get("SYNCLINE_TEST_NGINX")  # not set: the stack looks for it
FEW_CONNECTIONS = {
    "SYNCLINE_DATABASE_POOL_SIZE": "3"
}  # of each of eight processes; the server lets in 100 of all tests
STACK = Path(__file__).parents[2] / "deploy/stack/stack.py"
SERVICES = ("registry", "connections", "sync", "matching")
READY_SECONDS, STOP_SECONDS = 90, 40
T = TypeVar("T")


@dataclass(slots=True)
class Running:
    process: ServerProcess
    folder: Path
    http: httpx2.AsyncClient
    token: str = ""

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    @property
    def base_url(self) -> str:
        return str(self.state["base_url"])

    def one(self, name: str) -> dict[str, Any]:
        return next(it for it in self.state["processes"] if it["name"] == name)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | more

    async def sign_in(self) -> None:
        self.token = await token_of(self.base_url, FIRST_EMAIL, (self.folder / PASSWORD_FILE).read_text())

    async def answer(self, path: str) -> httpx2.Response:
        return await self.http.get(f"{self.base_url}{path}", headers=self.headers())

    async def create_network(self) -> str:
        url, body = f"{self.base_url}/registry/v1/networks", {"name": f"Network {secrets.token_hex(4)}"}
        created = await self.http.post(url, json=body, headers=self.headers())
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    async def is_ready(self) -> bool:
        try:
            return (await self.http.get(f"{self.base_url}/readyz")).status_code == 200
        except (OSError, httpx2.HTTPError):
            return False


@asynccontextmanager
async def running_stack(folder: Path, own: Mapping[str, str]) -> AsyncIterator[Running]:
    """With these settings, by their names without the prefix."""
    passed = {name: value for name, value in os.environ.items() if not name.startswith("SYNCLINE_")}
    told = passed | FEW_CONNECTIONS | {f"SYNCLINE_{name}": value for name, value in own.items()}
    command = [sys.executable, str(STACK), "--workers", "2", "--port", "0", "--dir", str(folder)]
    command += ["--nginx", NGINX] if NGINX else []
    process = ServerProcess(command, told, folder, folder / "output.log")
    async with httpx2.AsyncClient(trust_env=False) as http:
        stack = Running(process, folder, http)
        try:
            await process.until_ready(stack.is_ready, READY_SECONDS)
            await stack.sign_in()
            yield stack
        finally:
            if process.running:
                await process.end(signal.SIGTERM, STOP_SECONDS)


@asynccontextmanager
async def followed(stack: Running, after: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    """(position, what it is about) of each event from then on."""
    headers = stack.headers(**{"Last-Event-ID": after})
    async with stack.http.stream("GET", f"{stack.base_url}/sync/v1/events/stream", headers=headers) as answer:
        assert answer.status_code == 200
        yield events_of(answer)


async def events_of(answer: httpx2.Response) -> AsyncIterator[tuple[str, str]]:
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        event[name] = value
        if not line and "data" in event:
            yield event["id"], json.loads(event["data"])["subject"]
            event = {}


async def until(look: Callable[[], Awaitable[T]], is_it: Callable[[T], bool], seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while not is_it(found := await look()):
        assert time.monotonic() < deadline, f"after {seconds:g} s still {found!r}"
        await asyncio.sleep(0.05)
    return found
