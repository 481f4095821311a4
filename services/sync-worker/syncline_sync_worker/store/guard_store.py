"""What runs of a connection would destroy: what was let through, waits, was approved or refused. One row a pair."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Row, bindparam, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import Tx
from syncline_sync_worker.domain.guarded import Guarded, GuardState
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.owned import owned, owner
from syncline_sync_worker.store.tables import guarded as table

MINE = owned(table)
THESE = table.c.link_id.in_(bindparam("links", expanding=True))
OF_RUN = MINE & (table.c.run_id == bindparam("this"))
IN_STATE = table.c.state == bindparam("was")
COUNTED = table.c.state.in_([literal(it.value) for it in (GuardState.LET, GuardState.HELD)])
COUNT = select(func.count()).where(OF_RUN, table.c.flow_id == bindparam("flow"), COUNTED)
MOVE = update(table).where(OF_RUN, IN_STATE).returning(table.c.link_id)
PAGE = select(table).where(OF_RUN, IN_STATE).order_by(table.c.link_id).limit(bindparam("at_most"))


class GuardStore:
    """Whoever decides holds the run (`RunStore.lock`), so that two who count see each other."""

    def __init__(self, tx: Tx, connection: ConnectionRef) -> None:
        self._tx, self._session, self._mine = tx, tx.session, owner(connection)
        self._owner = {"account_id": connection.account_id, "connection_id": connection.id}

    async def of(self, link_ids: Collection[UUID]) -> Mapping[UUID, Guarded]:
        rows = await self._session.execute(
            select(table).where(MINE, THESE), self._with(links=sorted(link_ids))
        )
        return {row.link_id: _guarded(row) for row in rows}

    async def put(self, rows: Sequence[Guarded]) -> None:
        if rows:
            at = await self._tx.now()
            told = [
                {
                    **self._owner,
                    "link_id": it.link_id,
                    "flow_id": it.flow_id,
                    "run_id": it.run_id,
                    "state": it.state.value,
                    "operations": list(it.operations),
                    "at": at,
                }
                for it in sorted(rows, key=lambda it: it.link_id)
            ]
            await self._session.execute(_putting(self._tx.dialect), told)

    async def count(self, run: Run, flow_id: str) -> int:
        """Pairs that the run has destroyed something in without being asked, or waits to."""
        return await self._session.scalar(COUNT, self._with(this=run.id, flow=flow_id)) or 0

    async def decide(self, run: Run, decision: GuardState) -> int:
        """What the run holds back is approved, or refused. How many pairs."""
        these = self._with(this=run.id, was=GuardState.HELD.value, state=decision.value)
        return len((await self._session.execute(MOVE, these)).all())

    async def approved(self, run: Run, *, after: UUID | None, limit: int) -> Sequence[UUID]:
        query = PAGE if after is None else PAGE.where(table.c.link_id > after)
        these = self._with(this=run.id, was=GuardState.APPROVED.value, at_most=limit)
        return [row.link_id for row in await self._session.execute(query, these)]

    async def done(self, link_ids: Collection[UUID]) -> None:
        """What was approved has been done: from now on it is asked about again."""
        if link_ids:
            gone = delete(table).where(MINE, THESE, IN_STATE)
            these = self._with(links=sorted(link_ids), was=GuardState.APPROVED.value)
            await self._session.execute(gone, these)

    def _with(self, **facts: Any) -> dict[str, Any]:
        return {**self._mine, **facts}


@cache
def _putting(dialect: str) -> Insert:
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    told = {name: new.excluded[name] for name in ("flow_id", "run_id", "state", "operations", "at")}
    return new.on_conflict_do_update(index_elements=["connection_id", "link_id", "account_id"], set_=told)


def _guarded(row: Row[Any]) -> Guarded:
    return Guarded(row.link_id, row.flow_id, row.run_id, GuardState(row.state), row.operations)
