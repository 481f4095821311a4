"""A PostgreSQL server that belongs to one test, so that the test may stop it in every way."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import asyncpg

from backing import LOOPBACK, ServerProcess, bare_environment, free_port

INSTALLATIONS = Path("/usr/lib/postgresql")
INITDB_SECONDS = 90
START_SECONDS = 60
STOP_SECONDS = 40
SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def installed() -> bool:
    return any(INSTALLATIONS.glob("*/bin/postgres"))


class PrivatePostgres:
    """One server; every start is on the same data and the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._port = free_port()
        self._process: ServerProcess | None = None
        self.url = f"postgresql://postgres@{LOOPBACK}:{self._port}/postgres"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int:
        return self._started().pid

    async def create(self) -> None:
        """Makes the data directory; the only role is `postgres`, and nobody is asked for a password."""
        self._data.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._data, "postgres", "postgres")
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        command = (*_as_its_user(), str(_program("initdb")), f"--pgdata={self._data}", *options)
        done = await asyncio.to_thread(_run, command, self._folder)
        if done.returncode:
            raise RuntimeError(f"initdb ended with {done.returncode}:\n{done.stdout}")

    async def start(self) -> None:
        """Returns when a client gets an answer to a query."""
        if self.running:
            raise RuntimeError("this server runs already")
        # A relative socket directory is inside the data directory, and never too long for a socket address.
        places = {"port": self._port, "listen_addresses": LOOPBACK, "unix_socket_directories": "."}
        settings = [f"--{name}={value}" for name, value in places.items()]
        command = (*_as_its_user(), str(_program("postgres")), "-D", str(self._data), *settings)
        output = self._folder / "output.log"
        self._process = ServerProcess(command, bare_environment(), self._folder, output)
        await self._process.until_ready(self._answers, START_SECONDS)

    async def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """`fast` rolls back and writes a checkpoint; `immediate` leaves that to the next start's recovery."""
        await self._started().end(SIGNALS[mode], STOP_SECONDS)

    async def kill(self) -> None:
        await self._started().kill()

    def _started(self) -> ServerProcess:
        if self._process is None:
            raise RuntimeError("this server was never started")
        return self._process

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=5)
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True


@asynccontextmanager
async def private_postgres(folder: Path) -> AsyncIterator[PrivatePostgres]:
    """A running server with all its files in `folder`; whatever the test did to it, it is gone afterwards."""
    server = PrivatePostgres(folder)
    try:
        await server.create()
        await server.start()
        yield server
    finally:
        if server.running:
            await server.stop("immediate")


def _as_its_user() -> tuple[str, ...]:
    """PostgreSQL refuses to run as root, and a test's folder is closed to other users.

    So root becomes `postgres` but keeps the one right to enter the folder: no permission outside it changes.
    """
    tied = ("setpriv", "--pdeathsig=INT")
    if os.geteuid() != 0:
        return (*tied, "--")
    user = ("--reuid=postgres", "--regid=postgres", "--init-groups")
    return (*tied, *user, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--")


def _program(name: str) -> Path:
    found = INSTALLATIONS.glob(f"*/bin/{name}")
    return max(found, key=lambda path: int(path.parent.parent.name))


def _run(command: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=bare_environment(),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INITDB_SECONDS,
        check=False,
    )
