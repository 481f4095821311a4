"""Every query about Links of a connection. Bases are saved by who holds the pair's work (`WorkStore.hold`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Row,
    Select,
    Tuple,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.link import Link, LinkState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.owned import owned, owner
from syncline_sync_worker.store.tables import link as table
from syncline_sync_worker.store.work_offers import End

SAVED = ("version_a", "version_b", "base_a", "base_b", "state", "missing_since", "unanswered")

MINE, OF_FLOW = owned(table), table.c.flow_id == bindparam("flow")
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
BY_IDS = select(table).where(MINE, table.c.id.in_(IDS))
BY_SIDE = {side: select(table).where(MINE, OF_FLOW, table.c[f"{side}_id"].in_(IDS)) for side in Side}
COUNT = select(func.count()).where(MINE, OF_FLOW)
SAVE = (
    update(table)
    .where(MINE, table.c.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in SAVED})
)
AWAIT = (
    update(table)
    .where(MINE, table.c.id == bindparam("this"))
    .values(unanswered=bindparam("sent", type_=table.c.unanswered.type))
)


def _linked(side: Side) -> Select[Any]:
    stream, id_ = table.c[f"{side}_stream"], table.c[f"{side}_id"]
    of_connection = table.c.connection_id == bindparam("of_connection")
    return select(table.c.id, stream, id_).where(of_connection, OF_FLOW, id_.in_(IDS))


def _known(side: Side) -> Select[Any]:
    columns = (f"{side}_stream", f"{side}_id", "state", f"version_{side}")
    return select(*(table.c[name] for name in columns)).where(MINE, OF_FLOW, table.c[f"{side}_id"].in_(IDS))


def _end(side: Side) -> Tuple:
    """As the key of that side has it."""
    return tuple_(table.c[f"{side}_id"], table.c[f"{side}_stream"])


def _ends(side: Side) -> Select[Any]:
    id_, stream = table.c[f"{side}_id"], table.c[f"{side}_stream"]
    found = select(id_, stream).where(MINE, OF_FLOW, table.c.state.in_(bindparam("states", expanding=True)))
    return found.order_by(id_, stream).limit(bindparam("at_most"))


LINKED = {side: _linked(side) for side in Side}
ENDS = {side: _ends(side) for side in Side}
KNOWN = {side: _known(side) for side in Side}


async def linked(tx: ReadTx, connection: ConnectionRef, ends: Collection[End]) -> dict[End, UUID]:
    """Of `ends` those that are in a link. One look-up for each side of each flow."""
    groups = defaultdict[tuple[str, Side], set[str]](set)
    for flow_id, side, record in ends:
        groups[flow_id, side].add(record.id)
    found: dict[End, UUID] = {}
    for (flow_id, side), ids in groups.items():
        these = {"of_connection": connection.id, "flow": flow_id, "ids": sorted(ids)}
        rows = await tx.session.execute(LINKED[side], these)
        found.update({(flow_id, side, RecordRef(row[1], row[2])): row[0] for row in rows})
    return {end: found[end] for end in ends if end in found}


class LinkStore:
    def __init__(self, tx: ReadTx, connection: ConnectionRef) -> None:
        self._session, self._connection = tx.session, connection
        self._owner = owner(connection)

    async def insert(self, tx: Tx, links: Sequence[Link]) -> Collection[UUID]:
        """The ids of those made. For the others, another link has one of the records already."""
        if not links:
            return frozenset()
        new = tx.insert_new(table).returning(table.c.id)
        return frozenset(
            await self._session.scalars(new, [self._row(it) for it in sorted(links, key=_order)])
        )

    async def save(self, links: Sequence[Link]) -> None:
        """Versions, bases and state, as they are after the two agreed."""
        if links:
            rows = [
                {**self._owner, "this": it.id, **{f"new_{name}": value for name, value in _saved(it).items()}}
                for it in sorted(links, key=lambda it: it.id)
            ]
            await self._session.execute(SAVE, rows)

    async def expect(self, sent: Mapping[UUID, Sequence[Mapping[str, Any]]]) -> None:
        """Of each link, the updates that are about to leave and those that still wait for their answers."""
        if sent:
            rows = [{**self._owner, "this": id, "sent": list(sent[id])} for id in sorted(sent)]
            await self._session.execute(AWAIT, rows)

    async def remove(self, ids: Collection[UUID]) -> None:
        if ids:
            this = delete(table).where(MINE, table.c.id.in_(ids))
            await self._session.execute(this, self._owner)

    async def by_ids(self, ids: Collection[UUID]) -> Mapping[UUID, Link]:
        return {it.id: it for it in await self._found(BY_IDS, ids=list(ids))} if ids else {}

    async def by_side(
        self, flow_id: str, side: Side, records: Iterable[RecordRef]
    ) -> Mapping[RecordRef, Link]:
        """In bulk; a record that is missing in the answer is not linked."""
        wanted = set(records)
        ids = sorted(it.id for it in wanted)
        if not ids:
            return {}
        found = await self._found(BY_SIDE[side], flow=flow_id, ids=ids)
        return {it.end(side): it for it in found if it.end(side) in wanted}

    async def known(
        self, flow_id: str, side: Side, records: Iterable[RecordRef]
    ) -> Mapping[RecordRef, tuple[LinkState, str | None]]:
        """Of those that are linked: the state, and the version of this side."""
        ids = sorted({it.id for it in records})
        these = {**self._owner, "flow": flow_id, "ids": ids}
        rows = (await self._session.execute(KNOWN[side], these)).all() if ids else ()
        return {RecordRef(row[0], row[1]): (LinkState(row[2]), row[3]) for row in rows}

    async def ends(
        self, flow_id: str, side: Side, states: Collection[LinkState], *, after: RecordRef | None, limit: int
    ) -> Sequence[RecordRef]:
        """One side's records that are in links of these states, in the order of their ids."""
        told = [it.value for it in states]
        which = {**self._owner, "flow": flow_id, "states": told, "at_most": limit}
        query = ENDS[side]
        if after is not None:
            query = query.where(_end(side) > tuple_(literal(after.id), literal(after.stream)))
        rows = await self._session.execute(query, which)
        return [RecordRef(row[1], row[0]) for row in rows]

    async def count(self, flow_id: str) -> int:
        """For the guard's share."""
        return await self._session.scalar(COUNT, {**self._owner, "flow": flow_id}) or 0

    async def _found(self, query: Select[Any], **which: Any) -> list[Link]:
        return [as_link(row) for row in await self._session.execute(query, {**self._owner, **which})]

    def _row(self, it: Link) -> dict[str, Any]:
        return {
            "account_id": self._connection.account_id,
            "connection_id": self._connection.id,
            "id": it.id,
            "flow_id": it.flow_id,
            "a_stream": it.a.stream,
            "a_id": it.a.id,
            "b_stream": it.b.stream,
            "b_id": it.b.id,
            "linked_at": it.linked_at,
            **_saved(it),
        }


def _saved(it: Link) -> dict[str, Any]:
    facts = {name: getattr(it, name) for name in SAVED}
    return {**facts, "unanswered": list(it.unanswered) or None}


def _order(it: Link) -> tuple[str, ...]:
    """So that two who insert the same can't block each other."""
    return it.flow_id, it.a.stream, it.a.id, it.b.stream, it.b.id


def as_link(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        flow_id=row.flow_id,
        a=RecordRef(row.a_stream, row.a_id),
        b=RecordRef(row.b_stream, row.b_id),
        linked_at=row.linked_at,
        version_a=row.version_a,
        version_b=row.version_b,
        base_a=row.base_a,
        base_b=row.base_b,
        state=LinkState(row.state),
        missing_since=row.missing_since,
        unanswered=tuple(row.unanswered or ()),
    )
