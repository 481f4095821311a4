"""Every query about Intents of a connection: what may be sent, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Insert, Row, bindparam, case, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.intent import UNSETTLED, Creates, Intent, IntentState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.owned import owned, owner
from syncline_sync_worker.store.tables import intent as table

IS_OPEN = table.c.state.in_([literal(it.value) for it in UNSETTLED])
ANEW = ("epoch", "sent_at", "not_before", "state", "made_id", "sent", "link_id")

MINE = owned(table)
OF_MARKERS = select(table).where(MINE, table.c.marker.in_(bindparam("markers", expanding=True)))
UNTIL = bindparam("until", type_=table.c.not_before.type)
LATER = case((table.c.not_before < UNTIL, UNTIL), else_=table.c.not_before)
SETTLE = (
    update(table)
    .where(MINE, table.c.marker == bindparam("this"), IS_OPEN)
    .values(state=bindparam("became"), made_id=bindparam("made"), not_before=LATER)
)
UNSETTLED_CREATES = select(table).where(
    MINE,
    table.c.flow_id == bindparam("flow"),
    table.c.side == bindparam("of_side"),
    table.c.operation == Creates.RECORD.value,
    IS_OPEN,
)


@dataclass(frozen=True, slots=True)
class Settled:
    marker: str
    state: IntentState
    made_id: str | None = None
    wait: timedelta | None = None  # from now on: the request may still have its effect, and a search lags


class IntentStore:
    def __init__(self, tx: ReadTx, connection: ConnectionRef) -> None:
        self._session, self._connection = tx.session, connection
        self._owner = owner(connection)

    async def open(self, tx: Tx, intents: Sequence[Intent]) -> Collection[str]:
        """The markers that may be sent once this is committed. The others were sent before, and are looked up."""
        if not intents:
            return frozenset()
        rows = [self._row(it) for it in sorted(intents, key=lambda it: it.marker)]
        return frozenset(await self._session.scalars(_opening(tx.dialect), rows))

    async def settle(self, tx: Tx, settled: Sequence[Settled]) -> None:
        """What is done stays done."""
        if settled:
            now = await tx.now()
            rows = [
                {
                    **self._owner,
                    "this": it.marker,
                    "became": it.state.value,
                    "made": it.made_id,
                    "until": now + it.wait if it.wait else None,
                }
                for it in settled
            ]
            await self._session.execute(SETTLE, rows)

    async def unsettled(self, flow_id: str, side: Side) -> Sequence[Intent]:
        """Creates for records of `side` whose outcome nobody knows."""
        these = {**self._owner, "flow": flow_id, "of_side": side.value}
        return [_intent(row) for row in await self._session.execute(UNSETTLED_CREATES, these)]

    async def of(self, markers: Collection[str]) -> Mapping[str, Intent]:
        if not markers:
            return {}
        found = await self._session.execute(OF_MARKERS, {**self._owner, "markers": list(markers)})
        return {row.marker: _intent(row) for row in found}

    def _row(self, it: Intent) -> dict[str, Any]:
        return {
            "account_id": self._connection.account_id,
            "connection_id": self._connection.id,
            "marker": it.marker,
            "flow_id": it.flow_id,
            "side": it.side.value,
            "stream": it.record.stream,
            "record_id": it.record.id,
            "operation": it.operation.value,
            "link_id": it.link_id,
            "epoch": it.epoch,
            "sent_at": it.sent_at,
            "not_before": it.not_before,
            "state": it.state.value,
            "made_id": it.made_id,
            "sent": list(it.sent),
        }


@cache
def _opening(dialect: str) -> Insert:
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: new.excluded[name] for name in ANEW},
        where=table.c.state == IntentState.ABSENT.value,
    ).returning(table.c.marker)


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        marker=row.marker,
        flow_id=row.flow_id,
        side=Side(row.side),
        record=RecordRef(row.stream, row.record_id),
        operation=Creates(row.operation),
        epoch=row.epoch,
        sent_at=row.sent_at,
        not_before=row.not_before,
        state=IntentState(row.state),
        link_id=row.link_id,
        made_id=row.made_id,
        sent=tuple(row.sent),
    )
