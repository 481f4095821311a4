"""Pairs per second claimed and finished by 32 workers, beside bare asyncpg doing the same to a bare table."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg

from backing.databases import fresh_database
from benchmarks.figure import Aim, Line, alternate, column
from benchmarks.places import POSTGRES, place
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore

WORKERS, CONNECTIONS, BATCH = 32, 10, 100
NEEDED = Aim(">=", 2000)  # records a second, in production
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = (
    "CREATE TABLE due (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE, due_at timestamptz, owner text)"
)
INDEX = "CREATE INDEX ON due (due_at)"
FILL = "INSERT INTO due (key, due_at) SELECT 'key ' || i, now() FROM generate_series(1, $1::int) i"
CLAIM = """
WITH picked AS (SELECT id FROM due WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
UPDATE due SET owner = 'w', due_at = now() + interval '30 s' WHERE id IN (SELECT id FROM picked) RETURNING id
"""
FINISH = "DELETE FROM due WHERE id = ANY($1::bigint[])"


async def measure(quick: bool) -> Sequence[Line]:
    rounds, how_many = (2, 4_000) if quick else (5, 20_000)
    async with _ours() as (db, connection), _bare() as pool:

        async def ours() -> Sequence[float]:
            offered = await _offer(db, connection, how_many)
            return [await _claim(db, how_many), offered]

        async def floor() -> Sequence[float]:
            return [await _claim_bare(pool, how_many)]

        own, bare = await alternate(rounds, ours, floor)
    return [
        Line("work claimed and finished, 32 workers", "pairs/s", column(own, 0), column(bare, 0), NEEDED),
        Line("work offered, 100 a transaction, 1 worker", "pairs/s", column(own, 1), (), NEEDED),
    ]


@asynccontextmanager
async def _ours() -> AsyncIterator[tuple[Database, ConnectionRef]]:
    async with place("postgres", "memory") as at, opened(at.database, SERVICE) as db:
        connection = ConnectionRef(new_id(), new_id())
        async with db.begin() as tx:
            task = Task(connection, new_id(), new_id(), new_id(), version=1, schedule={})
            await TaskStore(tx).put(task, {})
        yield db, connection


async def _offer(db: Database, connection: ConnectionRef, how_many: int) -> float:
    started = time.monotonic()
    for first in range(0, how_many, BATCH):
        offers = [
            Offer("f1", Side.A, RecordRef("Bug", str(it)), Reason.RECORD, LONG_AGO, Priority.POLL, "v1")
            for it in range(first, first + BATCH)
        ]
        async with db.begin() as tx:
            await WorkStore(tx).offer(connection, offers)
    return how_many / (time.monotonic() - started)


async def _claim(db: Database, how_many: int) -> float:
    done = 0

    async def work(owner: str) -> None:
        nonlocal done
        while done < how_many:
            async with db.begin() as tx:
                batch = await WorkStore(tx).claim(BATCH, owner, 30)
            if batch is None:
                return
            async with db.begin() as tx:
                finished = await WorkStore(tx).finish(owner, batch.pairs)
            done += len(finished)

    started = time.monotonic()
    await asyncio.gather(*(work(f"w{number}") for number in range(WORKERS)))
    assert done == how_many
    return how_many / (time.monotonic() - started)


@asynccontextmanager
async def _bare() -> AsyncIterator[asyncpg.Pool]:
    limits = {"min_size": CONNECTIONS, "max_size": CONNECTIONS}
    async with fresh_database(POSTGRES) as url, asyncpg.create_pool(url, **limits) as pool:
        await pool.execute(TABLE)
        await pool.execute(INDEX)
        yield pool


async def _claim_bare(pool: asyncpg.Pool, how_many: int) -> float:
    await pool.execute(FILL, how_many)

    async def work() -> None:
        while rows := await pool.fetch(CLAIM, BATCH):
            await pool.execute(FINISH, [row["id"] for row in rows])

    started = time.monotonic()
    await asyncio.gather(*(work() for _ in range(WORKERS)))
    return how_many / (time.monotonic() - started)
