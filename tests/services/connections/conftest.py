"""One database on PostgreSQL for all these tests, emptied before each: to make one costs more than most of them do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from backing.databases import drop_database, empty_tables, make_database
from conftest import BOTH_DATABASES, POSTGRES
from syncline_common.settings import DatabaseSettings


@pytest.fixture(scope="session")
def kept_database() -> Iterator[str]:
    with ThreadPoolExecutor(1) as aside:  # no event loop of a test's is in the way
        url = aside.submit(asyncio.run, make_database(POSTGRES)).result()
        yield url
        aside.submit(asyncio.run, drop_database(POSTGRES, url)).result()


@pytest.fixture(params=BOTH_DATABASES)
async def database_settings(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[DatabaseSettings]:
    if request.param == "sqlite":
        yield DatabaseSettings(data_dir=tmp_path, database_url=None)
    else:
        url = request.getfixturevalue("kept_database")
        await empty_tables(url, "connections")
        yield DatabaseSettings(data_dir=tmp_path, database_url=SecretStr(url))
