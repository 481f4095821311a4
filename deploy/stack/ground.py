"""What a stack stands on: a folder of its own, a database that exists."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from deploy.stack.processes import CannotStart, say

DATABASE = "postgresql://postgres@127.0.0.1:5432/syncline"
BUS = "amqp://guest:guest@127.0.0.1:5672/"
CONNECT_SECONDS = 10


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One stack per folder. The lock dies with the process, however it dies."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Another stack is using {folder}. Stop it, or choose another --dir") from None
        yield


def bus_url() -> str:
    return os.environ.get("SYNCLINE_BUS_URL") or BUS


async def database_url() -> str:
    """As set, or our own on this machine's PostgreSQL; only our own is made if it is not there."""
    given = os.environ.get("SYNCLINE_DATABASE_URL")
    url = given or DATABASE
    parts = urlsplit(url)._replace(scheme="postgresql")  # however the driver was spelled
    name = parts.path.strip("/")
    try:
        await _run(parts.geturl(), "SELECT 1")
    except asyncpg.InvalidCatalogNameError:
        if given:
            raise CannotStart(f"PostgreSQL has no database {name}; see SYNCLINE_DATABASE_URL") from None
        say(f"making the database {name}")
        await _run(parts._replace(path="/postgres").geturl(), f'CREATE DATABASE "{name}" TEMPLATE template0')
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as exc:
        why = str(exc) or type(exc).__name__
        where = f"{parts.hostname}:{parts.port or 5432}"
        raise CannotStart(f"PostgreSQL at {where}: {why}. Start it, or set SYNCLINE_DATABASE_URL") from None
    return url


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.execute(statement)
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
