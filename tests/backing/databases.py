"""A database of its own for a test, on the server all tests share."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

CONNECT_SECONDS = 10
PLACE_SECONDS = 30
STATEMENT_SECONDS = 60
EMPTY = """
    SET session_replication_role = replica; -- no trigger, no foreign key
    DO $$ DECLARE it record; BEGIN
        FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('DELETE FROM {schema}.%I', it.tablename);
        END LOOP;
    END $$
"""


@asynccontextmanager
async def fresh_database(base_url: str, template: str = "template0") -> AsyncIterator[str]:
    """The URL of an empty database, or of a copy of `template`; dropped afterwards even when somebody is still connected."""
    url = await make_database(base_url, template)
    try:
        yield url
    finally:
        await drop_database(base_url, url)


async def make_database(base_url: str, template: str = "template0") -> str:
    name = f"syncline_test_{secrets.token_hex(8)}"
    await _run(base_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlsplit(base_url)._replace(path=f"/{name}").geturl()


async def drop_database(base_url: str, url: str) -> None:
    await _run(base_url, f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')


async def empty_tables(url: str, schema: str) -> None:
    """All of a service's, the audit's as well; its migrations stay."""
    await _run(url, EMPTY.format(schema=schema))


async def _admitted(url: str) -> asyncpg.Connection:
    """Other tests may have taken all places for a moment."""
    async with asyncio.timeout(PLACE_SECONDS):
        while True:
            try:
                return await asyncpg.connect(url, timeout=CONNECT_SECONDS)
            except asyncpg.TooManyConnectionsError:
                await asyncio.sleep(0.2)


async def _run(url: str, statement: str) -> None:
    connection = await _admitted(url)
    try:
        await connection.execute(statement, timeout=STATEMENT_SECONDS)
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
