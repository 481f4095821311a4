"""A prepared database, again and again as it was: a folder's files on SQLite, on PostgreSQL the rows of every table."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from backing.databases import fresh_database
from conftest import POSTGRES
from syncline_common.settings import DatabaseSettings
from syncline_sync_worker.app import SERVICE

TABLES = tuple(SERVICE.metadata.tables)
KEEP = (
    "CREATE SCHEMA kept",
    *(f'CREATE TABLE kept."{it}" AS TABLE {SERVICE.name}."{it}"' for it in TABLES),
)
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
RESTORE = (
    f"{OTHERS} AND pid <> pg_backend_pid()",
    *(f'DELETE FROM {SERVICE.name}."{it}"' for it in TABLES),
    *(f'INSERT INTO {SERVICE.name}."{it}" SELECT * FROM kept."{it}"' for it in TABLES),
)


class Copies:
    """`folder` holds the data of SQLite, and what else a history begins with."""

    def __init__(self, folder: Path, prepared: DatabaseSettings) -> None:
        self._folder, self._prepared = folder, prepared
        self._urls: list[str] = []

    @asynccontextmanager
    async def one(self, folder: Path) -> AsyncIterator[DatabaseSettings]:
        shutil.copytree(self._folder, folder)
        if self._prepared.database_url is None:
            yield DatabaseSettings(data_dir=folder, database_url=None)
            return
        url = self._urls.pop()
        try:
            await _run(url, RESTORE)
            yield DatabaseSettings(data_dir=folder, database_url=SecretStr(url))
        finally:
            self._urls.append(url)

    @asynccontextmanager
    async def made(self, at_once: int) -> AsyncIterator["Copies"]:
        """So many histories may have one at once."""
        if self._prepared.database_url is None or not at_once:
            yield self
            return
        original = self._prepared.database_url.get_secret_value()
        async with fresh_database(POSTGRES, template=original.rpartition("/")[2]) as url:
            await _run(url, KEEP)
            self._urls.append(url)
            async with self.made(at_once - 1):
                yield self


async def _run(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for it in statements:
                await connection.execute(it)
    finally:
        await connection.close()
