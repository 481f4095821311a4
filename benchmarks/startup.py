"""Seconds from exec to the first 200 on /readyz, and memory 5 s later, beside an interpreter that only imports.

Modules are compiled beforehand, as an installation has them, whatever PYTHONDONTWRITEBYTECODE says here.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import psutil

from backing import free_port
from benchmarks import REPOSITORY
from benchmarks.figure import Aim, Line, alternate, column

SOON, SMALL = Aim("<", 3), Aim("<", 200)
SETTLES_IN = 5.0  # seconds
MIB = 1024 * 1024
FLOOR = "import fastapi, uvicorn, sqlalchemy; import sys; sys.stdout.write('.'); sys.stdout.flush(); sys.stdin.read()"


async def measure(quick: bool) -> Sequence[Line]:
    rounds = 2 if quick else 5
    with TemporaryDirectory(prefix="syncline-benchmark-") as kept:
        bytecode, existing = Path(kept) / "bytecode", Path(kept) / "existing"

        async def on_empty() -> Sequence[float]:
            with TemporaryDirectory(prefix="syncline-benchmark-") as empty:
                return await started(bytecode, Path(empty) / "data")

        own_empty, own_existing, peer = await alternate(
            rounds, on_empty, partial(started, bytecode, existing), partial(floor, bytecode)
        )
    lines = []
    for name, own in (("an empty", own_empty), ("an existing", own_existing)):
        for at, (what, unit, aim) in enumerate((("ready", "s", SOON), ("memory", "MiB", SMALL))):
            title = f"startup, {name} data directory, {what}"
            lines.append(Line(title, unit, column(own, at), column(peer, at), aim))
    return lines


async def started(bytecode: Path, data: Path) -> Sequence[float]:
    port = free_port()
    own = {"SYNCLINE_DATA_DIR": str(data), "SYNCLINE_PORT": str(port)}
    async with _process(["-m", "syncline_embedded"], environment(bytecode) | own) as (process, at):
        await _ready(f"http://127.0.0.1:{port}/readyz", process)
        seconds = time.monotonic() - at
        await asyncio.sleep(SETTLES_IN)
        return [seconds, resident(process)]


async def floor(bytecode: Path) -> Sequence[float]:
    async with _process(["-c", FLOOR], environment(bytecode)) as (process, at):
        assert process.stdout is not None
        await process.stdout.readexactly(1)
        return [time.monotonic() - at, resident(process)]


def environment(bytecode: Path) -> dict[str, str]:
    """Ours, without any SYNCLINE_ setting; what is compiled is kept in a folder of the benchmark's own."""
    unwanted = ("SYNCLINE_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return inherited | {"PYTHONPYCACHEPREFIX": str(bytecode)}


def resident(process: asyncio.subprocess.Process) -> float:
    return float(psutil.Process(process.pid).memory_info().rss / MIB)


@asynccontextmanager
async def _process(
    arguments: Sequence[str], environment: Mapping[str, str]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, float]]:
    at = time.monotonic()
    pipe, silent = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments), env=environment, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=silent
    )
    try:
        yield process, at
    finally:
        process.terminate()
        await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60), httpx2.AsyncClient(trust_env=False) as client:
        while process.returncode is None:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.01)
    raise RuntimeError(f"it ended with {process.returncode} before it was ready")
