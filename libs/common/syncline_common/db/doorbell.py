"""Carries bells from process to process over PostgreSQL's LISTEN and NOTIFY.

Sent on a connection of its own, after the commit and many at once: inside a transaction, NOTIFY makes all commits of
the database wait for each other.
"""

import asyncio
from collections.abc import Iterable

import asyncpg

from syncline_common.db.bells import Bells
from syncline_common.db.engine import postgres_url
from syncline_common.settings import DatabaseSettings


class PostgresDoorbell:
    def __init__(self, settings: DatabaseSettings, service: str, bells: Bells) -> None:
        self._dsn = postgres_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
        self._channel, self._bells = f"syncline_{service}", bells
        self._pending: set[str] = set()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self.bell = asyncio.Event()
        bells.outward = self._remember

    async def turn(self) -> int:
        """Listen, and pass on what was rung here since the last turn."""
        connection = await self._listening()
        names, self._pending = self._pending, set()
        for name in names:
            await connection.execute("SELECT pg_notify($1, $2)", self._channel, name, timeout=5)
        if not names:
            await connection.execute("SELECT 1", timeout=5)  # is it still there?
        return 0

    async def close(self) -> None:
        self._bells.outward = None
        if self._connection is not None:
            self._connection.terminate()

    def _remember(self, names: Iterable[str]) -> None:
        self._pending.update(names)
        if self._pending:
            self.bell.set()

    async def _listening(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None or self._connection.is_closed():
            settings = {"synchronous_commit": "off", "application_name": f"{self._channel} bell"}
            self._connection = await asyncpg.connect(self._dsn, timeout=5, server_settings=settings)
            await self._connection.add_listener(self._channel, self._rung)
        return self._connection

    def _rung(self, _connection: object, pid: int, _channel: str, name: object) -> None:
        if self._connection is not None and pid != self._connection.get_server_pid():
            self._bells.ring([str(name)])
