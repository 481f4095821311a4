"""The demo: two simulated systems in a process of their own, and the way there. Whether there is one is said by a folder."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from syncline_common.settings import DatabaseSettings, DemoSettings, RouteSettings

FOLDER, WAYS, BUILT = "demo", "ways.json", "built"
LOCK = "lock"  # of the data directory: it is there before anything is
NOWHERE = "http://127.0.0.1:9"  # nobody listens there
SANDBOX = "syncline_sandbox.demo_process"
ANSWERS, LEAVES = 30.0, 10.0  # seconds for which the sandbox is waited for
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Demo:
    """It runs. `systems` are its two by side: name, url, auth, page."""

    folder: Path
    systems: dict[str, Any]

    @property
    def is_built(self) -> bool:
        return (self.folder / BUILT).exists()

    def built(self) -> None:
        """What a person removes of it after that stays removed."""
        (self.folder / BUILT).touch()


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there when Syncline starts."""

    routes: RouteSettings
    demo: Demo | None = None


def has_demo(given: DemoSettings, database: DatabaseSettings, routes: RouteSettings) -> bool:
    """One that was begun goes on. It begins where nothing is yet; who has set routes has systems of his own."""
    folder = database.data_dir / FOLDER
    if not given.demo or database.database_url:
        return False
    is_empty = all(it.name == LOCK for it in database.data_dir.iterdir())
    if is_empty and not routes.routes:
        folder.mkdir(mode=0o700)
    return folder.exists()


@asynccontextmanager
async def prepared(
    given: DemoSettings, database: DatabaseSettings, routes: RouteSettings
) -> AsyncIterator[Ground]:
    """The demo's systems are never looked for where their addresses would lead: that is somebody else's system."""
    folder = database.data_dir / FOLDER
    if not has_demo(given, database, routes):
        yield Ground(_joined(_nowhere(folder), routes))
        return
    async with _sandbox(given, folder) as told:
        if told is None:
            yield Ground(_joined(_nowhere(folder), routes))
        else:
            (folder / WAYS).write_text(json.dumps(told["routes"]))
            yield Ground(_joined(told["routes"], routes), Demo(folder, told["systems"]))


def _joined(demo: dict[str, str], given: RouteSettings) -> RouteSettings:
    return RouteSettings(routes={**demo, **given.routes})


def _nowhere(folder: Path) -> dict[str, str]:
    ways = folder / WAYS
    return dict.fromkeys(json.loads(ways.read_text()), NOWHERE) if ways.exists() else {}


@asynccontextmanager
async def _sandbox(given: DemoSettings, folder: Path) -> AsyncIterator[dict[str, Any] | None]:
    """What it announces; None if it does not come up, and it says why itself.

    It has a session of its own, so that Ctrl-C does not reach it while we still finish what we do with it. It ends
    when its input is closed, which happens however we end.
    """
    command = (sys.executable, "-m", SANDBOX, "--folder", str(folder))
    options = ("--port", str(given.demo_port), "--every", str(given.demo_every))
    child = await asyncio.create_subprocess_exec(
        *command,
        *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        said = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWERS):
                said = await child.stdout.readline()
        yield json.loads(said) if said else None
    finally:
        child.stdin.close()
        await _ended(child)


async def _ended(child: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(LEAVES):
            await child.wait()
    except TimeoutError:
        log.warning("the demo's sandbox did not end by itself")
        child.kill()
        await child.wait()
