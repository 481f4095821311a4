"""Conflicts of a connection that a worker has to do with: those somebody chose a side of, and those that are over."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, literal, select, update

from syncline_common.db.tx import ReadTx
from syncline_sync_worker.domain.report import Conflict, ConflictState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.owned import owned, owner
from syncline_sync_worker.store.report_store import as_conflict
from syncline_sync_worker.store.tables import conflict as table

OF_LINKS = table.c.link_id.in_(bindparam("links", expanding=True))
CHOSEN = select(table).where(owned(table), OF_LINKS, table.c.state == ConflictState.CHOSEN.value)
UNSETTLED = table.c.state.in_([literal(it.value) for it in (ConflictState.OPEN, ConflictState.CHOSEN)])
SETTLE = update(table).where(owned(table), OF_LINKS, UNSETTLED).values(state=ConflictState.SETTLED.value)


class ConflictStore:
    def __init__(self, tx: ReadTx, connection: ConnectionRef) -> None:
        self._session, self._owner = tx.session, owner(connection)

    async def chosen(self, link_ids: Collection[UUID]) -> Sequence[Conflict]:
        """Not yet written."""
        found = await self._session.execute(CHOSEN, {**self._owner, "links": list(link_ids)})
        return [as_conflict(row) for row in found]

    async def settle(self, link_ids: Collection[UUID]) -> None:
        """Their two sides agree, whoever saw to it."""
        if link_ids:
            await self._session.execute(SETTLE, {**self._owner, "links": sorted(link_ids)})
