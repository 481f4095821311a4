"""From a configuration and what is known of the two systems to what the planner is told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syncline_common.configuration.catalogue import compile_chain
from syncline_common.configuration.coercion import Inconvertible, coerce
from syncline_common.configuration.document import FieldRule, Flow, parse
from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.configuration.filters import Filter, compile_filter
from syncline_common.configuration.identifiers import with_ids
from syncline_common.configuration.places import RuleAt
from syncline_common.configuration.transforms import Chain
from syncline_common.schemas.values import Direction, FieldType, Side, Value, Values
from syncline_sync_worker.engine.guard import Guard
from syncline_sync_worker.engine.people import Directory, Known, People
from syncline_sync_worker.engine.rules import Converter, NoPartner, Policy, Rule, When
from syncline_sync_worker.engine.value_map import ValueMap

NOBODY: Mapping[Side, Iterable[Known]] = {Side.A: (), Side.B: ()}
PerSide = Mapping[Side, FieldFacts]


@dataclass(frozen=True, slots=True)
class FlowRules:
    """A flow as a run needs it. `flow` has what needs no compiling: comments, links, deletions, identity."""

    id: str
    flow: Flow
    rules: tuple[Rule, ...]
    filters: Mapping[Side, Filter | None]
    required: Mapping[Side, frozenset[str]]  # what a create on this side can't do without
    guard: Guard

    def admits(self, side: Side, values: Values) -> bool:
        """RecordRejected if a field that the filter needs was not read."""
        chosen = self.filters[side]
        return chosen is None or chosen.admits(values)

    def reads(self, side: Side) -> frozenset[str]:
        """The fields that planning needs to see; the filter's are named by its paths."""
        return frozenset(name for rule in self.rules if (name := rule.field(side)) is not None)


@dataclass(frozen=True, slots=True)
class Piped:
    chain: Chain

    def convert(self, value: Value, to: Side) -> Value:
        try:
            return self.chain.forward(value) if to is Side.B else self.chain.backward(value)
        except Inconvertible as fault:
            raise NoPartner(str(fault)) from fault


def compile_document(
    document: Any, surroundings: Surroundings, people: Mapping[Side, Iterable[Known]] = NOBODY
) -> tuple[FlowRules, ...]:
    """Of a document that has passed validation; Invalid or a filter's or transform's fault if it has not."""
    directories = {side: Directory(people[side]) for side in Side}
    return tuple(compile_flow(flow, surroundings, directories) for flow in parse(with_ids(document)).flows)


def compile_flow(flow: Flow, surroundings: Surroundings, directories: Mapping[Side, Directory]) -> FlowRules:
    if flow.id is None:
        raise ValueError("a flow is compiled with its ids: see with_ids")
    streams = {side: surroundings.stream(side, flow.end(side).stream) for side in Side}
    used = Counter((side, rule.field(side)) for rule in flow.fields for side in Side)
    people = People(
        directories, match=flow.people.match, table=flow.people.table, default=flow.people.default.given()
    )
    rules = (_compile_rule(flow, rule, streams, people, used) for rule in flow.fields)
    return FlowRules(
        flow.id,
        flow,
        tuple(it for it in rules if it is not None),
        {side: compile_filter(flow.end(side).filter) for side in Side},
        {side: _required(streams[side]) for side in Side},
        Guard(flow.guard.share, flow.guard.least),
    )


def _required(stream: StreamFacts | None) -> frozenset[str]:
    return frozenset(it.name for it in stream.fields if it.required_on_create) if stream else frozenset()


def _compile_rule(
    flow: Flow,
    rule: FieldRule,
    streams: Mapping[Side, StreamFacts | None],
    people: People,
    used: Mapping[tuple[Side, str | None], int],
) -> Rule | None:
    at = RuleAt((), rule, flow)
    if rule.id is None or at.direction is None:
        return None  # it writes nothing, ever
    facts = {side: _facts(streams[side], rule.field(side)) for side in Side}
    if at.one_side is not None:
        return _one_sided(rule, rule.id, at.one_side, at.direction, facts[at.one_side])
    return Rule(
        rule.id,
        rule.a,
        rule.b,
        facts[Side.A].type,
        facts[Side.B].type,
        at.direction,
        When(rule.when),
        _policy(flow, rule),
        _converter(rule, facts, people),
        _fitting(rule.default.given(), facts),
        shared=frozenset(side for side in Side if used[side, rule.field(side)] > 1),
    )


def _one_sided(rule: FieldRule, name: str, side: Side, direction: Direction, facts: FieldFacts) -> Rule:
    """Without a constant, its default is what a new record starts with."""
    value = rule.constant if rule.has_constant else rule.default.given().get(side)
    when = When(rule.when) if rule.has_constant else When.CREATE
    constant = _in_type(value, facts)
    return Rule(name, rule.a, rule.b, facts.type, facts.type, direction, when, constant=constant)


def _facts(stream: StreamFacts | None, name: str | None) -> FieldFacts:
    known = stream.by_name.get(name) if stream is not None and name is not None else None
    return known or FieldFacts(name or "")


def _policy(flow: Flow, rule: FieldRule) -> Policy:
    named = (flow.conflicts.fields.get(name) for name in (rule.id, rule.a, rule.b) if name)
    return Policy(next((it for it in named if it is not None), flow.conflicts.default))


def _converter(rule: FieldRule, facts: PerSide, people: People) -> Converter:
    if rule.values is not None:
        values = {_in_type(a, facts[Side.A]): _in_type(b, facts[Side.B]) for a, b in rule.values.items()}
        return ValueMap(values, _fitting(rule.otherwise.given(), facts))
    if not rule.convert and all(it.type is FieldType.PERSON for it in facts.values()):
        return people
    return Piped(compile_chain(rule.convert, facts[Side.A].type, facts[Side.B].type))


def _fitting(values: Mapping[Side, Value], facts: PerSide) -> dict[Side, Value]:
    return {side: _in_type(value, facts[side]) for side, value in values.items()}


def _in_type(value: Value, facts: FieldFacts) -> Value:
    """A document may say "2" for the number 2. What does not fit is left for the system to refuse."""
    if not isinstance(value, str):
        return value
    try:
        return coerce(value, FieldType.TEXT, facts.type)
    except Inconvertible:
        return value
