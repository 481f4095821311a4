"""What people ask about Outcomes, Issues and Conflicts; within one account by construction."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, and_, select

from syncline_common.db.tx import ReadTx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.report import Conflict, ConflictState, Issue, IssueState
from syncline_sync_worker.store.tables import conflict, issue, outcome
from syncline_sync_worker.store.written import read

TOLD = ("flow_id", "cause", "kind", "hint", "link_id", "run_id", "next_try", "attempts")


class ReportReads:
    """What a person may see; no networks: all of the account."""

    def __init__(self, tx: ReadTx, account_id: UUID, network_ids: Collection[UUID] | None = None) -> None:
        self._session, self._account_id, self._network_ids = tx.session, account_id, network_ids

    async def outcomes(self, run_id: UUID, *, after: int = 0, limit: int) -> Sequence[Row[Any]]:
        """In the order they came; `seq` is where the next page goes on. The caller has read the run."""
        of_run = and_(outcome.c.account_id == self._account_id, outcome.c.run_id == run_id)
        query = select(outcome).where(of_run, outcome.c.seq > after).order_by(outcome.c.seq).limit(limit)
        return (await self._session.execute(query)).all()

    async def issues(
        self, *, states: Collection[IssueState] = (), after: UUID | None, limit: int
    ) -> Sequence[Issue]:
        which = self._page(issue, after)
        if states:
            which = and_(which, issue.c.state.in_([it.value for it in states]))
        rows = await self._session.execute(select(issue).where(which).order_by(issue.c.id).limit(limit))
        return [as_issue(row) for row in rows]

    async def conflicts(
        self, *, states: Collection[ConflictState] = (), after: UUID | None, limit: int
    ) -> Sequence[Conflict]:
        which = self._page(conflict, after)
        if states:
            which = and_(which, conflict.c.state.in_([it.value for it in states]))
        rows = await self._session.execute(select(conflict).where(which).order_by(conflict.c.id).limit(limit))
        return [as_conflict(row) for row in rows]

    def _page(self, table: Table, after: UUID | None) -> ColumnElement[bool]:
        page = self._seen(table)
        return page if after is None else and_(page, table.c.id > after)

    def _seen(self, table: Table) -> ColumnElement[bool]:
        mine = table.c.account_id == self._account_id
        if self._network_ids is None:
            return mine
        return and_(mine, table.c.network_id.in_(self._network_ids))


def as_issue(row: Row[Any]) -> Issue:
    return Issue(
        id=row.id,
        side=Side(row.side),
        record=RecordRef(row.stream, row.record_id),
        state=IssueState(row.state),
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        **{name: getattr(row, name) for name in TOLD},
    )


def as_conflict(row: Row[Any]) -> Conflict:
    return Conflict(
        id=row.id,
        flow_id=row.flow_id,
        link_id=row.link_id,
        rule_id=row.rule_id,
        run_id=row.run_id,
        at=row.at,
        value_a=read(row.value_a),
        value_b=read(row.value_b),
        base_a=read(row.base_a),
        base_b=read(row.base_b),
        winner=row.winner and Side(row.winner),
        chosen=read(row.chosen),
        state=ConflictState(row.state),
    )
