"""Before something is created: whether it is there already, by the flow's keys. It only reads, so a test run uses it, too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_common.schemas.connector import ALIKE, Reader
from syncline_common.schemas.records import Record
from syncline_common.schemas.values import Side, Values
from syncline_sync_worker.domain.intent import UNSETTLED
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.engine.identity import is_same, keys_of, sought
from syncline_sync_worker.store.intent_store import IntentStore
from syncline_sync_worker.store.link_store import linked
from syncline_sync_worker.work.decide import Decision, Make, Same
from syncline_sync_worker.work.results import Result, Sight, Trouble, later, set_aside

SOON = timedelta(seconds=5)
ASKED = "Nothing on side {side} is the same by the flow's keys; edit one of the two, or let the flow create"
SEVERAL = "By the flow's keys it may be any of {ids}: give them different values, or choose other keys"


@dataclass(frozen=True, slots=True)
class _Free:
    """What is in no link yet, and the same by every key."""

    records: Sequence[Record]
    unsettled: bool  # one may be a copy of ours that is not linked yet
    whole: bool  # False: there may be more


class Matcher:
    def __init__(
        self, db: Database, connection: ConnectionRef, readers: Mapping[Side, Reader], now: datetime
    ) -> None:
        self._db, self._connection, self._readers, self._now = db, connection, readers, now

    async def settle(self, make: Make) -> Decision:
        """The record that is the same thing, if there is just one; else the policy decides. RemoteErrors are not."""
        sight = make.sight
        here, there, own = sight.side, sight.side.other, sight.records[sight.side]
        wanted = sought(there, keys_of(sight.flow), own.values)
        if wanted is None:
            return self._unmatched(make)
        partners = await self._free(sight, there, wanted)
        if partners.unsettled:
            return later(sight, self._now + SOON, "it may be a copy that is not linked yet")
        if not partners.records and partners.whole:
            return self._unmatched(make)
        own_keys = {name: own.values[name] for rule in keys_of(sight.flow) if (name := rule.field(here))}
        rivals = [it for it in (await self._free(sight, here, own_keys)).records if it.ref != own.ref]
        if len(partners.records) == 1 and partners.whole and not rivals:
            return Same(sight, partners.records[0])
        return self._ambiguous(sight, [*partners.records, *rivals])

    def _unmatched(self, make: Make) -> Decision:
        if make.sight.flow.flow.identity.policy == "match_or_create":
            return make
        hint = ASKED.format(side=make.sight.side.other)
        return set_aside(make.sight, Trouble("unmatched", "unmatched", hint), self._now)

    def _ambiguous(self, sight: Sight, records: Sequence[Record]) -> Result:
        ids = ", ".join(it.ref.id for it in records[:5]) or "very many"
        return set_aside(sight, Trouble("ambiguous", "ambiguous", SEVERAL.format(ids=ids)), self._now)

    async def _free(self, sight: Sight, side: Side, values: Values) -> _Free:
        end = sight.flow.flow.end(side)
        found = await self._readers[side].alike(end.stream, values)
        same = [it for it in found if _is_in(sight, side, it) and self._is_same(sight, side, it)]
        ends = {it.ref: (sight.flow.id, side, it.ref) for it in same}
        async with self._db.read() as tx:
            taken = await linked(tx, self._connection, list(ends.values()))
            marks = {it.marker for it in same if it.marker}
            intents = await IntentStore(tx, self._connection).of(marks)
        free = [it for it in same if ends[it.ref] not in taken]
        open_ = {it.marker for it in intents.values() if it.state in UNSETTLED}
        return _Free(free, any(it.marker in open_ for it in free), len(found) < ALIKE)

    def _is_same(self, sight: Sight, side: Side, record: Record) -> bool:
        own, keys = sight.records[sight.side].values, keys_of(sight.flow)
        if side is sight.side:
            return all(record.values.get(it.field(side) or "") == it.value(side, own) for it in keys)
        values = {sight.side: own, side: record.values}
        return is_same(keys, values[Side.A], values[Side.B])


def _is_in(sight: Sight, side: Side, record: Record) -> bool:
    """Of the flow: what it leaves out on its own side is nobody's partner either."""
    projects = sight.flow.flow.end(side).projects
    return (not projects or record.project in projects) and sight.flow.admits(side, record.values)


def link_of(same: Same, id: UUID, now: datetime) -> Link:
    """They have never agreed on anything: what differs is settled field by field, as at any first meeting."""
    sight = same.sight
    refs = {sight.side: sight.records[sight.side].ref, sight.side.other: same.partner.ref}
    return Link(id, sight.flow.id, refs[Side.A], refs[Side.B], now)


def matched(same: Same, id: UUID, now: datetime) -> Result:
    """As a pair, it is planned at once."""
    reason = f"it is the same as {same.partner.ref.id}"
    return Result(same.sight.pair, "matched", reason, due=now, made=link_of(same, id, now))
