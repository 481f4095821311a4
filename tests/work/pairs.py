"""Pairs as they are seen, for decisions by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.ids import new_id
from syncline_common.schemas.connector import Priority, StreamTraits
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import Side, Values
from syncline_sync_worker.domain.intent import Creates, Intent, IntentState
from syncline_sync_worker.domain.link import Link
from syncline_sync_worker.domain.work import Claimed, Reason
from syncline_sync_worker.engine.compile import FlowRules, compile_document
from syncline_sync_worker.work.results import Sight

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
REFS = {Side.A: RecordRef("Bug", "1"), Side.B: RecordRef("incident", "9")}
MARKER = "sl-mine"
FIELDS = [{"a": "Title", "b": "short"}, {"a": "State", "b": "state", "values": {"New": "1", "Done": "2"}}]
KNOWN = Surroundings(
    (StreamFacts("Bug", fields=(FieldFacts("Title"), FieldFacts("State"))),),
    (StreamFacts("incident", fields=(FieldFacts("short", required_on_create=True), FieldFacts("state"))),),
)


def rules(**flow: Any) -> FlowRules:
    told = {"id": "f1", "a": {"stream": "Bug"}, "b": {"stream": "incident"}, "fields": FIELDS, **flow}
    return compile_document({"version": 1, "flows": [told]}, KNOWN)[0]


def record(side: Side, values: Values, **facts: Any) -> Record:
    return replace(Record(REFS[side], values, "1", NOW, NOW - timedelta(hours=1)), **facts)


def traits(**b: Any) -> dict[Side, StreamTraits]:
    return {Side.A: StreamTraits(), Side.B: replace(StreamTraits(), **b)}


def intent(state: IntentState = IntentState.SENT, **facts: Any) -> Intent:
    sent = Intent(
        MARKER, "f1", Side.A, REFS[Side.A], Creates.RECORD, 1, NOW - timedelta(minutes=1), NOW, state
    )
    return replace(sent, **facts)


def unlinked(side: Side = Side.A, values: Values | None = None, **facts: Any) -> Sight:
    given = {Side.A: {"Title": "x", "State": "New"}, Side.B: {"short": "x", "state": "1"}}[side]
    flow = facts.pop("flow", None) or rules()
    records: Mapping[Side, Record] = {side: record(side, given if values is None else values)}
    return replace(Sight(_claimed(side), flow, None, records), **facts)


def linked(a: Values | None, b: Values | None, link: Link | None = None, **facts: Any) -> Sight:
    """In step: x and New, unless said otherwise. None: the record is not there."""
    values = {Side.A: a, Side.B: b}
    records = {side: record(side, it) for side, it in values.items() if it is not None}
    flow = facts.pop("flow", None) or rules()
    base = Link(new_id(), "f1", REFS[Side.A], REFS[Side.B], NOW)
    agreed = replace(base, base_a={"Title": "x", "State": "New"}, base_b={"short": "x", "state": "1"})
    return replace(Sight(_claimed(Side.A), flow, link or agreed, records), **facts)


def _claimed(side: Side) -> Claimed:
    return Claimed(
        1, 1, "f1", None, side, REFS[side], Reason.RECORD, Priority.POLL, None, None, attempts=0, deaths=0
    )
