"""Every query about the Ledger of a connection. Nothing in it is ever changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Row, Select, bindparam, func, insert, select

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.schemas.values import Side, Unset, Value
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.run import Run
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.undo import Replaced
from syncline_sync_worker.store.owned import owned, owner
from syncline_sync_worker.store.tables import blob
from syncline_sync_worker.store.tables import ledger as table
from syncline_sync_worker.store.written import read, split, written

Place = tuple[UUID, str, Side]  # link, rule, side written
FACTS = ("link_id", "rule_id", "run_id", "version", "source_version", "source_changed_at", "by_person")


def _entries() -> Select[Any]:
    old, new = blob.alias("old_blob"), blob.alias("new_blob")
    joined: FromClause = table
    for large, hash_ in ((old, table.c.old_hash), (new, table.c.new_hash)):
        joined = joined.outerjoin(
            large, (large.c.connection_id == table.c.connection_id) & (large.c.hash == hash_)
        )
    columns = (table, old.c.body.label("old_body"), new.c.body.label("new_body"))
    return select(*columns).select_from(joined).where(MINE)


MINE = owned(table)
APPEND = insert(table)
ENTRIES = _entries()
WRITTEN_SINCE = ENTRIES.where(
    table.c.link_id.in_(bindparam("links", expanding=True)), table.c.at >= bindparam("since")
).order_by(table.c.seq)


class LedgerStore:
    def __init__(self, tx: ReadTx, connection: ConnectionRef) -> None:
        self._session, self._connection = tx.session, connection
        self._mine = owner(connection)

    async def append(self, tx: Tx, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        now, large = await tx.now(), dict[str, str]()
        rows = [self._row(it, now, large) for it in entries]
        if large:
            blobs = [{**self._owner(), "hash": hash_, "body": large[hash_]} for hash_ in sorted(large)]
            await self._session.execute(tx.insert_new(blob), blobs)
        await self._session.execute(APPEND, rows)

    async def lineage(
        self, link_id: UUID, rule_id: str, *, before: int | None = None, limit: int = 50
    ) -> Sequence[Entry]:
        """Newest first."""
        query = ENTRIES.where(table.c.link_id == link_id, table.c.rule_id == rule_id)
        if before is not None:
            query = query.where(table.c.seq < before)
        return await self._found(query.order_by(table.c.seq.desc()).limit(limit))

    async def of_run(self, run_id: UUID, link_ids: Collection[UUID]) -> Sequence[Entry]:
        """What it wrote to these pairs, in order."""
        query = ENTRIES.where(table.c.link_id.in_(link_ids), table.c.run_id == run_id)
        return await self._found(query.order_by(table.c.seq))

    async def links_of(self, run: Run) -> Sequence[UUID]:
        """The pairs that it wrote to."""
        begun = run.started_at or run.requested_at
        mine = (MINE, table.c.run_id == run.id, table.c.at >= begun)
        query = select(table.c.link_id).distinct().where(*mine).order_by(table.c.link_id)
        return list(await self._session.scalars(query, self._mine))

    async def replaced(self, run_id: UUID, link_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Replaced]]:
        """By pair, what the run made of each place, from before its first write until after its last."""
        places: dict[Place, list[Entry]] = defaultdict(list)
        for it in await self.of_run(run_id, link_ids):
            places[_place(it)].append(it)
        of = (table.c.link_id, table.c.rule_id, table.c.side)
        query = select(*of, func.max(table.c.seq)).where(MINE, table.c.link_id.in_(link_ids)).group_by(*of)
        last = {
            (row[0], row[1], Side(row[2])): row[3] for row in await self._session.execute(query, self._mine)
        }
        found: dict[UUID, list[Replaced]] = defaultdict(list)
        for place, entries in places.items():
            again = last[place] > entries[-1].seq
            found[place[0]].append(Replaced(place[1], place[2], entries[0].old, entries[-1].new, again))
        return found

    async def written_since(self, link_ids: Collection[UUID], since: datetime) -> Sequence[Entry]:
        """Oldest first: what alternates is to be frozen."""
        return await self._found(WRITTEN_SINCE, links=list(link_ids), since=since)

    async def writes_since(
        self, link_ids: Collection[UUID], since: datetime
    ) -> Mapping[tuple[UUID, str], int]:
        """How often each rule of each link wrote by itself: what alternates is to be frozen."""
        columns = (table.c.link_id, table.c.rule_id, func.count())
        recent = (table.c.link_id.in_(link_ids), table.c.at >= since, table.c.by_person.is_(False))
        query = select(*columns).where(MINE, *recent).group_by(table.c.link_id, table.c.rule_id)
        return {(row[0], row[1]): row[2] for row in await self._session.execute(query, self._mine)}

    async def as_of(self, link_ids: Collection[UUID], instant: datetime) -> Mapping[Place, Value | Unset]:
        """What had been written last at `instant`; where the first write came later, what it found there."""
        of = (table.c.link_id, table.c.rule_id, table.c.side)
        mine = (MINE, table.c.link_id.in_(link_ids))
        last = select(func.max(table.c.seq)).where(*mine, table.c.at <= instant).group_by(*of)
        first = select(func.min(table.c.seq)).where(*mine, table.c.at > instant).group_by(*of)
        after = await self._found(ENTRIES.where(table.c.seq.in_(first)))
        before = await self._found(ENTRIES.where(table.c.seq.in_(last)))
        return {_place(it): it.old for it in after} | {_place(it): it.new for it in before}

    async def _found(self, query: Select[Any], **which: Any) -> Sequence[Entry]:
        return [_entry(row) for row in await self._session.execute(query, {**self._mine, **which})]

    def _row(self, it: Entry, now: datetime, large: dict[str, str]) -> dict[str, Any]:
        row: dict[str, Any] = {**self._owner(), **_facts(it), "side": it.side.value, "at": it.at or now}
        for name, value in (("old", it.old), ("new", it.new)):
            text = written(value)
            row[name], row[f"{name}_hash"] = split(text)
            if text and row[f"{name}_hash"]:
                large[row[f"{name}_hash"]] = text
        return row

    def _owner(self) -> dict[str, UUID]:
        return {"account_id": self._connection.account_id, "connection_id": self._connection.id}


def _facts(it: Entry) -> dict[str, Any]:
    return {name: getattr(it, name) for name in FACTS}


def _place(it: Entry) -> Place:
    return it.link_id, it.rule_id, it.side


def _entry(row: Row[Any]) -> Entry:
    facts = {name: getattr(row, name) for name in (*FACTS, "at", "seq")}
    old, new = (row.old_body or row.old), (row.new_body or row.new)
    return Entry(side=Side(row.side), old=read(old), new=read(new), **facts)
