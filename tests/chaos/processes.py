"""Victims as the tests see them: started, watched, killed, frozen; none outlives the test."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from backing import free_port, last_lines

STARTS_WITHIN = 300.0  # the first start loads everything
ENDS_WITHIN = 60.0


@dataclass
class Victim:
    """One process after the other, always on the same port."""

    name: str
    nursery: Process
    folder: Path
    environment: Mapping[str, str]
    life: str
    port: int = field(default_factory=free_port)
    pid: int = 0
    starts: int = 0
    code: int | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Returns when there is a process; it has yet to open its port."""
        self.starts += 1
        self.started.clear()
        self.ended.clear()
        order = {
            "name": self.name,
            "folder": str(self.folder),
            "environment": {**self.environment, "SYNCLINE_PORT": str(self.port)},
            "life": self.life,
        }
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(STARTS_WITHIN):
            await self.started.wait()

    async def until_serving(self) -> None:
        """Tables are there, and its port is open."""
        async with asyncio.timeout(STARTS_WITHIN), httpx2.AsyncClient(base_url=self.url) as http:
            while True:
                with suppress(httpx2.TransportError):
                    await http.get("/registry/healthz")
                    return
                await asyncio.sleep(0.05)

    def signal(self, number: signal.Signals) -> None:
        if not self.ended.is_set():
            os.kill(self.pid, number)

    async def stop(self) -> int:
        """As a deployment does it. Its exit code."""
        self.signal(signal.SIGTERM)
        return await self.until_ended()

    async def until_ended(self, seconds: float = ENDS_WITHIN) -> int:
        """Its exit code; of who was killed, the negative number of the signal."""
        async with asyncio.timeout(seconds):
            await self.ended.wait()
        assert self.code is not None
        return self.code

    @property
    def last_words(self) -> str:
        return last_lines(self.folder / f"{self.name}.log", 30)

    def note(self, word: str, number: int) -> None:
        if word == "started":
            self.pid = number
            self.started.set()
        else:
            self.code = number
            self.ended.set()


class Victims:
    def __init__(self, nursery: Process, folder: Path) -> None:
        self._nursery, self._folder = nursery, folder
        self._all: dict[str, Victim] = {}

    def make(
        self,
        name: str,
        environment: Mapping[str, str],
        *,
        life: str = "services",
        folder: Path | None = None,
    ) -> Victim:
        """`life` is one of the nursery's; its log is in `folder`."""
        own = {
            **environment,
            "SYNCLINE_DATA_DIR": environment.get("SYNCLINE_DATA_DIR", f"{self._folder}/{name}"),
        }
        self._all[name] = victim = Victim(name, self._nursery, folder or self._folder, own, life)
        return victim

    async def watch(self) -> None:
        assert self._nursery.stdout is not None
        async for line in self._nursery.stdout:
            word, name, number = line.decode().split()
            self._all[name].note(word, int(number))


@asynccontextmanager
async def victims(folder: Path) -> AsyncIterator[Victims]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    tied = ("setpriv", "--pdeathsig=KILL", "--")
    nursery = await asyncio.create_subprocess_exec(
        *tied, sys.executable, "-m", "chaos.nursery", stdin=PIPE, stdout=PIPE, env=environment
    )
    them = Victims(nursery, folder)
    watching = asyncio.create_task(them.watch())
    try:
        yield them
    finally:
        assert nursery.stdin is not None
        nursery.stdin.close()
        await nursery.wait()
        await watching
