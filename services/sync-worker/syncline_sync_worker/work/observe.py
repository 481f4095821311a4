"""Reads both sides of a batch of pairs, in bulk."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from syncline_common.errors import NeedsPerson, RemoteError
from syncline_common.schemas.connector import Reader, RepeatClass
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.intent import Intent
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.work import Claimed, Reason
from syncline_sync_worker.engine.alternation import WINDOW, PastWrite, recent
from syncline_sync_worker.engine.marker import marker
from syncline_sync_worker.store.intent_store import IntentStore
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.work.choices import with_choices
from syncline_sync_worker.work.failing import failed
from syncline_sync_worker.work.hand import Hand, is_stopped
from syncline_sync_worker.work.results import Result, Sight, Trouble, later, set_aside
from syncline_sync_worker.work.stopping import stop
from syncline_sync_worker.work.tools import Tools
from syncline_sync_worker.work.unanswered import caught_up

Found = Mapping[RecordRef, Record]
IN_NO_FLOW = "its flow is not in the published version any more"

POISON = Trouble("poison", "poison", "It ended three workers that held it; nobody tries it again by itself")


class Observer:
    def __init__(self, tools: Tools, hand: Hand, readers: Mapping[Side, Reader]) -> None:
        self._tools, self._hand, self._readers = tools, hand, readers
        self._found: dict[Side, dict[RecordRef, Record]] = {side: {} for side in Side}
        self._errors: dict[tuple[Side, RecordRef], RemoteError] = {}
        self._markers: dict[int, str] = {}  # by pair

    async def observe(self) -> tuple[list[Sight], list[Result]]:
        """What was seen, and what becomes of the pairs that could not be."""
        links = self._hand.links = await self._links()
        sights, results = list[Sight](), list[Result]()
        for pair in self._hand.batch.pairs:
            flow = self._hand.flows.get(pair.flow_id)
            if flow is None:
                results.append(Result(pair, "ignored", IN_NO_FLOW, counts={"ignored": 1}))
            elif pair.to_be_set_aside:  # it is not even read: that may be what ends a worker
                results.append(
                    set_aside(Sight(pair, flow, None, {}), POISON, self._hand.claimed_at, for_good=True)
                )
            else:
                sights.append(Sight(pair, flow, links.get(pair.link_id) if pair.link_id else None, {}))
        await self._fetch(sights)
        seen, unseen = self._with_records(sights)
        seen = await with_choices(self._tools, self._hand, await self._with_intents(seen))
        return seen, results + unseen

    async def _links(self) -> Mapping[UUID, Link]:
        ids = [it.link_id for it in self._hand.batch.pairs if it.link_id is not None]
        if not ids:
            return {}
        async with self._tools.db.read() as tx:
            return await LinkStore(tx, self._hand.batch.connection).by_ids(ids)

    async def _fetch(self, sights: Sequence[Sight]) -> None:
        wanted: dict[Side, dict[str, set[str]]] = {side: defaultdict(set) for side in Side}
        for sight in sights:
            for side, ref in ends(sight):
                if (record := self._just_read(sight, side)) is not None:
                    self._found[side][ref] = record
                else:
                    wanted[side][ref.stream].add(ref.id)
        await asyncio.gather(*(self._fetch_all(side, wanted[side]) for side in Side))

    async def _fetch_all(self, side: Side, wanted: Mapping[str, Collection[str]]) -> None:
        """Of one side, one request after the other: who is turned away asks no more."""
        for stream, ids in wanted.items():
            batch, listed = self._readers[side].traits(stream).batch, sorted(ids)
            for at in range(0, len(listed), batch):
                await self._fetch_some(side, stream, listed[at : at + batch])

    def _just_read(self, sight: Sight, side: Side) -> Record | None:
        """With the page that told of it. Whoever has another reason to look wants to know how it is now."""
        pair, tools = sight.pair, self._tools
        version = pair.version_a if side is Side.A else pair.version_b
        if sight.link is not None or pair.reasons != Reason.RECORD or pair.attempts:
            return None
        return tools.just_read.take(self._hand.batch.node(side), pair.record, version, tools.elapsed())

    async def _fetch_some(self, side: Side, stream: str, ids: Sequence[str]) -> None:
        if is_stopped(self._tools, self._hand):
            return
        try:
            found = await self._readers[side].fetch(stream, ids)
        except RemoteError as error:
            if isinstance(error, NeedsPerson):
                await stop(self._tools, self._hand.batch.connection, error, self._hand.claimed_at)
            self._errors.update({(side, RecordRef(stream, id)): error for id in ids})
        else:
            self._found[side].update({it.ref: it for it in found.values()})

    def _with_records(self, sights: Sequence[Sight]) -> tuple[list[Sight], list[Result]]:
        seen, results, now = list[Sight](), list[Result](), self._hand.claimed_at
        for sight in sights:
            error = next((self._errors[it] for it in ends(sight) if it in self._errors), None)
            if error is not None:
                results.append(failed(sight, error, now, self._tools.random))
            elif is_stopped(self._tools, self._hand):
                results.append(later(sight, now, "stopped"))
            else:
                found = {side: self._found[side].get(ref) for side, ref in ends(sight)}
                records = {side: it for side, it in found.items() if it}
                seen.append(caught_up(replace(sight, records=records)))
        return seen, results

    async def _with_intents(self, sights: Sequence[Sight]) -> list[Sight]:
        """Only what is not linked needs them."""
        single = [it for it in sights if it.link is None]
        if not single:
            return list(sights)
        marks = {self.marker(it.pair) for it in single} | {
            record.marker for it in single for record in it.records.values() if record.marker
        }
        suspects: dict[tuple[str, Side], Sequence[Intent]] = {}
        async with self._tools.db.read() as tx:
            store = IntentStore(tx, self._hand.batch.connection)
            intents = await store.of(marks)
            for it in single:
                place = (it.flow.id, it.side)
                if place not in suspects:
                    unseen = self._creates_unseen(it)
                    suspects[place] = await store.unsettled(it.flow.id, it.side.other) if unseen else ()
        return [
            replace(it, intents=intents, suspects=suspects[it.flow.id, it.side]) if it.link is None else it
            for it in sights
        ]

    def _creates_unseen(self, sight: Sight) -> bool:
        """Whether a create into this side can't be looked up."""
        stream = sight.flow.flow.end(sight.side).stream
        return self._readers[sight.side].traits(stream).creates is RepeatClass.K3

    def marker(self, pair: Claimed) -> str:
        """Of this connection alone: in another, a flow and a record may be called the same."""
        if pair.id not in self._markers:
            flow = f"{self._hand.batch.connection.id}/{pair.flow_id}"
            self._markers[pair.id] = marker(self._tools.key, flow, pair.side, pair.record.id)
        return self._markers[pair.id]


def ends(sight: Sight) -> Iterator[tuple[Side, RecordRef]]:
    if sight.link is None:
        yield sight.side, sight.pair.record
    else:
        yield from ((side, sight.link.end(side)) for side in Side)


async def with_recent_writes(tools: Tools, hand: Hand, sights: Sequence[Sight]) -> list[Sight]:
    """What these pairs wrote lately: a field that goes back and forth is to be seen."""
    ids = [it.link.id for it in sights if it.link is not None]
    if not ids:
        return list(sights)
    since = hand.claimed_at - WINDOW
    async with tools.db.read() as tx:
        entries = await LedgerStore(tx, hand.batch.connection).written_since(ids, since)
    by_link: dict[object, list[PastWrite]] = defaultdict(list)
    for it in entries:
        if it.at is not None:
            by_link[it.link_id].append(PastWrite(it.rule_id, it.side, it.new, it.at, it.by_person))
    at = hand.claimed_at
    return [replace(it, recent=recent(by_link[it.link.id], at)) if it.link else it for it in sights]
