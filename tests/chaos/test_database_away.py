"""A database that stops, and one that says that it can't serve now: 503, never success, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from backing import private_postgres
from chaos.database_away import HOWS, database_away
from conftest import needs_rabbit
from syncline_common.db.engine import open_database, open_engine
from syncline_common.errors import Unavailable
from syncline_common.settings import DatabaseSettings
from syncline_registry.app import SERVICE as REGISTRY

pytestmark = pytest.mark.timeout(240)
NOT_NOW = {
    "53300": "too many clients",
    "57P03": "starting up",
    "57P01": "an administrator ended it",
    "3D000": "no such database",
    "08006": "the connection failed",
}


@needs_rabbit
@pytest.mark.skipif(not private_postgres.installed(), reason="LEFT OUT: PostgreSQL is not installed here")
@pytest.mark.parametrize("how", HOWS)
async def test_a_database_outage_is_said_and_nothing_acknowledged_is_lost(how: str) -> None:
    verdict = await database_away(how, 1, seconds=3)
    assert verdict.broken == [], "\n".join(verdict.broken)
    assert verdict.events > 0


@pytest.mark.parametrize("sqlstate", NOT_NOW, ids=list(NOT_NOW.values()))
async def test_a_server_that_refuses_to_serve_now_is_away(sqlstate: str) -> None:
    async with refusing(sqlstate) as url:
        engine = open_engine(DatabaseSettings(database_url=SecretStr(url)), "registry")
        db = open_database(engine, REGISTRY.metadata)
        try:
            with pytest.raises(Unavailable):
                async with db.begin() as tx:
                    await tx.session.execute(text("SELECT 1"))
        finally:
            await engine.dispose()


@asynccontextmanager
async def refusing(sqlstate: str) -> AsyncIterator[str]:
    """Answers every greeting as PostgreSQL does when it can't serve."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(b"N")  # no encryption
        await reader.read(512)
        fields = b"SFATAL\0VFATAL\0C" + sqlstate.encode() + b"\0Mnot now\0\0"
        writer.write(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield f"postgresql://x@127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
