"""Connections, offers and links for the tests of the worker's store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.domain.work import Batch, Claimed, Offer, Reason
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.store.work_store import WorkStore

START = datetime(2026, 1, 1, tzinfo=UTC)  # where ManualClock stands
FLOW = "f1"


def a_task(**facts: Any) -> Task:
    ref = ConnectionRef(new_id(), new_id())
    task = Task(ref, new_id(), new_id(), new_id(), version=1, schedule={"every": "60s"}, next_scan=START)
    return replace(task, **facts)


async def published(db: Database, **facts: Any) -> ConnectionRef:
    task = a_task(**facts)
    async with db.begin() as tx:
        await TaskStore(tx).put(task, {"version": 1})
    return task.connection


def bug(number: int) -> RecordRef:
    return RecordRef("Bug", str(number))


def incident(number: int) -> RecordRef:
    return RecordRef("incident", str(number))


def offer(record: RecordRef, side: Side = Side.A, *, after: float = 0, **facts: Any) -> Offer:
    it = Offer(FLOW, side, record, Reason.RECORD, START + timedelta(seconds=after), Priority.POLL)
    return replace(it, **facts)


def a_link(a: int, b: int, **facts: Any) -> Link:
    return replace(Link(new_id(), FLOW, bug(a), incident(b), START), **facts)


async def offered(db: Database, connection: ConnectionRef, *offers: Offer) -> None:
    async with db.begin() as tx:
        await WorkStore(tx).offer(connection, offers)


async def claimed(
    db: Database, owner: str = "w1", limit: int = 100, after: UUID | None = None
) -> Batch | None:
    async with db.begin() as tx:
        return await WorkStore(tx).claim(limit, owner, 30, after=after)


async def pairs(db: Database, owner: str = "w1", limit: int = 100) -> Sequence[Claimed]:
    batch = await claimed(db, owner, limit)
    return batch.pairs if batch else []


async def finished(db: Database, owner: str, of: Sequence[Claimed]) -> Sequence[Claimed]:
    async with db.begin() as tx:
        return await WorkStore(tx).finish(owner, of)


async def count(db: Database, table: str) -> int:
    async with db.read() as tx:
        return await tx.session.scalar(select(func.count()).select_from(db.tables[table])) or 0
