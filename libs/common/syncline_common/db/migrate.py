"""Brings a service's tables up to date. Alembic does the work; it is loaded only when there is some."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from syncline_common.db.tx import ReadTx

ENVIRONMENT = Path(__file__).parent / "alembic"
NOTHING = "0000"


async def migrate(engine: AsyncEngine, service: str, migrations: Path, metadata: MetaData) -> bool:
    """True if anything was done. Two at once wait for each other."""
    async with engine.connect() as connection:
        if await connection.run_sync(_current, service) >= newest(migrations):
            return False
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('syncline migration'))"))
            await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {service}"))
        await connection.run_sync(_upgrade, service, migrations, metadata)
    return True


def newest(migrations: Path) -> str:
    """Files are called 0001_what.py; the number is the version."""
    return max(path.stem[:4] for path in migrations.glob("[0-9]*.py"))


async def schema_version(tx: ReadTx) -> str:
    connection = await tx.session.connection()
    return await connection.run_sync(_current, None)


def _current(connection: Connection, schema: str | None) -> str:
    on_postgres = connection.dialect.name == "postgresql"
    if not inspect(connection).has_table("alembic_version", schema=schema if on_postgres else None):
        return NOTHING
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version or NOTHING


def _upgrade(connection: Connection, service: str, migrations: Path, metadata: MetaData) -> None:
    from alembic import command  # noqa: PLC0415 (a third of a second that most starts can save)

    command.upgrade(alembic_config(connection, service, migrations, metadata), "head")


def alembic_config(connection: Connection, service: str, migrations: Path, metadata: MetaData) -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"connection": connection, "metadata": metadata, "service": service}
    return config
