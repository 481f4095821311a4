"""Everything together, in this process or in one of its own, as a person would start it."""

import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from backing import ServerProcess, bare_environment
from backing.canaries import CANARY
from backing.signing_in import token_of
from common.streams import Stream, reading
from syncline_common.runtime.access import FIRST_EMAIL, PASSWORD_FILE
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    ServeSettings,
)
from syncline_common.testing.transport_contract import until
from syncline_embedded.main import Together, run_together

EMAIL, PASSWORD = "first@example.com", f"a {CANARY} of the test"
REPOSITORY = Path(__file__).parents[2]
CODE = ["libs/common", *(f"services/{it.name}" for it in (REPOSITORY / "services").iterdir() if it.is_dir())]


class Client:
    """Someone who may do everything, at a base URL."""

    def __init__(self, url: str, http: httpx2.AsyncClient, token: str) -> None:
        self.url, self._http, self._token = url, http, token

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self._http.get(path, **options)

    async def create_network(self, name: str) -> str:
        answer = await self._http.post("/registry/v1/networks", json={"name": name})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def stream(self, last: str | None = None) -> Any:
        resumed = {"Last-Event-ID": last} if last is not None else {}
        headers = {"Authorization": f"Bearer {self._token}"} | resumed
        return reading(f"{self.url}/sync/v1/events/stream", headers)


async def network_of(stream: Stream) -> tuple[str, str]:
    """The next event's position, and which network it tells of."""
    sent = await stream.next()
    assert sent.event == "registry.network.created.v1" and sent.id is not None
    return sent.id, re.findall(r'"networkid":"([0-9a-f-]+)"', sent.data)[0]


@asynccontextmanager
async def client_of(url: str, password: str, email: str = FIRST_EMAIL) -> AsyncIterator[Client]:
    token = await token_of(url, email, password)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=15, trust_env=False) as http:
        yield Client(url, http, token)


@asynccontextmanager
async def together(
    settings: tuple[DatabaseSettings, BusSettings], port: int = 0
) -> AsyncIterator[tuple[Together, Client]]:
    """Stopped as a signal stops it: streams first."""
    process, access = (
        ProcessSettings(instance="test"),
        AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD)),
    )
    async with (
        run_together(*settings, ServeSettings(port=port), process, access) as running,
        client_of(running.url, PASSWORD, EMAIL) as client,
    ):
        yield running, client
        running.wind_down()


class Syncline:
    """`python -m syncline_embedded`, with what it says."""

    def __init__(self, data_dir: Path, output: Path, **settings: str) -> None:
        self.output, self._data_dir = output, data_dir
        path = os.pathsep.join(str(REPOSITORY / part) for part in CODE)
        own = {f"SYNCLINE_{name.upper()}": value for name, value in settings.items()}
        environment = bare_environment(
            PYTHONPATH=path,
            PYTHONUNBUFFERED="1",
            SYNCLINE_DATA_DIR=str(data_dir),
            SYNCLINE_DATABASE_POOL_SIZE="4",  # many share the server of the tests
            **own,
        )
        command = [str(REPOSITORY / ".venv/bin/python"), "-m", "syncline_embedded"]
        self._process = ServerProcess(command, environment, output.parent, output)

    @property
    def said(self) -> str:
        return self.output.read_text()

    async def until_it_runs(self) -> str:
        """Its URL."""
        await until(lambda: self.ended is not None or "Stop" in self.said, seconds=40)
        assert self.ended is None, self.said
        return str(re.findall(r"Console +(http://\S+?)/\n", self.said)[-1])

    async def until_it_ended(self, seconds: float = 40) -> int:
        await until(lambda: self.ended is not None, seconds=seconds)
        assert self.ended is not None
        return self.ended

    @property
    def ended(self) -> int | None:
        return self._process._process.poll()

    def password(self) -> str:
        return (self._data_dir / PASSWORD_FILE).read_text()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    async def kill(self) -> None:
        await self._process.kill()


def refuses_connections(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0
