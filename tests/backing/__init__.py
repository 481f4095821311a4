"""Real databases and brokers for tests; this file holds what every privately started server shares."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
EPHEMERAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A free loopback port below the range the system hands to outgoing connections.

    From inside that range, a client that reconnects while the server is down can be given the server's own
    port, connect to itself, and keep the server from ever coming back.
    """
    first_ephemeral = int(EPHEMERAL_PORTS.read_text().split()[0]) if EPHEMERAL_PORTS.exists() else 32768
    for port in random.sample(range(min(20000, first_ephemeral // 2), first_ephemeral), 200):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"none of 200 tried ports below {first_ephemeral} is free on {LOOPBACK}")


def bare_environment(**own: str) -> dict[str, str]:
    """What a private server gets to see: nothing of the caller's settings for the same product."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **own}


def last_lines(output: Path, count: int = 25) -> str:
    return "\n".join(output.read_text(errors="replace").splitlines()[-count:]) if output.exists() else ""


class ServerProcess:
    """A server that leads its own process group; `setpriv --pdeathsig` in its command ties it to its starter.

    Start it from the main thread: the kernel ends it when the thread that started it ends.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path):
        self._output = output
        with output.open("ab") as sink:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    async def until_ready(self, answers: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Returns when `answers` says yes; a server that ends or stays silent is an error."""
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            if await answers():
                return
            await asyncio.sleep(0.1)
        ended = self._process.returncode
        happened = (
            f"is not ready after {seconds:.0f} s" if ended is None else f"ended with {ended} while starting"
        )
        raise RuntimeError(f"{self._process.args!r} {happened}; it said last:\n{last_lines(self._output)}")

    async def end(self, number: signal.Signals, seconds: float) -> None:
        """Signals the server and returns when it and all its descendants are gone; late ones are killed."""
        family = self._family()
        if self.running:
            self._process.send_signal(number)
        if await self._gone(family, seconds):
            return
        await self.kill()
        raise TimeoutError(f"process {self.pid} did not end within {seconds:.0f} s of {number.name}; killed")

    async def kill(self) -> None:
        """SIGKILL to the whole group, and to descendants in other groups that outlive it."""
        family = self._family()
        if self.running:
            os.killpg(self.pid, signal.SIGKILL)
        if await self._gone(family, 5):
            return
        for member in filter(_alive, family):
            member.kill()
        if not await self._gone(family, 5):
            raise TimeoutError(f"process {self.pid} or a descendant survives SIGKILL")

    def _family(self) -> list[psutil.Process]:
        """All descendants, wherever they have put themselves, except the port mapper that all nodes share."""
        try:
            descendants = psutil.Process(self.pid).children(recursive=True) if self.running else []
        except psutil.NoSuchProcess:
            return []
        return [one for one in descendants if _alive(one) and one.name() != "epmd"]

    async def _gone(self, family: Sequence[psutil.Process], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running or any(map(_alive, family)):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True


def _alive(process: psutil.Process) -> bool:
    """Orphans end up with process 1, which may never collect them: a zombie counts as gone."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
