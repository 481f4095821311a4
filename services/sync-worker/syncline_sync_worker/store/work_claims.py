"""How due pairs are found, and taken into a worker's hands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, delete, exists, literal, select, update

from syncline_common.db.tx import Tx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef, TaskState
from syncline_sync_worker.domain.work import ALONE_AFTER, Claimed, Rank, Reason
from syncline_sync_worker.store import work_offers
from syncline_sync_worker.store.link_store import linked
from syncline_sync_worker.store.tables import task
from syncline_sync_worker.store.tables import work as table
from syncline_sync_worker.store.work_offers import NEVER, End

CANDIDATES = 4  # connections that one claim looks at, if others empty them at the same moment
TAKEN = (
    table.c.id,
    table.c.lease_owner,
    table.c.lease_epoch,
    table.c.flow_id,
    table.c.link_id,
    table.c.side,
    table.c.stream,
    table.c.record_id,
    table.c.reasons,
    table.c.rank,
    table.c.version_a,
    table.c.version_b,
    table.c.attempts,
    table.c.deaths,
)
PLACE = (
    task.c.account_id,
    task.c.connection_id,
    task.c.network_id,
    task.c.node_a,
    task.c.node_b,
    task.c.version,
)
FIRST = UUID(int=0)  # all connections come after it


def _with_due_work() -> Select[Any]:
    is_due = table.c.free_at <= bindparam("now")
    due = exists().where(table.c.connection_id == task.c.connection_id, is_due)
    some = due.where(
        table.c.rank.in_([literal(int(it)) for it in Rank])
    )  # a look at each rank, no scan over all
    urgent = due.where(table.c.rank == int(Rank.USER))
    circle = case((task.c.connection_id > bindparam("after"), 0), else_=1)
    query: Select[Any] = select(*PLACE).where(task.c.state == TaskState.ACTIVE.value, some)
    return query.order_by(case((urgent, 0), else_=1), circle, task.c.connection_id).limit(CANDIDATES)


def _free() -> Select[Any]:
    due: Select[Any] = select(*TAKEN)
    due = due.where(table.c.connection_id == bindparam("of_connection"), table.c.free_at <= bindparam("now"))
    order = (table.c.rank, table.c.free_at, table.c.id)
    return due.order_by(*order).limit(bindparam("at_most")).with_for_update(skip_locked=True)


WITH_DUE_WORK = _with_due_work()
FREE = _free()
TAKE = (
    update(table)
    .where(table.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        lease_owner=bindparam("owner"),
        lease_epoch=table.c.lease_epoch + 1,
        lease_until=bindparam("until"),
        free_at=bindparam("until"),
        due_at=NEVER,
        taken_generation=table.c.generation,
        deaths=table.c.deaths + case((table.c.lease_owner.is_(None), 0), else_=1),
    )
)


async def with_due_work(tx: Tx, now: datetime, after: UUID | None) -> Sequence[Row[Any]]:
    """The next places to take work from, after that of the connection `after`."""
    return list(await tx.session.execute(WITH_DUE_WORK, {"now": now, "after": after or FIRST}))


async def free(tx: Tx, connection: ConnectionRef, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Locked. In order until one that must be alone; that one alone if it is the first.

    One that was stored while its link was made does not know of it; here it becomes the link's.
    """
    these = {"of_connection": connection.id, "now": now, "at_most": limit}
    rows = _together((await tx.session.execute(FREE, these)).all())
    ends = [_row_end(row) for row in rows if row.link_id is None]
    links = await linked(tx, connection, ends)
    strays = [row for row in rows if row.link_id is None and _row_end(row) in links]
    if strays:
        await offer_again(tx, table.c.id.in_([row.id for row in strays]), links)
        if len(strays) == len(rows):
            return await free(tx, connection, now, limit)
    return [row for row in rows if row not in strays]


async def take(tx: Tx, rows: Sequence[Row[Any]], owner: str, until: datetime) -> Sequence[Claimed]:
    await tx.session.execute(TAKE, {"ids": [row.id for row in rows], "owner": owner, "until": until})
    return [_claimed(row) for row in rows]


async def offer_again(tx: Tx, which: ColumnElement[bool], links: Mapping[End, UUID]) -> None:
    """Rows become their link's. One that is written at this moment is left: its owner's next `hold` finds the link."""
    free_now = select(table.c.id).where(which).with_for_update(skip_locked=True).cte("picked")
    gone = delete(table).where(table.c.id.in_(select(free_now.c.id))).returning(table)
    strays = await tx.session.execute(gone)
    await work_offers.add_again(tx, strays.all(), links)


def _together(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    return list(takewhile(lambda row: _deaths(row) < ALONE_AFTER, rows)) or rows[:1]


def _deaths(row: Row[Any]) -> int:
    """With that of its last owner, who let the lease run out."""
    return int(row.deaths) + (row.lease_owner is not None)


def _row_end(row: Row[Any]) -> End:
    return row.flow_id, Side(row.side), RecordRef(row.stream, row.record_id)


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        id=row.id,
        epoch=row.lease_epoch + 1,
        flow_id=row.flow_id,
        link_id=row.link_id,
        side=Side(row.side),
        record=RecordRef(row.stream, row.record_id),
        reasons=Reason(row.reasons),
        priority=Rank(row.rank).priority,
        version_a=row.version_a,
        version_b=row.version_b,
        attempts=row.attempts,
        deaths=_deaths(row),
    )
