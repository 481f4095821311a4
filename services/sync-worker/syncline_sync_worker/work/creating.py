"""Creating, at most once: an intent is committed before the request leaves, and what came of it is settled after."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from syncline_common.errors import NeedsPerson, RemoteError, UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Reader, RepeatClass, Writer
from syncline_common.schemas.records import Record
from syncline_common.schemas.values import UNSET, Side, Values
from syncline_common.sdk.leaving import only_while
from syncline_sync_worker.domain.intent import UNSETTLED, Creates, Intent, IntentState
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.engine.bases import remember
from syncline_sync_worker.engine.operations import Write, from_json, to_json
from syncline_sync_worker.store.intent_store import IntentStore, Settled
from syncline_sync_worker.work.beginning import still_mine
from syncline_sync_worker.work.decide import LookUp, Make
from syncline_sync_worker.work.failing import failed
from syncline_sync_worker.work.hand import Hand, is_stopped, is_sure
from syncline_sync_worker.work.results import Result, Sight, later
from syncline_sync_worker.work.stopping import stop
from syncline_sync_worker.work.tools import LEASE_SECONDS, SURE_SECONDS, Tools

LONGEST_REQUEST = timedelta(seconds=20)
SOON = timedelta(seconds=2)
EXACT = timedelta(seconds=1)


class Creator:
    """Into one side of one batch."""

    def __init__(self, tools: Tools, hand: Hand, to: Side, reader: Reader, writer: Writer) -> None:
        self._tools, self._hand, self._to = tools, hand, to
        self._reader, self._writer, self._traits = reader, writer, cache(reader.traits)
        self._send_until = 0.0  # by this process's own clock; an intent's `not_before` counts on it

    async def create(self, makes: Sequence[Make]) -> list[Result]:
        allowed, results = await self._intend(makes)
        by_stream: dict[str, list[Make]] = {}
        for it in allowed:
            by_stream.setdefault(self._stream(it.sight), []).append(it)
        for stream, some in by_stream.items():
            batch = self._traits(stream).batch
            for at in range(0, len(some), batch):
                results += await self._send(some[at : at + batch])
        return results

    async def look_up(self, sought: LookUp) -> Result:
        """The oldest that bears the mark: a clone made inside the system bears it, too."""
        sight, intent, now = sought.sight, sought.intent, self._hand.claimed_at
        try:
            found = await self._reader.find(self._stream(sight), intent.marker)
            whole = await self._reader.fetch(self._stream(sight), [it.ref.id for it in found])
        except RemoteError as error:
            if isinstance(error, NeedsPerson):
                await stop(self._tools, self._hand.batch.connection, error, self._hand.claimed_at)
            return failed(sight, error, now, self._tools.random)
        # the system knows which is the oldest, also among those of one second
        candidates = [whole[it.ref.id] for it in found if it.ref.id in whole]
        if not candidates:
            return replace(
                later(sight, now, "it was not created"), settled=Settled(intent.marker, IntentState.ABSENT)
            )
        operations = _sent(intent)
        made = self._made(
            sight, candidates[0], operations, self._as_made(sight, candidates[0], operations), intent.marker
        )
        return replace(made, due=now)  # as a pair, it is planned at once: both may have been edited since

    async def _intend(self, makes: Sequence[Make]) -> tuple[list[Make], list[Result]]:
        """Those that may be sent once this is committed."""
        pairs = [it.sight.pair for it in makes]
        self._send_until = self._tools.elapsed() + LEASE_SECONDS - SURE_SECONDS
        async with self._tools.db.begin() as tx:
            mine, now = await still_mine(tx, self._hand, pairs), await tx.now()
            held = [it for it in makes if it.sight.pair.id in mine]
            new = [self._intent(it, now) for it in held if _earlier(it) is None]
            allowed = await IntentStore(tx, self._hand.batch.connection).open(tx, new)
        sendable = [it for it in held if it.marker in allowed or _earlier(it) is not None]
        rest = [it for it in makes if it.marker not in {one.marker for one in sendable}]
        return sendable, [later(it.sight, now + SOON, "not to be sent now") for it in rest]

    async def _send(self, makes: Sequence[Make]) -> list[Result]:
        new = [
            NewRecord(self._stream(it.sight), it.creation.values, it.marker, self._project(it.sight))
            for it in makes
        ]
        if not is_sure(self._tools, self._hand):
            return [self._unsent(it) for it in makes] if is_stopped(self._tools, self._hand) else []
        if not self._may_send():
            return [self._unsent(it) for it in makes]
        try:
            with only_while(self._may_send):
                answers = await self._writer.create(new)
        except RemoteError as error:
            if isinstance(error, NeedsPerson):
                await stop(self._tools, self._hand.batch.connection, error, self._hand.claimed_at)
            answers = [error] * len(makes)
        return [self._settled(it, answer) for it, answer in zip(makes, answers, strict=True)]

    def _may_send(self) -> bool:
        """The lease may have been renewed; the intents were not."""
        return is_sure(self._tools, self._hand) and self._tools.elapsed() < self._send_until

    def _unsent(self, make: Make) -> Result:
        absent = None if _earlier(make) is not None else Settled(make.marker, IntentState.ABSENT)
        return replace(later(make.sight, self._hand.claimed_at, "not sent"), settled=absent)

    def _settled(self, make: Make, answer: Record | RemoteError) -> Result:
        earlier = _earlier(make)
        if isinstance(answer, Record) and earlier is not None:
            return self._repeated(make, earlier, answer)
        if isinstance(answer, Record):
            operations = make.creation.operations
            made = self._made(make.sight, answer, operations, answer.values, make.marker)
            return replace(made, made=made.made and _seen(made.made, make.sight, answer))
        now = self._hand.claimed_at
        if isinstance(answer, UnknownOutcome):
            settled = Settled(make.marker, IntentState.UNKNOWN, wait=LONGEST_REQUEST + self._settle(make))
            due = now + self._not_before(make) if self._class(make) is not RepeatClass.K3 else now
            return replace(later(make.sight, due, answer.code), settled=settled)
        absent = None if earlier is not None else Settled(make.marker, IntentState.ABSENT)
        return replace(failed(make.sight, answer, now, self._tools.random), settled=absent)

    def _repeated(self, make: Make, earlier: Intent, record: Record) -> Result:
        """It may have been made by the earlier request, of what was sent then: that is what the two agreed on."""
        first, sent = _sent(earlier), {it.rule_id: it.value for it in make.creation.operations}
        as_made = self._as_made(make.sight, record, first)
        read_back = {
            it.field: as_made.get(it.field) if sent.get(it.rule_id) == it.value else it.value for it in first
        }
        made = self._made(make.sight, record, first, read_back, make.marker)
        return replace(made, due=self._hand.claimed_at)

    def _made(
        self, sight: Sight, record: Record, operations: Sequence[Write], read_back: Values, marker: str
    ) -> Result:
        source = sight.records.get(sight.side)  # it may have gone since
        empty: tuple[Values, Values] = ({}, {})
        base_a, base_b = remember(empty, operations, {self._to: read_back}, sight.flow.rules)
        ends = {sight.side: sight.pair.record, self._to: record.ref}
        link = Link(
            self._tools.new_id(),
            sight.flow.id,
            ends[Side.A],
            ends[Side.B],
            self._hand.claimed_at,
            base_a=base_a,
            base_b=base_b,
        )
        entries = [
            Entry(
                link.id,
                it.rule_id,
                self._to,
                UNSET,
                read_back.get(it.field, it.value),
                self._hand.run.id,
                self._hand.batch.version,
                source.version if source else None,
                source.changed_at if source else None,
            )
            for it in operations
        ]
        return Result(
            sight.pair,
            "created",
            made=link,
            settled=Settled(marker, IntentState.DONE, record.ref.id),
            entries=entries,
            counts={f"created_{self._to}": 1},
        )

    def _as_made(self, sight: Sight, record: Record, operations: Sequence[Write]) -> Values:
        """What the system made of what it was sent, if nobody is likely to have edited it since; else what was sent.

        Where the source is always right, what was sent will do: the worst that comes of it is a write too many.
        """
        traits = self._traits(record.ref.stream)
        untouched = record.changed_at == record.created_at and traits.granularity <= EXACT
        both_ways = {it.id for it in sight.flow.rules if it.source is None}
        return {
            it.field: record.values.get(it.field) if untouched and it.rule_id in both_ways else it.value
            for it in operations
        }

    def _intent(self, make: Make, now: datetime) -> Intent:
        pair = make.sight.pair
        sent = [to_json(it) for it in make.creation.operations]
        not_before = now + self._not_before(make)
        return Intent(
            make.marker,
            pair.flow_id,
            pair.side,
            pair.record,
            Creates.RECORD,
            pair.epoch,
            now,
            not_before,
            sent=sent,
        )

    def _not_before(self, make: Make) -> timedelta:
        """The end of this lease, the longest request, and the time that a search lags."""
        return timedelta(seconds=LEASE_SECONDS) + LONGEST_REQUEST + self._settle(make)

    def _settle(self, make: Make) -> timedelta:
        return self._traits(self._stream(make.sight)).settle

    def _class(self, make: Make) -> RepeatClass:
        return self._traits(self._stream(make.sight)).creates

    def _stream(self, sight: Sight) -> str:
        return sight.flow.flow.end(self._to).stream

    def _project(self, sight: Sight) -> str | None:
        """Where the system has projects, new records go into the first that the flow names."""
        return next(iter(sight.flow.flow.end(self._to).projects), None)


def _earlier(make: Make) -> Intent | None:
    """Of a request that nobody answered, where the vendor refuses repetitions: what it sent may be what there is."""
    intent = make.sight.intents.get(make.marker)
    return intent if intent is not None and intent.state in UNSETTLED else None


def _sent(intent: Intent) -> list[Write]:
    return [it for it in map(from_json, intent.sent) if isinstance(it, Write)]


def _seen(link: Link, sight: Sight, made: Record) -> Link:
    """Both are known in these versions: a scan that finds them has no news."""
    versions = {sight.side: sight.records[sight.side].version, sight.side.other: made.version}
    return replace(link, version_a=versions[Side.A], version_b=versions[Side.B])
