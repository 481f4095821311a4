"""Writing the differences: first what nobody may lose goes on record, then the systems are written, then both are remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from typing import Any
from uuid import UUID

from syncline_common.errors import Disposition, NeedsPerson, RecordChanged, RemoteError, Unavailable
from syncline_common.schemas.connector import Reader, Update, Writer
from syncline_common.schemas.records import Record
from syncline_common.schemas.values import Side, Value
from syncline_common.sdk.leaving import only_while
from syncline_sync_worker.actions.told import found
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import Link, LinkState
from syncline_sync_worker.domain.report import Conflict, ConflictState
from syncline_sync_worker.engine import operations as planned
from syncline_sync_worker.engine.bases import remember
from syncline_sync_worker.engine.guard import is_destructive
from syncline_sync_worker.engine.operations import Adopt, Freeze, Write
from syncline_sync_worker.store.ledger_store import LedgerStore
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.work.beginning import still_mine
from syncline_sync_worker.work.decide import Change
from syncline_sync_worker.work.failing import failed
from syncline_sync_worker.work.hand import Hand, is_sure
from syncline_sync_worker.work.results import Result, Trouble, later, set_aside
from syncline_sync_worker.work.stopping import stop
from syncline_sync_worker.work.tools import Tools
from syncline_sync_worker.work.unanswered import Unanswered, is_open, left
from syncline_sync_worker.work.undoing import is_given_back


@dataclass(slots=True)
class _Course:
    """How far a change has come."""

    change: Change
    written: dict[Side, Record] = field(default_factory=dict)
    error: RemoteError | None = None
    unsure: Side | None = None  # whether it took what it was sent: nobody knows

    @property
    def seen(self) -> Mapping[Side, Record | None]:
        """What was given back is known in that version; unless more is in it than we wrote: that is to be planned."""
        return {side: it if self._as_expected(side, it) else None for side, it in self.written.items()}

    def _as_expected(self, side: Side, written: Record) -> bool:
        """Nobody edited another mapped field between our look and our write, nor did the system itself."""
        before, ours = self.change.sight.records[side].values, self.change.plan.values(side)
        mapped = {rule.field(side) for rule in self.change.sight.flow.rules}
        others = [name for name in written.values if name in mapped and name in before and name not in ours]
        return all(written.values[name] == before[name] for name in others)


class Changer:
    def __init__(
        self, tools: Tools, hand: Hand, readers: Mapping[Side, Reader], writers: Mapping[Side, Writer]
    ) -> None:
        self._tools, self._hand, self._readers, self._writers = tools, hand, readers, writers

    async def carry_out(self, changes: Sequence[Change]) -> list[Result]:
        quiet = [it for it in changes if not it.plan.writes]
        writing = [it for it in changes if it.plan.writes]
        results = [self._result(_Course(it)) for it in quiet]
        mine = await self._begin(writing)
        courses = [_Course(it) for it in writing if it.sight.pair.id in mine]
        results += [
            later(it.sight, self._hand.claimed_at, "not to be written now")
            for it in writing
            if it.sight.pair.id not in mine
        ]
        for side in (Side.B, Side.A):
            await self._write(
                side, [it for it in courses if it.error is None and it.change.plan.values(side)]
            )
        return results + [self._result(it) for it in courses]

    async def _begin(self, changes: Sequence[Change]) -> set[int]:
        """Values that are about to be replaced, and that nobody on the other side has seen, are kept first."""
        if not changes:
            return set()
        batch = self._hand.batch
        async with self._tools.db.begin() as tx:
            mine = set(await still_mine(tx, self._hand, [it.sight.pair for it in changes]))
            held = [it for it in changes if it.sight.pair.id in mine]
            conflicts = [one for it in held for one in self._conflicts(it)]
            report = ReportWriter(tx, batch.connection, batch.network_id)
            new = await report.add_conflicts(conflicts)
            await tx.publish(*(found(batch.connection, batch.network_id, it) for it in new))
            lost = [
                self._entry(it, one, one.value)
                for it in held
                for one in it.plan.writes
                if _is_kept_first(it, one)
            ]
            await LedgerStore(tx, batch.connection).append(tx, lost)
            await LinkStore(tx, batch.connection).expect(dict(map(self._awaited, held)))
        return mine

    def _awaited(self, change: Change) -> tuple[UUID, Sequence[Any]]:
        link = change.sight.link
        assert link is not None
        return link.id, left(link, self._sent(change), (), self._hand.claimed_at)

    def _sent(self, change: Change) -> list[Unanswered]:
        return [self._one_sent(change, it) for it in change.plan.writes]

    def _one_sent(self, change: Change, write: Write) -> Unanswered:
        source, told = change.sight.records[write.side.other], _is_kept_first(change, write)
        at, run, version = self._hand.claimed_at, self._hand.run.id, self._hand.batch.version
        asked = is_given_back(change.sight, write)
        return Unanswered(write, at, told, run, version, source.version, source.changed_at, by_person=asked)

    async def _write(self, side: Side, courses: Sequence[_Course]) -> None:
        by_stream: dict[str, list[_Course]] = {}
        for it in courses:
            by_stream.setdefault(it.change.sight.records[side].ref.stream, []).append(it)
        for stream, some in by_stream.items():
            batch = self._readers[side].traits(stream).batch
            for at in range(0, len(some), batch):
                await self._write_some(side, some[at : at + batch])

    async def _write_some(self, side: Side, courses: Sequence[_Course]) -> None:
        updates = [Update(it.change.sight.records[side], it.change.plan.values(side)) for it in courses]
        if not is_sure(self._tools, self._hand):
            answers: Sequence[Record | RemoteError] = [Unavailable("not asked")] * len(courses)
        else:
            try:
                with only_while(partial(is_sure, self._tools, self._hand)):
                    answers = await self._update(side, updates)
            except RemoteError as error:
                if isinstance(error, NeedsPerson):
                    await stop(self._tools, self._hand.batch.connection, error, self._hand.claimed_at)
                answers = [error] * len(courses)
        for it, answer in zip(courses, answers, strict=True):
            if isinstance(answer, Record):
                it.written[side] = answer
            else:
                it.error = answer
                it.unsure = side if answer.disposition is Disposition.LOOK_UP else None

    async def _update(self, side: Side, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """Where nobody else notices that a write is stale, there is a last look: what has moved on is planned again."""
        stream, ids = updates[0].seen.ref.stream, [it.seen.ref.id for it in updates]
        traits = self._readers[side].traits(stream)
        if traits.conditional or traits.looks:
            return await self._writers[side].update(updates)
        now = await self._readers[side].fetch(stream, ids)
        same = [id in now and now[id].version == it.seen.version for id, it in zip(ids, updates, strict=True)]
        if not is_sure(self._tools, self._hand):
            raise Unavailable("not asked")
        as_seen = [it for it, is_same in zip(updates, same, strict=True) if is_same]
        answers = iter(await self._writers[side].update(as_seen) if as_seen else ())
        return [next(answers) if is_same else RecordChanged("it was edited meanwhile") for is_same in same]

    def _result(self, course: _Course) -> Result:
        """What was written is remembered, also if the other side then failed."""
        change, sight = course.change, course.change.sight
        assert sight.link is not None
        done = [it for it in change.plan.operations if not isinstance(it, Write) or it.side in course.written]
        read_back = {side: it.values for side, it in course.written.items()}
        bases = remember((sight.link.base_a, sight.link.base_b), done, read_back, sight.flow.rules)
        unsure = [it for it in self._sent(change) if it.write.side is course.unsure]
        link = replace(
            sight.link,
            base_a=bases[0],
            base_b=bases[1],
            state=LinkState.LINKED,
            missing_since=None,
            unanswered=left(sight.link, unsure, course.written, self._hand.claimed_at),
        )
        if course.error is None:
            link = _with_versions(link, {**sight.records, **course.seen})
        result = self._ended(course, change, link)
        entries = [*sight.caught_up] + [
            self._entry(change, it, read_back[it.side].get(it.field, it.value))
            for it in change.plan.writes
            if it.side in course.written and not _is_kept_first(change, it)
        ]
        counts = {**result.counts, **{f"updated_{side}": 1 for side in course.written}}
        quiet = not change.plan.writes
        conflicts = self._conflicts(change) if quiet else ()  # of others they are kept already
        agreed = course.error is None and not _waits_for_somebody(change)
        return replace(result, link=link, entries=entries, conflicts=conflicts, counts=counts, agreed=agreed)

    def _ended(self, course: _Course, change: Change, link: Link) -> Result:
        sight, now = change.sight, self._hand.claimed_at
        if course.error is not None:
            return failed(sight, course.error, now, self._tools.random)
        frozen = [it for it in change.plan.operations if isinstance(it, Freeze)]
        if frozen:
            names = ", ".join(f"{it.side}.{it.field}" for it in frozen)
            hint = f"{names} does not round-trip: both sides rewrite what they are given. Map it one way"
            trouble = Trouble("does_not_round_trip", f"frozen:{frozen[0].rule_id}", hint)
            return set_aside(sight, trouble, now, for_good=True)
        if course.written:
            return Result(sight.pair, "updated")
        if any(not isinstance(it, Adopt) for it in change.plan.operations):
            return Result(sight.pair, "conflict", "a person decides", counts={"conflicts": 1})
        return Result(sight.pair, counts={"unchanged": 1})

    def _entry(self, change: Change, write: Write, new: Value) -> Entry:
        assert change.sight.link is not None
        return self._one_sent(change, write).entry(change.sight.link.id, new)

    def _conflicts(self, change: Change) -> list[Conflict]:
        sight = change.sight
        assert sight.link is not None
        return [
            Conflict(
                _conflict_id(sight.link.id, it),
                sight.flow.id,
                sight.link.id,
                it.rule_id,
                it.a,
                it.b,
                it.base_a,
                it.base_b,
                it.winner,
                ConflictState.OPEN if it.winner is None else ConflictState.SETTLED,
                self._hand.run.id,
            )
            for it in change.plan.operations
            if isinstance(it, planned.Conflict)
        ]


def _is_kept_first(change: Change, write: Write) -> bool:
    """Nobody on the other side may have seen what it replaces: it was edited there, or the two never agreed.

    Or an earlier write of ours was never answered: somebody may have put back what had been there before it.
    """
    link = change.sight.link
    assert link is not None
    if is_destructive(write) or link.version_a is None or link.version_b is None:
        return True
    agreed = link.version_a if write.side is Side.A else link.version_b
    return is_open(link, write) and change.sight.records[write.side].version != agreed


def _with_versions(link: Link, records: Mapping[Side, Record | None]) -> Link:
    a, b = records[Side.A], records[Side.B]
    return replace(link, version_a=a.version if a else None, version_b=b.version if b else None)


def _conflict_id(link_id: UUID, conflict: planned.Conflict) -> UUID:
    """The same conflict, planned again, is the same one."""
    told = f"{link_id} {planned.to_json(conflict)}".encode()
    return UUID(bytes=blake2b(told, digest_size=16).digest())


def _waits_for_somebody(change: Change) -> bool:
    return any(isinstance(it, planned.Conflict) and it.winner is None for it in change.plan.operations)
