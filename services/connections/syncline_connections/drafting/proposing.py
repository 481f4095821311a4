"""Proposes rules: by name, meaning and type, each one that validation accepts; what a person made is never touched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_common.configuration.coercion import fit
from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.configuration.identifiers import with_ids
from syncline_common.configuration.validation import validate
from syncline_common.schemas.values import Side, Value
from syncline_connections.drafting.kept import Facts
from syncline_connections.drafting.likeness import Candidate, best_pair, candidates
from syncline_connections.drafting.meanings import plain, same_choice
from syncline_connections.drafting.surroundings import Place, surroundings_of, with_fields

WAYS = ("both", "a_to_b", "b_to_a")
LEAST_ADDED = 0.8  # what is less alike is shown, and left to a person
NEEDS_A_PERSON = "Needs a person: there is no way to convert it by itself"


@dataclass(frozen=True, slots=True)
class Proposal:
    flow: str
    a: str
    b: str
    score: float
    reasons: tuple[str, ...]
    added: bool
    rule: dict[str, Any] | None = None
    why_not: str | None = None


async def first_document(
    registry: Facts,
    places: Mapping[Side, Place],
    known: Mapping[Side, Sequence[StreamFacts]],
    template: str,
) -> dict[str, Any]:
    """A flow between the record types that most probably belong together, with what can be mapped by itself."""
    document: dict[str, Any] = {"version": 1, "schedule": {"every": "60s", "webhooks": True}, "flows": []}
    pair = best_pair(template, known[Side.A], known[Side.B])
    if pair is None:
        return document
    ends = {
        side: await with_fields(registry, places[side], stream, stream.projects)
        for side, stream in zip(Side, pair, strict=True)
    }
    flow: dict[str, Any] = {"id": "f1", "name": " and ".join(it.label or it.name for it in pair)}
    for side, stream in ends.items():
        flow[side.value] = {"stream": stream.name, "projects": _only_project(stream), "filter": ""}
    flow |= {"direction": "both", "creates": "both", "identity": {"policy": "create"}, "fields": []}
    flow["fields"] = [it.rule for it in proposals(flow, ends[Side.A], ends[Side.B]) if it.added]
    found: dict[str, Any] = with_ids(document | {"flows": [flow]})
    return found


async def proposed(
    registry: Facts, places: Mapping[Side, Place], document: dict[str, Any], earlier: Sequence[Any]
) -> tuple[dict[str, Any], list[Proposal]]:
    """The document with what could be added to each of its flows, and every proposal with its score."""
    known = (await surroundings_of(registry, places, document)).surroundings
    flows, told = [], list[Proposal]()
    listed = document.get("flows")
    for flow in listed if isinstance(listed, list) else []:
        a, b = (_stream(known, flow, side) for side in Side)
        found = proposals(flow, a, b) if a is not None and b is not None else []
        told += found
        rules = [it.rule for it in found if it.added]
        flows.append(flow | {"fields": [*flow.get("fields", []), *rules]} if rules else flow)
    if not any(it.added for it in told):
        return document, told
    return with_ids(document | {"flows": flows}, earlier), told


def proposals(flow: dict[str, Any], a: StreamFacts, b: StreamFacts) -> list[Proposal]:
    """For the fields that no rule speaks of."""
    named = _named(flow)
    if named is None:
        return []
    free = [
        [it for it in stream.fields if it.name not in named[side]]
        for side, stream in ((Side.A, a), (Side.B, b))
    ]
    return [_proposal(flow, it, a, b) for it in candidates(*free)]


def _proposal(flow: dict[str, Any], it: Candidate, a: StreamFacts, b: StreamFacts) -> Proposal:
    told = (str(flow.get("id", "")), it.a.name, it.b.name, it.score, it.reasons)
    rule = next((rule for rule in _rules(it, flow) if _is_sound(rule, flow, a, b)), None)
    if rule is None:
        return Proposal(*told, added=False, why_not=NEEDS_A_PERSON)
    if it.score < LEAST_ADDED:
        return Proposal(*told, added=False, rule=rule, why_not="Not alike enough to be added by itself")
    return Proposal(*told, added=True, rule=rule)


def _rules(it: Candidate, flow: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The ways in which it could be mapped, the fullest first."""
    base = {"a": it.a.name, "b": it.b.name}
    values = _value_map(it.a, it.b)
    hint = fit(it.a.type, it.b.type).hint
    for way in WAYS if flow.get("direction", "both") == "both" else (flow["direction"],):
        directed = base if way == flow.get("direction", "both") else {**base, "direction": way}
        mapped = {**directed, "values": values}
        renames = values is not None and any(name != str(it) for name, it in values.items())
        yield from [mapped, directed] if renames else [directed]
        if hint:
            yield {**directed, "convert": [hint]}


def _is_sound(rule: dict[str, Any], flow: Mapping[str, Any], a: StreamFacts, b: StreamFacts) -> bool:
    """As validation sees it, alone in a flow of its own."""
    ends = {side.value: {"stream": it.name} for side, it in ((Side.A, a), (Side.B, b))}
    alone = {**ends, "direction": flow.get("direction", "both"), "creates": "none", "fields": [rule]}
    return not validate({"version": 1, "flows": [alone]}, Surroundings((a,), (b,)))


def _value_map(a: FieldFacts, b: FieldFacts) -> dict[str, Any] | None:
    """Of choices that are called alike, by what people call them; None unless each of a's has a partner."""
    if not a.choices or not b.choices:
        return None
    found = dict[str, Any]()
    for value in a.choices:
        ranked = [(rank, it) for it in b.choices if (rank := _choice_rank(a, value, b, it)) is not None]
        if not ranked:
            return None
        found[str(value)] = min(ranked, key=lambda it: it[0])[1]
    return found


def _choice_rank(a: FieldFacts, one: Value, b: FieldFacts, other: Value) -> int | None:
    """The same name, the same code where not both have names of their own, a word for the same, the same code."""
    names = a.choice_name(one), b.choice_name(other)
    same_code = str(one) == str(other)
    both_named = str(one) in a.choice_labels and str(other) in b.choice_labels
    ranks = (plain(names[0]) == plain(names[1]), same_code and not both_named, same_choice(*names), same_code)
    return next((rank for rank, holds in enumerate(ranks) if holds), None)


def _named(flow: Any) -> dict[Side, set[Any]] | None:
    """The fields that its rules speak of; None if they can't be read."""
    rules = flow.get("fields", []) if isinstance(flow, dict) else None
    if not isinstance(rules, list) or not all(isinstance(it, dict) for it in rules):
        return None
    return {
        side: {it.get(side.value) for it in rules if isinstance(it.get(side.value), str)} for side in Side
    }


def _stream(known: Surroundings, flow: Any, side: Side) -> StreamFacts | None:
    end = flow.get(side.value) if isinstance(flow, dict) else None
    name = end.get("stream") if isinstance(end, dict) else None
    return known.stream(side, name) if isinstance(name, str) else None


def _only_project(stream: StreamFacts) -> list[str]:
    return list(stream.projects) if len(stream.projects) == 1 else []
