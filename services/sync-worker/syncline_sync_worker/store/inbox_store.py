"""Issues and Conflicts as people see and decide them: filtered, grouped by cause, within what they were granted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, select, true, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.values import Side, Value
from syncline_sync_worker.domain.report import Conflict, ConflictState, Issue, IssueState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.report_store import as_conflict, as_issue
from syncline_sync_worker.store.tables import conflict, issue
from syncline_sync_worker.store.written import written


@dataclass(frozen=True, slots=True)
class IssueFilter:
    ids: Sequence[UUID] = ()
    connection_id: UUID | None = None
    state: IssueState | None = None
    cause: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    ids: Sequence[UUID] = ()
    connection_id: UUID | None = None
    state: ConflictState | None = None
    rule_id: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What counts instead of either side's, in side a's words."""

    value: Value


@dataclass(frozen=True, slots=True)
class OwnedIssue:
    connection: ConnectionRef
    issue: Issue

    @property
    def id(self) -> UUID:
        return self.issue.id


@dataclass(frozen=True, slots=True)
class OwnedConflict:
    connection: ConnectionRef
    conflict: Conflict

    @property
    def id(self) -> UUID:
        return self.conflict.id


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """Issues that one remedy would mend."""

    connection_id: UUID
    cause: str
    kind: str
    hint: str
    count: int
    first_at: datetime
    last_at: datetime


class InboxReads:
    def __init__(self, tx: ReadTx, caller: Caller) -> None:
        self._session, self._caller = tx.session, caller

    async def issues(self, which: IssueFilter, *, after: UUID | None, limit: int) -> Sequence[OwnedIssue]:
        query = select(issue).where(self._these(issue, which, after)).order_by(issue.c.id).limit(limit)
        rows = await self._session.execute(query)
        return [OwnedIssue(_ref(row), as_issue(row)) for row in rows]

    async def causes(self, which: IssueFilter, limit: int) -> Sequence[CauseGroup]:
        """The largest first."""
        of = (issue.c.connection_id, issue.c.cause, issue.c.kind)
        count = func.count()
        told = (func.min(issue.c.hint), count, func.min(issue.c.opened_at), func.max(issue.c.changed_at))
        query = select(*of, *told).where(self._these(issue, which, None)).group_by(*of)
        rows = await self._session.execute(query.order_by(count.desc(), *of).limit(limit))
        return [CauseGroup(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in rows]

    async def conflicts(
        self, which: ConflictFilter, *, after: UUID | None, limit: int
    ) -> Sequence[OwnedConflict]:
        these = self._these(conflict, which, after)
        query = select(conflict).where(these).order_by(conflict.c.id).limit(limit)
        rows = await self._session.execute(query)
        return [OwnedConflict(_ref(row), as_conflict(row)) for row in rows]

    def _these(
        self, table: Table, which: IssueFilter | ConflictFilter, after: UUID | None
    ) -> ColumnElement[bool]:
        mine: list[ColumnElement[bool]] = [table.c.account_id == self._caller.account_id]
        if self._caller.network_ids is not None:
            mine.append(table.c.network_id.in_(self._caller.network_ids))
        if which.ids:
            mine.append(table.c.id.in_(which.ids))
        if after is not None:
            mine.append(table.c.id > after)
        for name in ("connection_id", "state", "cause", "kind", "rule_id"):
            value = getattr(which, name, None)
            mine.append(true() if value is None else table.c[name] == value)
        return and_(*mine)


class InboxStore(InboxReads):
    """For those who decide."""

    def __init__(self, tx: Tx, caller: Caller) -> None:
        super().__init__(tx, caller)
        self._tx = tx

    async def issues_for_change(self, which: IssueFilter, limit: int) -> Sequence[OwnedIssue]:
        return await self.issues(which, after=None, limit=limit)

    async def conflicts_for_change(self, which: ConflictFilter, limit: int) -> Sequence[OwnedConflict]:
        return await self.conflicts(which, after=None, limit=limit)

    async def move_issues(self, ids: Sequence[UUID], state: IssueState) -> None:
        these = self._these(issue, IssueFilter(ids), None)
        if ids:
            moved = {"state": state.value, "changed_at": await self._tx.now()}
            await self._session.execute(update(issue).where(these).values(moved))

    async def choose(self, ids: Sequence[UUID], choice: Side | Given) -> None:
        these = self._these(conflict, ConflictFilter(ids), None)
        if ids:
            winner = choice.value if isinstance(choice, Side) else None
            value = written(choice.value) if isinstance(choice, Given) else None
            chosen = {"winner": winner, "chosen": value, "state": ConflictState.CHOSEN.value}
            await self._session.execute(update(conflict).where(these).values(chosen))


def _ref(row: Any) -> ConnectionRef:
    return ConnectionRef(row.account_id, row.connection_id)
