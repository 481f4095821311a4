"""What is to be done about a pair, as data. Pure: it sees what was observed, and the time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncline_common.errors import RecordRejected
from syncline_common.schemas.connector import RepeatClass, StreamTraits
from syncline_common.schemas.records import Record
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.intent import UNSETTLED, Intent, IntentState
from syncline_sync_worker.domain.link import Link, LinkState
from syncline_sync_worker.engine.conversion import FieldProblem
from syncline_sync_worker.engine.creation import Creation, creation
from syncline_sync_worker.engine.dictation import dictated
from syncline_sync_worker.engine.identity import keys_of
from syncline_sync_worker.engine.plan import Observed, Plan, plan
from syncline_sync_worker.engine.undo import Untouched, undo
from syncline_sync_worker.work.results import Result, Sight, Trouble, ignored, later, set_aside

CLOCKS_DIFFER = timedelta(minutes=5)
SOON = timedelta(seconds=5)
LOOKS_FOR_LINK = 3


@dataclass(frozen=True, slots=True)
class Make:
    sight: Sight
    creation: Creation
    marker: str


@dataclass(frozen=True, slots=True)
class Seek:
    """To be made, unless it is there already."""

    make: Make

    @property
    def sight(self) -> Sight:
        return self.make.sight


@dataclass(frozen=True, slots=True)
class Same:
    """It is there already."""

    sight: Sight
    partner: Record


@dataclass(frozen=True, slots=True)
class LookUp:
    sight: Sight
    intent: Intent


@dataclass(frozen=True, slots=True)
class Change:
    """Also where nothing is written: what both say already is remembered, a conflict is kept."""

    sight: Sight
    plan: Plan
    left_alone: Sequence[Untouched] = ()  # of what a run is to undo


Decision = Result | Make | Seek | Same | LookUp | Change


def decide(sight: Sight, marker: str, traits: dict[Side, StreamTraits], now: datetime) -> Decision:
    try:
        if sight.link is None:
            return _unlinked(sight, marker, traits, now)
        return _linked(sight, sight.link, traits, now)
    except RecordRejected as refused:  # by a filter that was not given all it needs
        return set_aside(sight, Trouble("invalid", "filter", refused.message), now)


def _linked(sight: Sight, link: Link, traits: dict[Side, StreamTraits], now: datetime) -> Decision:
    if link.state is LinkState.RELEASED:
        return ignored(sight, "it was released")
    missing = [side for side in Side if side not in sight.records]
    if missing:
        return _gone(sight, link, missing[0], now)
    if sight.flow.flow.left_filter == "release" and _has_left(sight):
        released = replace(link, state=LinkState.RELEASED)
        return replace(ignored(sight, "it left the filter"), link=released, entries=sight.caught_up)
    a, b = (_observed(sight.records[side], traits[side]) for side in Side)
    planned = plan(link.base_a, link.base_b, a, b, sight.flow.rules, recent=sight.recent)
    seen = {Side.A: a.values, Side.B: b.values}
    planned = dictated(planned, sight.given, seen, sight.flow.rules)
    if planned.problems:
        return set_aside(sight, _about(planned.problems), now)
    return Change(sight, *undo(planned, sight.replaced, seen, sight.flow.rules))


def _gone(sight: Sight, link: Link, side: Side, now: datetime) -> Result:
    """Seen once: an issue, not a deletion. A sweep looks again."""
    since = link.missing_since or now
    hint = f"The record on side {side} was deleted, or can't be seen with this credential any more"
    return Result(
        sight.pair,
        "set_aside",
        hint,
        trouble=Trouble("gone", f"gone:{side}", hint, side),
        link=replace(link, state=LinkState.MISSING, missing_since=since),
        counts={"set_aside": 1},
    )


def _unlinked(sight: Sight, marker: str, traits: dict[Side, StreamTraits], now: datetime) -> Decision:
    record, there, sent = sight.records.get(sight.side), sight.side.other, sight.intents.get(marker)
    if record is None:
        return _vanished(sight, sent, traits[there], now)
    if (result := _awaited(sight, record, now)) is not None:
        return result
    if sent is not None and sent.state in UNSETTLED:  # first: whatever has become of its record since
        again = _unsent(sight, record, marker, now) if traits[there].creates is RepeatClass.K1 else None
        return again if isinstance(again, Make) else _looked_up(sight, sent, traits[there], now)
    if sent is not None and sent.state is IntentState.DONE:
        return _linked_meanwhile(sight, now)
    return _suspected(sight, record, now) or _unsent(sight, record, marker, now)


def _vanished(sight: Sight, sent: Intent | None, target: StreamTraits, now: datetime) -> Decision:
    """Its copy may be there all the same, and is waited for by whoever reads its mark."""
    if sent is None or sent.state not in UNSETTLED:
        return ignored(sight, "it is not there any more")
    return _looked_up(sight, sent, target, now)


def _unsent(sight: Sight, record: Record, marker: str, now: datetime) -> Decision:
    return _out_of_scope(sight, record) or _make(sight, record, marker, now)


def _awaited(sight: Sight, record: Record, now: datetime) -> Result | None:
    """A record that a create of ours made is not created back. A clone made inside the system bears its mark, too."""
    intent = sight.intents.get(record.marker or "")
    if intent is not None and intent.flow_id == sight.flow.id and intent.side is sight.side.other:
        if intent.state in UNSETTLED:
            return later(sight, max(intent.not_before, now + SOON), "it may be a copy that is not linked yet")
        if intent.state is IntentState.DONE and intent.made_id == record.ref.id:
            return _linked_meanwhile(sight, now)
    return None


def _suspected(sight: Sight, record: Record, now: datetime) -> Result | None:
    """Where a copy bears no mark, what is new may be one. What we made a copy of is none: that is settled before."""
    suspects = [it for it in sight.suspects if record.created_at >= it.sent_at - CLOCKS_DIFFER]
    if suspects and all(it.state is IntentState.SENT and now < it.not_before for it in suspects):
        return later(sight, now + SOON, "it may be the copy that is being made")
    if suspects:
        hint = "It may be the copy of a record whose creation was never answered; link them, or say that it is new"
        return set_aside(sight, Trouble("unknown_outcome", "may_be_a_copy", hint), now)
    return None


def _out_of_scope(sight: Sight, record: Record) -> Result | None:
    there = sight.side.other
    if not sight.flow.flow.creates_in(there):
        return ignored(sight, f"nothing is created on side {there}")
    projects = sight.flow.flow.end(sight.side).projects
    if projects and record.project not in projects:
        return ignored(sight, "it is in none of the flow's projects")
    if not sight.flow.admits(sight.side, record.values):
        return ignored(sight, "the filter leaves it out")
    return None


def _linked_meanwhile(sight: Sight, now: datetime) -> Result:
    """The next claim finds the link; unless somebody has taken it away."""
    if sight.pair.attempts >= LOOKS_FOR_LINK:
        return ignored(sight, "its link was taken away")
    return later(sight, now, "it was linked meanwhile", counts_attempt=True)


def _looked_up(sight: Sight, sent: Intent, target: StreamTraits, now: datetime) -> Decision:
    if target.creates is RepeatClass.K3:
        hint = "Nobody answered whether it was created, and it can't be looked up there; link the two, or send it again"
        return set_aside(sight, Trouble("unknown_outcome", "unknown_create", hint), now, for_good=True)
    if now < sent.not_before:
        return later(sight, sent.not_before, "its creation is not settled yet")
    return LookUp(sight, sent)


def _make(sight: Sight, record: Record, marker: str, now: datetime) -> Decision:
    there = sight.side.other
    required = sight.flow.required[there]
    made = creation(there, record.values, sight.flow.rules, required=required)
    if made.problems:
        return set_aside(sight, _about(made.problems), now)
    if made.missing:
        names = ", ".join(made.missing)
        hint = f"Side {there} needs {names}, and no rule gives it a value"
        return set_aside(sight, Trouble("invalid", f"missing:{names}", hint), now)
    make = Make(sight, made, marker)
    return Seek(make) if keys_of(sight.flow) else make


def _has_left(sight: Sight) -> bool:
    return not all(sight.flow.admits(side, sight.records[side].values) for side in Side)


def _observed(record: Record, traits: StreamTraits) -> Observed:
    return Observed(record.values, record.changed_at - traits.clock_offset)


def _about(problems: tuple[FieldProblem, ...]) -> Trouble:
    first = problems[0]
    hint = "; ".join(f"{it.side}.{it.field}: {it.reason}" for it in problems)
    return Trouble("invalid", f"value:{first.rule_id}:{first.value}"[:120], hint)
