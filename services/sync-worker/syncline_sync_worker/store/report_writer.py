"""What a worker tells of a connection: Outcomes, Issues, Conflicts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, bindparam, case, delete, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import Tx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.report import Conflict, Issue, IssueState, Outcome
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.owned import owned, owner
from syncline_sync_worker.store.report_store import TOLD
from syncline_sync_worker.store.tables import conflict, issue, outcome
from syncline_sync_worker.store.written import written

SAME_CAUSE = ("connection_id", "flow_id", "side", "record_id", "stream", "cause")
KEY = ("flow_id", "side", "stream", "record_id", "cause")
VALUES = ("value_a", "value_b", "base_a", "base_b")
IS_LIVE = issue.c.state.in_([literal(it.value) for it in (IssueState.OPEN, IssueState.RETRYING)])
AGAIN = ("kind", "hint", "run_id", "next_try", "changed_at", "link_id")  # what is told anew of a known issue

ADD_OUTCOME = insert(outcome)
FORGET_OUTCOMES = delete(outcome).where(owned(outcome), outcome.c.run_id == bindparam("run"))
LIVE_OF = select(issue.c.id, issue.c.flow_id, issue.c.side, issue.c.stream, issue.c.record_id).where(
    owned(issue),
    issue.c.record_id.in_(bindparam("records", expanding=True)),
    IS_LIVE,
)
RESOLVE = (
    update(issue)
    .where(owned(issue), issue.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=IssueState.RESOLVED.value)
)


class ReportWriter:
    def __init__(self, tx: Tx, connection: ConnectionRef, network_id: UUID) -> None:
        self._tx, self._session = tx, tx.session
        self._mine = owner(connection)
        self._owner = {"account_id": connection.account_id, "connection_id": connection.id}
        self._network = {**self._owner, "network_id": network_id}

    async def add_outcomes(self, run_id: UUID, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            facts = {**self._owner, "run_id": run_id, "at": await self._tx.now()}
            rows = [
                {
                    **facts,
                    **_place(it),
                    "link_id": it.link_id,
                    "action": it.action,
                    "reason": it.reason[:400],
                    "detail": it.detail and dict(it.detail),
                }
                for it in outcomes
            ]
            await self._session.execute(ADD_OUTCOME, rows)

    async def forget_outcomes(self, run_id: UUID) -> None:
        """Of a run that begins anew."""
        await self._session.execute(FORGET_OUTCOMES, {**self._mine, "run": run_id})

    async def put_issues(self, issues: Sequence[Issue]) -> Sequence[Issue]:
        """The same cause at the same record counts, and is open again; ignored, it stays so. Returns those that are new."""
        if not issues:
            return []
        now = await self._tx.now()
        told = [
            {name: getattr(it, name) for name in ("id", *TOLD)} | _place(it)
            for it in sorted(issues, key=_order)
        ]
        rows = [
            {**self._network, **it, "state": IssueState.OPEN.value, "opened_at": now, "changed_at": now}
            for it in told
        ]
        stored = await self._session.execute(_telling(self._tx.dialect), rows)
        new = {tuple(row[2:]): row.id for row in stored if row.attempts == 1}
        return [replace(it, id=new[_key(it)]) for it in issues if _key(it) in new]

    async def resolve_issues(self, records: Collection[tuple[str, Side, RecordRef]]) -> None:
        """They went through."""
        if not records:
            return
        ids = sorted({record.id for _flow, _side, record in records})
        live = await self._session.execute(LIVE_OF, {**self._mine, "records": ids})
        mended = [
            row.id
            for row in live
            if (row.flow_id, Side(row.side), RecordRef(row.stream, row.record_id)) in records
        ]
        if mended:
            done = {"ids": mended, "changed_at": await self._tx.now()}
            await self._session.execute(RESOLVE, {**self._mine, **done})

    async def add_conflicts(self, conflicts: Sequence[Conflict]) -> Sequence[Conflict]:
        """One that is known by its id already is left as it is. Returns those that are new."""
        new: set[UUID] = set()
        if conflicts:
            now = await self._tx.now()
            rows = [
                {
                    **self._network,
                    **{name: getattr(it, name) for name in ("id", "flow_id", "link_id", "rule_id", "run_id")},
                    **{name: written(getattr(it, name)) for name in VALUES},
                    "winner": it.winner and it.winner.value,
                    "state": it.state.value,
                    "at": now,
                }
                for it in conflicts
            ]
            adding = self._tx.insert_new(conflict).returning(conflict.c.id)
            new = set(await self._session.scalars(adding, rows))
        return [it for it in conflicts if it.id in new]


@cache
def _telling(dialect: str) -> Insert:
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(issue)
    kept = case((issue.c.state == IssueState.IGNORED.value, issue.c.state), else_=new.excluded.state)
    again = {name: new.excluded[name] for name in AGAIN}
    over = (
        issue.c.state == IssueState.RESOLVED.value
    )  # it went through meanwhile: this is the first time anew
    counted = {"attempts": case((over, 1), else_=issue.c.attempts + 1), "state": kept}
    told = new.on_conflict_do_update(index_elements=SAME_CAUSE, set_={**again, **counted})
    return told.returning(issue.c.id, issue.c.attempts, *(issue.c[name] for name in KEY))


def _key(it: Issue) -> tuple[str, ...]:
    return it.flow_id, it.side.value, it.record.stream, it.record.id, it.cause


def _order(it: Issue) -> tuple[str, ...]:
    """So that two who tell the same can't block each other."""
    return it.flow_id, it.side, it.record.stream, it.record.id, it.cause


def _place(it: Outcome | Issue) -> dict[str, Any]:
    return {
        "flow_id": it.flow_id,
        "side": it.side.value,
        "stream": it.record.stream,
        "record_id": it.record.id,
    }
