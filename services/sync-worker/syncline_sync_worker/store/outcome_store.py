"""What a run's report says of its records, in the order they came, with what was written to them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from syncline_common.db.tx import ReadTx
from syncline_common.schemas.values import UNSET
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.tables import outcome as table

SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Line:
    """`operations` are JSON: of a test run what would be done, of others what was."""

    seq: int
    flow_id: str
    side: str
    stream: str
    record_id: str
    link_id: UUID | None
    action: str
    reason: str
    at: datetime
    detail: dict[str, Any]
    operations: Sequence[dict[str, Any]]


class OutcomeReads:
    """Of one run, which the caller may see."""

    def __init__(self, tx: ReadTx, run: Run) -> None:
        self._tx, self._session, self._run = tx, tx.session, run

    async def lines(
        self, *, after: int = 0, limit: int, action: str | None = None, only_issues: bool = False
    ) -> Sequence[Line]:
        mine = (table.c.account_id == self._run.connection.account_id) & (table.c.run_id == self._run.id)
        query = select(table).where(mine, table.c.seq > after).order_by(table.c.seq).limit(limit)
        if action is not None:
            query = query.where(table.c.action == action)
        if only_issues:
            query = query.where(table.c.action == SET_ASIDE)
        rows = (await self._session.execute(query)).all()
        written = await self._written(rows)
        return [_line(row, written) for row in rows]

    async def _written(self, rows: Sequence[Row[Any]]) -> dict[UUID, list[dict[str, Any]]]:
        """By link. A pair that was written twice in a run shows all of it each time."""
        links = {row.link_id for row in rows if row.link_id is not None}
        written: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        if links:
            for it in await LedgerStore(self._tx, self._run.connection).of_run(self._run.id, links):
                written[it.link_id].append(_operation(it))
        return written


def _line(row: Row[Any], written: dict[UUID, list[dict[str, Any]]]) -> Line:
    detail = dict(row.detail or {})
    operations = detail.pop("operations", None)
    if operations is None:
        operations = written.get(row.link_id, []) if row.link_id else []
    names = ("seq", "flow_id", "side", "stream", "record_id", "link_id", "action", "reason", "at")
    return Line(**{name: getattr(row, name) for name in names}, detail=detail, operations=operations)


def _operation(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": "write", "rule_id": entry.rule_id, "side": entry.side.value}
    values = {"before": entry.old, "after": entry.new}
    return told | {name: it for name, it in values.items() if it is not UNSET}
