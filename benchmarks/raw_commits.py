"""The floor under one event a transaction: bare asyncpg, begin, insert 1 KB, commit, and nobody told."""

import asyncio
import time

import asyncpg

from backing.databases import fresh_database
from benchmarks.places import POSTGRES
from benchmarks.post import SIZE

WRITERS, CONNECTIONS = 16, 10
TABLE = "CREATE TABLE kept (seq bigserial PRIMARY KEY, body bytea NOT NULL)"


async def commits_per_second(how_many: int) -> float:
    limits = {"min_size": CONNECTIONS, "max_size": CONNECTIONS}
    async with fresh_database(POSTGRES) as url, asyncpg.create_pool(url, **limits) as pool:
        await pool.execute(TABLE)
        left = iter(range(how_many))

        async def keep_writing() -> None:
            for _ in left:
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute("INSERT INTO kept (body) VALUES ($1)", b"x" * SIZE)

        started = time.monotonic()
        await asyncio.gather(*(keep_writing() for _ in range(WRITERS)))
        return how_many / (time.monotonic() - started)
