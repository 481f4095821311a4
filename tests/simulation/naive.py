"""A stand-in for the engine, small enough to be seen through: one worker, everything in memory, no faults survived."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import MetaData

from simulation.configurations import UNMAPPED, Mapped, Variant, mapped
from simulation.pairs import same
from simulation.remembered import Explained, Remembered
from simulation.subject import Place
from syncline_common.errors import RemoteError
from syncline_common.schemas.connector import NewRecord, Priority, Update
from syncline_common.schemas.records import Feed, Record
from syncline_common.schemas.values import Side, Value

CYCLE = 2.0


class Naive:
    """It does what engine.md says of linking and planning, and nothing of what it says of faults."""

    metadata: MetaData | None = None

    def __init__(self, versions: Sequence[Variant]) -> None:
        self._versions = versions
        self._links: dict[str, str] = {}  # both ways
        self._bases: dict[str, dict[str, Value]] = {}  # by record: what it said when the two last agreed
        self._explained: dict[tuple[str, str | None], Explained] = {}
        self._kept: dict[str, list[Value]] = defaultdict(list)
        self._paused = False

    async def prepare(self, place: Place) -> None:
        self._place = place

    async def worker(self, name: str) -> None:
        while True:
            await asyncio.sleep(CYCLE)
            if not self._paused:
                await self.cycle()

    async def publish(self, version: int, document: dict[str, Any]) -> None:
        self._variant = self._versions[version - 1]

    async def pause(self) -> None:
        self._paused = True

    async def resume(self) -> None:
        self._paused = False

    async def remove(self) -> None:
        self._paused = True

    async def restored(self, side: Side) -> None:
        """It tries again and again anyway."""

    async def hint(self, side: Side, id: str) -> None:
        """It reads everything each time."""

    async def remembered(self) -> Remembered:
        pairs = [(one, other) for one, other in self._links.items() if one.startswith("alder")]
        return Remembered(pairs, list(self._explained.values()), kept=self._kept)

    async def cycle(self) -> None:
        try:
            records = {side: await self.read(side) for side in Side}
            for side in Side:
                for record in records[side].values():
                    if record.ref.id not in self._links:
                        await self.create(side, record)
            for a in records[Side.A].values():
                b = records[Side.B].get(self._links.get(a.ref.id, ""))
                if b is not None:
                    await self.keep_alike({Side.A: a, Side.B: b})
        except RemoteError:
            return

    async def read(self, side: Side) -> dict[str, Record]:
        reader = await self._place.systems.reader(side, Priority.POLL)
        found: dict[str, Record] = {}
        token: str | None = None
        while True:
            page = await reader.changes(self._place.streams[side], Feed.RECORDS, None, token)
            found |= await reader.fetch(self._place.streams[side], [it.ref.id for it in page.changed])
            token = page.next
            if token is None:
                return found

    async def create(self, side: Side, record: Record) -> None:
        there = side.other
        if not self._variant.creates_in(there):
            return
        values = {}
        for rule in mapped(self._variant):
            value = record.values[rule.field(side)]
            if value is not None and rule.direction.into(there):
                values[rule.field(there)] = rule.convert(value, there)
        if UNMAPPED in values.values():
            self.explain(record.ref.id, "unmapped")
            return
        new = NewRecord(self._place.streams[there], values, marker=f"from {record.ref.id}")
        made = await self.send(there, new)
        if isinstance(made, RemoteError):
            self.explain(record.ref.id, made.code)
            return
        self._explained.pop((record.ref.id, None), None)
        self._links |= {record.ref.id: made.ref.id, made.ref.id: record.ref.id}
        self.agreed({side: record, there: made})

    async def send(self, side: Side, new: NewRecord) -> Record | RemoteError:
        writer = await self._place.systems.writer(side, Priority.POLL)
        (made,) = await writer.create([new])
        return made

    async def keep_alike(self, records: dict[Side, Record]) -> None:
        for rule in mapped(self._variant):
            fields = {side: rule.field(side) for side in Side}
            now = {side: records[side].values[fields[side]] for side in Side}
            before = {side: self._bases[records[side].ref.id].get(fields[side]) for side in Side}
            changed = [side for side in Side if not same(now[side], before[side])]
            source = self.source(rule, changed)
            alike = (same(rule.convert(now[it.other], it), now[it]) for it in Side if rule.direction.into(it))
            if not changed or any(alike):
                self.adopt(rule, records)
            elif source is not None:
                await self.write(rule, records, source)
            elif changed:
                for side in Side:
                    self.explain(records[side].ref.id, "conflict", fields[side])

    def source(self, rule: Mapped, changed: list[Side]) -> Side | None:
        """Whose value is written; None: nobody's."""
        if not changed:
            return None
        one_way = [side for side in Side if not rule.direction.into(side)]
        if one_way or len(changed) == 1:
            return [*one_way, *changed][0]
        return {"ask": None, "b": Side.B}.get(self._variant.policy, Side.A)

    async def write(self, rule: Mapped, records: dict[Side, Record], source: Side) -> None:
        target = source.other
        seen, field = records[target], rule.field(target)
        value = rule.convert(records[source].values[rule.field(source)], target)
        if value is UNMAPPED:
            self.explain(records[source].ref.id, "unmapped", rule.field(source))
            return
        writer = await self._place.systems.writer(target, Priority.POLL)
        self._kept[seen.ref.id].append(seen.values[field])
        (read_back,) = await writer.update([Update(seen, {field: value})])
        if isinstance(read_back, RemoteError):
            self.explain(records[source].ref.id, read_back.code, rule.field(source))
            return
        self.adopt(rule, {source: records[source], target: read_back})
        records[target] = read_back

    def adopt(self, rule: Mapped, records: dict[Side, Record]) -> None:
        for side, record in records.items():
            self._explained.pop((record.ref.id, rule.field(side)), None)
            self._bases[record.ref.id][rule.field(side)] = record.values[rule.field(side)]

    def agreed(self, records: dict[Side, Record]) -> None:
        for side, record in records.items():
            self._bases[record.ref.id] = {
                it.field(side): record.values[it.field(side)] for it in mapped(self._variant)
            }

    def explain(self, id: str, code: str, field: str | None = None) -> None:
        self._explained[id, field] = Explained(id, code, field)
