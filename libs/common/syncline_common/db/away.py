"""Tells a database that can't be reached from one that refuses what we asked."""

from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

GONE = (
    OSError,  # refused, reset, timed out
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InvalidCatalogNameError,
)


def is_away(exc: BaseException) -> bool:
    if not isinstance(exc, DBAPIError):
        return isinstance(exc, GONE)
    return exc.connection_invalidated or _is_busy_file(exc) or any(isinstance(it, GONE) for it in _below(exc))


def _below(exc: BaseException) -> Iterator[BaseException]:
    """What the driver said stands at the end of a chain: each layer raises its own from the one below."""
    cause = exc.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _is_busy_file(exc: DBAPIError) -> bool:
    """SQLite: locked by another program, or the disk is full."""
    return any(words in str(exc.orig) for words in ("database is locked", "disk is full", "disk I/O error"))
