"""How a connection is doing, in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select

from syncline_common.db.tx import ReadTx
from syncline_common.schemas.records import Feed
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.cursor import Cursor, CursorKey
from syncline_sync_worker.domain.report import ConflictState, IssueState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.tables import conflict, cursor, hook, issue, link, work


@dataclass(frozen=True, slots=True)
class Health:
    counts: Mapping[str, int]
    cursors: Sequence[Cursor]


class HealthReads:
    def __init__(self, tx: ReadTx, connection: ConnectionRef) -> None:
        self._tx, self._session, self._connection = tx, tx.session, connection

    async def health(self) -> Health:
        now = await self._tx.now()
        is_due = or_(work.c.free_at <= now, work.c.lease_owner.is_not(None))
        counts = {
            "waiting": await self._count(work, is_due),
            "delayed": await self._count(work, ~is_due),
            "webhooks_waiting": await self._count(hook),
            "links": await self._count(link),
            "open_issues": await self._count(issue, issue.c.state == IssueState.OPEN.value),
            "open_conflicts": await self._count(conflict, conflict.c.state == ConflictState.OPEN.value),
        }
        return Health(counts, await self._cursors())

    async def _count(self, table: Table, *which: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(table).where(*self._mine(table), *which)
        return await self._session.scalar(query) or 0

    async def _cursors(self) -> list[Cursor]:
        order = (cursor.c.flow_id, cursor.c.side, cursor.c.feed)
        rows = await self._session.execute(select(cursor).where(*self._mine(cursor)).order_by(*order))
        return [
            Cursor(CursorKey(row.flow_id, Side(row.side), row.stream, Feed(row.feed)), row.since, row.token)
            for row in rows
        ]

    def _mine(self, table: Table) -> tuple[Any, ...]:
        here = self._connection
        return (table.c.connection_id == here.id, table.c.account_id == here.account_id)
