"""Opening a service's database, the same way everywhere."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, MetaData, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import in_greenlet

from syncline_common.clock import Clock, SystemClock
from syncline_common.db.tx import Database
from syncline_common.settings import DatabaseSettings

SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON")
OLDEST_SQLITE = (3, 35, 0)  # the first that knows RETURNING
FORGET_STUCK_AFTER = "30000"  # ms that a frozen process may hold its locks
SILENT_AFTER = (
    40.0  # seconds: a server that does not answer, and whose locks nobody can hold so long, is away
)


def open_engine(
    settings: DatabaseSettings, service: str, silent_after: float | None = SILENT_AFTER
) -> AsyncEngine:
    """`service` is its schema on PostgreSQL, its file on SQLite. None: a statement may take as long as it likes."""
    if settings.database_url is None:
        return _open_sqlite(settings, service)
    return create_async_engine(
        postgres_url(settings),
        hide_parameters=True,  # of errors: there may be secrets among them
        pool_size=settings.database_pool_size,
        max_overflow=0,  # more would be opened and closed for each transaction; waiting costs less
        connect_args={
            "timeout": 5,
            "command_timeout": silent_after,  # a connection that a network has forgotten would be waited on for ever
            "server_settings": {
                "search_path": service,
                "idle_in_transaction_session_timeout": FORGET_STUCK_AFTER,
                "application_name": f"syncline {service}",
            },
        },
    )


def postgres_url(settings: DatabaseSettings) -> URL:
    """However the driver was spelled."""
    assert settings.database_url is not None
    return make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+asyncpg")


def open_database(engine: AsyncEngine, metadata: MetaData, clock: Clock | None = None) -> Database:
    """Without a `clock`, time is the server's; SQLite has no server, so it is this machine's."""
    if clock is None and engine.dialect.name == "sqlite":
        clock = SystemClock()
    return Database(engine, metadata, clock)


def _open_sqlite(settings: DatabaseSettings, service: str) -> AsyncEngine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise RuntimeError(f"SQLite 3.35 or newer is needed; this Python has {sqlite3.sqlite_version}")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{settings.data_dir / service}.db", hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _tune_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _let_go_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock first; one that takes it half-way fails instead of waiting."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _let_go_sqlite(connection: Any, _record: Any, _error: BaseException | None) -> None:
    """Closing is not enough: while a cancelled statement is remembered anywhere, its transaction keeps the lock."""
    if in_greenlet():
        connection.rollback()
