"""Migrations bring every service's tables to where the code expects them, on both databases."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from syncline_common.db.engine import open_engine
from syncline_common.db.migrate import migrate, newest
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings
from syncline_embedded.services import SERVICES

EVERY_SERVICE = pytest.mark.parametrize("service", SERVICES, ids=lambda it: it.name)
GOOD = """
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.execute("CREATE TABLE first (id INTEGER PRIMARY KEY)")
"""
BROKEN = """
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    op.execute("CREATE TABLE second (id INTEGER PRIMARY KEY)")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""


@pytest.fixture
async def engine(database_settings: DatabaseSettings, service: Service) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_settings, service.name)
    yield engine
    await engine.dispose()


async def bring_up_to_date(engine: AsyncEngine, service: Service) -> bool:
    return await migrate(engine, service.name, service.migrations, service.metadata)


async def version(engine: AsyncEngine) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(text("SELECT version_num FROM alembic_version"))


async def tables(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.run_sync(lambda it: inspect(it).get_table_names()))


@EVERY_SERVICE
async def test_fresh_to_head_and_twice_changes_nothing(engine: AsyncEngine, service: Service) -> None:
    assert await bring_up_to_date(engine, service) is True
    assert await version(engine) == newest(service.migrations)
    assert await bring_up_to_date(engine, service) is False


@EVERY_SERVICE
async def test_what_is_made_is_what_the_code_expects(
    engine: AsyncEngine, service: Service, database_settings: DatabaseSettings
) -> None:
    await bring_up_to_date(engine, service)
    fresh = open_engine(database_settings, service.name)
    async with fresh.connect() as connection:
        found = await connection.run_sync(differences, service.metadata)
        indexes = await connection.run_sync(partial_indexes)
    await fresh.dispose()
    assert found == []
    assert indexes == {"ix_outbox_waiting", "ix_inbox_waiting", "ix_inbox_parked", "ix_audit_unsealed"}


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 (it is slow to load)
    from alembic.migration import MigrationContext  # noqa: PLC0415

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return (kind, name) != ("table", "alembic_version")

    options = {"compare_type": True, "compare_server_default": True, "include_name": ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def partial_indexes(connection: Connection) -> set[str | None]:
    """Those with a WHERE: the comparison does not look at it."""
    dialect, inspector = connection.dialect.name, inspect(connection)
    return {
        index["name"]
        for table in inspector.get_table_names()
        for index in inspector.get_indexes(table)
        if f"{dialect}_where" in index.get("dialect_options", {})
    }


def test_the_comparison_finds_what_is_missing(tmp_path: Path) -> None:
    from sqlalchemy import create_engine  # noqa: PLC0415 (nothing else here is synchronous)

    service = SERVICES[0]
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    service.metadata.create_all(engine)
    with engine.connect() as connection:
        assert differences(connection, service.metadata) == []
        connection.execute(text("ALTER TABLE lease DROP COLUMN epoch"))
        connection.execute(text("DROP INDEX ix_inbox_parked"))
        assert {found[0] for found in differences(connection, service.metadata)} == {
            "add_column",
            "add_index",
        }
    engine.dispose()


async def test_two_at_once_wait_for_each_other(database_settings: DatabaseSettings, service: Service) -> None:
    engines = [open_engine(database_settings, service.name) for _ in range(3)]
    done = await asyncio.gather(*(bring_up_to_date(it, service) for it in engines))
    assert True in done
    assert await version(engines[0]) == newest(service.migrations)
    for engine in engines:
        await engine.dispose()


async def test_services_of_one_database_do_not_meet(database_settings: DatabaseSettings) -> None:
    engines = {it.name: open_engine(database_settings, it.name) for it in SERVICES}
    for service in SERVICES:
        assert await bring_up_to_date(engines[service.name], service) is True
    for service in SERVICES:
        assert await tables(engines[service.name]) == {*service.metadata.tables, "alembic_version"}
        await engines[service.name].dispose()


async def test_one_that_fails_leaves_nothing_behind(
    engine: AsyncEngine, service: Service, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_good.py").write_text(GOOD)
    assert await migrate(engine, service.name, folder, MetaData()) is True
    (folder / "0002_broken.py").write_text(BROKEN)
    for _ in range(2):
        with pytest.raises(Exception, match="nowhere"):
            await migrate(engine, service.name, folder, MetaData())
        assert await version(engine) == "0001"
        assert await tables(engine) == {"first", "alembic_version"}


@EVERY_SERVICE
def test_one_line_of_migrations_in_the_order_of_their_names(service: Service) -> None:
    files = sorted(service.migrations.glob("*.py"))
    assert files and all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", file.name) for file in files)
    steps = [re.findall(r"^(?:down_)?revision = (.+)$", file.read_text(), re.M) for file in files]
    numbers = [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [file.name[:4] for file in files] == numbers
    assert steps == [
        [f'"{number}"', "None" if number == "0001" else f'"{int(number) - 1:04}"'] for number in numbers
    ]
