"""Whether a configuration may be published: all that is wrong with it, as the two systems are."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_common.configuration.facts import Surroundings
from syncline_common.configuration.problems import Problem, problem
from syncline_common.configuration.validation import validate
from syncline_common.schemas.values import Side
from syncline_connections.drafting.kept import Facts
from syncline_connections.drafting.surroundings import Place, surroundings_of


@dataclass(frozen=True, slots=True)
class Judged:
    problems: tuple[Problem, ...]
    unchecked: Mapping[Side, str] = field(default_factory=dict)  # sides that could not be asked, and why


async def problems_in(registry: Facts, places: Mapping[Side, Place], document: Any) -> Judged:
    known = await surroundings_of(registry, places, document)
    found = await asyncio.to_thread(_judge, document, known.surroundings, _is_one_system(places))
    return Judged(tuple(found), known.unchecked)


def _judge(document: Any, known: Surroundings, one_system: bool) -> list[Problem]:
    own = [*_nothing_flows(document), *_projects_to_choose(document, known)]
    return [*validate(document, known), *own, *(_into_itself(document) if one_system else ())]


def _is_one_system(places: Mapping[Side, Place]) -> bool:
    return places[Side.A].system_id == places[Side.B].system_id


def _nothing_flows(document: Any) -> Iterator[Problem]:
    if not list(_flows(document)):
        yield problem(
            ("flows",), "There is no flow yet.", "Pair a record type of one system with the other's."
        )


def _projects_to_choose(document: Any, known: Surroundings) -> Iterator[Problem]:
    """A record is created in a project; with several, one has to be named."""
    for number, flow in _flows(document):
        for side in Side:
            end = flow.get(side.value)
            if not isinstance(end, dict) or end.get("projects") or not isinstance(end.get("stream"), str):
                continue
            stream = known.stream(side, end["stream"])
            if stream is not None and len(stream.projects) > 1:
                place = ("flows", number, side.value, "projects")
                yield problem(place, f"Choose projects of side {side}.", f"Such as {stream.projects[0]}.")


def _into_itself(document: Any) -> Iterator[Problem]:
    """Two projects of one system may be kept in step; a record never with itself."""
    for number, flow in _flows(document):
        a, b = (flow.get(side.value) for side in Side)
        if not isinstance(a, dict) or not isinstance(b, dict) or a.get("stream") != b.get("stream"):
            continue
        if not a.get("projects") or not b.get("projects") or set(a["projects"]) & set(b["projects"]):
            message = "Both sides are the same system, so their projects have to differ."
            yield problem(("flows", number, "b", "projects"), message, "Choose other projects for side b.")


def _flows(document: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    flows = document.get("flows") if isinstance(document, dict) else None
    for number, flow in enumerate(flows if isinstance(flows, list) else []):
        if isinstance(flow, dict):
            yield number, flow
