"""Offering work: what is said to have changed becomes one row a pair, however often and from whichever side."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Row, and_, case, or_
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import Tx
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Offer, Rank, Reason
from syncline_sync_worker.store.tables import work as table

End = tuple[str, Side, RecordRef]  # of a link: flow, side, record
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # due after the work in hand: only if there is more
KEPT = (
    "account_id",
    "connection_id",
    "flow_id",
    "side",
    "stream",
    "record_id",
    "version_a",
    "version_b",
    "reasons",
    "rank",
)
NEW = {"attempts": 0, "deaths": 0, "generation": 1, "taken_generation": 0, "lease_epoch": 0}


def key_of(flow_id: str, side: Side, record: RecordRef, link_id: UUID | None) -> str:
    return f"link:{link_id}" if link_id else f"{flow_id}:{side}:{record.stream}:{record.id}"


async def add(tx: Tx, connection: ConnectionRef, offers: Sequence[Offer], links: Mapping[End, UUID]) -> None:
    await _merge(tx, [_row(connection, it, links.get((it.flow_id, it.side, it.record))) for it in offers])


async def add_again(tx: Tx, rows: Sequence[Row[Any]], links: Mapping[End, UUID]) -> None:
    """What was offered before its record was linked: now it is the link's. What was in somebody's hands is due."""
    strays, now = [], await tx.now()
    for row in rows:
        link_id = links[(row.flow_id, Side(row.side), RecordRef(row.stream, row.record_id))]
        due = row.due_at if row.lease_owner is None else now
        facts = {name: getattr(row, name) for name in KEPT} | {"due_at": due, "free_at": due}
        strays.append({**NEW, **facts, "link_id": link_id, "key": f"link:{link_id}"})
    await _merge(tx, strays)


async def _merge(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Row by row in the order of keys, so that two who offer the same can't block each other."""
    if rows:
        rows.sort(key=lambda row: row["key"])
        await tx.session.execute(_merging(tx.dialect), rows)


def _row(connection: ConnectionRef, offer: Offer, link_id: UUID | None) -> dict[str, Any]:
    return {
        **NEW,
        "account_id": connection.account_id,
        "connection_id": connection.id,
        "key": key_of(offer.flow_id, offer.side, offer.record, link_id),
        "flow_id": offer.flow_id,
        "link_id": link_id,
        "side": offer.side.value,
        "stream": offer.record.stream,
        "record_id": offer.record.id,
        "version_a": offer.version if offer.side is Side.A else None,
        "version_b": offer.version if offer.side is Side.B else None,
        "reasons": int(offer.reason),
        "rank": int(Rank.of(offer.priority)),
        "due_at": offer.due_at,
        "free_at": offer.due_at,
    }


@cache
def _merging(dialect: str) -> Insert:
    """What somebody works on at this moment stays theirs; the generation tells them that there is more.

    A version that is known already, offered for the same reasons, is the overlap of two reads: it changes nothing. Nor
    does a sweep that finds what waits in that version.
    """
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    more = new.excluded
    due = least(table.c.due_at, more.due_at)
    merged = {
        "generation": table.c.generation + 1,
        "due_at": due,
        "free_at": case((table.c.lease_owner.is_(None), due), else_=table.c.free_at),
        "reasons": table.c.reasons.bitwise_or(more.reasons),
        "rank": least(table.c.rank, more.rank),
        "attempts": 0,
        "version_a": case((more.side == "a", more.version_a), else_=table.c.version_a),
        "version_b": case((more.side == "b", more.version_b), else_=table.c.version_b),
    }
    known = or_(more.version_a == table.c.version_a, more.version_b == table.c.version_b)
    same = or_(table.c.reasons.bitwise_and(more.reasons) == more.reasons, more.reasons == int(Reason.SWEEP))
    again = and_(known, same, more.rank >= table.c.rank)
    pair = (table.c.connection_id, table.c.key, table.c.account_id)
    news = case((again, False), else_=True)  # NULL, a version that nobody knows, is news
    return new.on_conflict_do_update(index_elements=pair, set_=merged, where=news)


def least(ours: Any, theirs: Any) -> Any:
    return case((theirs < ours, theirs), else_=ours)
