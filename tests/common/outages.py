"""What goes wrong with a database server, on purpose."""

import asyncpg

from syncline_common.db.engine import postgres_url
from syncline_common.settings import DatabaseSettings

OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def cut_all(settings: DatabaseSettings) -> None:
    """Every connection to this database has ended, as after a restart of the server."""
    url = postgres_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    await connection.execute(OTHERS)
    await connection.close()
