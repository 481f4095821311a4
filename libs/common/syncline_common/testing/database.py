"""A migrated, empty database for one test, on SQLite or PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from syncline_common.clock import Clock
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.migrate import migrate
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings


@asynccontextmanager
async def opened(
    settings: DatabaseSettings, service: Service, clock: Clock | None = None
) -> AsyncIterator[Database]:
    engine = open_engine(settings, service.name)
    try:
        await migrate(engine, service.name, service.migrations, service.metadata)
        yield open_database(engine, service.metadata, clock)
    finally:
        await engine.dispose()
