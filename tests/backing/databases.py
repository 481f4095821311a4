"""A database of its own for a test, on the server all tests share."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 60


@asynccontextmanager
async def fresh_database(base_url: str, template: str = "template0") -> AsyncIterator[str]:
    """The URL of an empty database, or of a copy of `template`; dropped afterwards even when somebody is still connected."""
    name = f"syncline_test_{secrets.token_hex(8)}"
    await _run(base_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield urlsplit(base_url)._replace(path=f"/{name}").geturl()
    finally:
        await _run(base_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.execute(statement, timeout=STATEMENT_SECONDS)
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
