"""Everything that is wrong with a document, at once: its form, and what the two systems have to say to it."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from syncline_common.configuration.document import Document, FieldRule, Flow
from syncline_common.configuration.facts import Surroundings
from syncline_common.configuration.flow_checks import flow_problems
from syncline_common.configuration.places import FlowAt, RuleAt
from syncline_common.configuration.problems import Place, Problem, problem, problems_of
from syncline_common.configuration.rule_checks import rule_problems


def validate(document: Any, surroundings: Surroundings | None = None) -> list[Problem]:
    """In the order of the document. Without surroundings, what needs no vendor is still checked.

    A flow or rule whose form is wrong does not hide what is wrong with the others.
    """
    found = _of_form(document)
    flows = list(_readable(document, [place for place, _ in found]))
    known = surroundings or Surroundings()
    problems = [it for _, it in found]
    problems += _of_ids(flows)
    for flow in flows:
        a, b = (known.stream(side, flow.flow.end(side).stream) for side in flow.sides)
        problems += flow_problems(flow, known)
        problems += rule_problems(flow, a, b)
    return problems


def _of_form(document: Any) -> list[tuple[Place, Problem]]:
    try:
        Document.model_validate(document)
    except ValidationError as error:
        return problems_of(error)
    return []


def _readable(document: Any, broken: list[Place]) -> Iterator[FlowAt]:
    """The flows and rules that can be understood, each with its place in the document as it was sent."""
    flows = document.get("flows") if isinstance(document, dict) else None
    for number, raw in enumerate(flows if isinstance(flows, list) else []):
        if not isinstance(raw, dict):
            continue
        inside = [place[2:] for place in broken if place[:2] == ("flows", number)]
        rules = _readable_rules(
            raw, {place[1] for place in inside if place[:1] == ("fields",) and len(place) > 1}
        )
        bare = {
            key: it
            for key, it in raw.items()
            if key != "fields" and key not in {it[0] for it in inside if it}
        }
        try:
            flow = Flow.model_validate(bare)
        except ValidationError:
            continue
        place: Place = ("flows", number)
        found = tuple(RuleAt((*place, "fields", at), rule, flow) for at, rule in rules)
        yield FlowAt(place, flow, found, complete=not any(it[:1] == ("fields",) for it in inside))


def _readable_rules(flow: dict[str, Any], broken: set[str | int]) -> list[tuple[int, FieldRule]]:
    fields = flow.get("fields")
    numbered = enumerate(fields if isinstance(fields, list) else [])
    return [(at, FieldRule.model_validate(raw)) for at, raw in numbered if at not in broken]


def _of_ids(flows: list[FlowAt]) -> Iterator[Problem]:
    yield from _repeated([(flow.place, flow.flow.id) for flow in flows])
    for flow in flows:
        yield from _repeated([(rule.place, rule.rule.id) for rule in flow.rules])


def _repeated(ids: list[tuple[Place, str | None]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, name in ids:
        if name in seen:
            yield problem(
                (*place, "id"), f"{name} is the id of another one.", "Leave the id out to get a new one."
            )
        if name is not None:
            seen.add(name)
