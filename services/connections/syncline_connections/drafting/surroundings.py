"""What both systems have, as far as a configuration speaks of it; asked of the registry, which keeps it for a while."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.errors import RemoteError
from syncline_common.schemas.values import Side
from syncline_connections.drafting.kept import Facts

MOST_PROJECTS = 10  # asked for their fields, of one stream
Wanted = Mapping[str, Sequence[str]]  # projects by stream


@dataclass(frozen=True, slots=True)
class Place:
    """A system of a network, to be asked."""

    account_id: UUID
    network_id: UUID
    system_id: UUID
    kind: str
    name: str

    @property
    def key(self) -> tuple[UUID, UUID, UUID]:
        return self.account_id, self.network_id, self.system_id


@dataclass(frozen=True, slots=True)
class Known:
    """What could be found out, and why a side could not be asked."""

    surroundings: Surroundings
    unchecked: Mapping[Side, str]


async def surroundings_of(registry: Facts, places: Mapping[Side, Place], document: Any) -> Known:
    """The streams of both, with the fields of those that the document names."""
    asked = [_asked(registry, places[side], wanted_in(document, side)) for side in Side]
    a, b = await asyncio.gather(*asked)
    unchecked = {side: it for side, it in ((Side.A, a), (Side.B, b)) if isinstance(it, str)}
    sides = [None if isinstance(it, str) else it for it in (a, b)]
    return Known(Surroundings(sides[0], sides[1]), unchecked)


async def known_streams(registry: Facts, place: Place) -> tuple[StreamFacts, ...]:
    return tuple(await registry.streams(*place.key))


async def with_fields(
    registry: Facts, place: Place, stream: StreamFacts, projects: Sequence[str]
) -> StreamFacts:
    """What all of the projects have in common: a rule holds in each of them."""
    named: Sequence[str | None] = [it for it in projects if it in stream.projects][:MOST_PROJECTS]
    asked = [registry.fields(*place.key, stream.name, it) for it in (named or (None,))]
    return replace(stream, fields=in_common(await asyncio.gather(*asked)))


def in_common(found: Sequence[Sequence[FieldFacts]]) -> tuple[FieldFacts, ...]:
    """What one needs is needed, what one can't be given can't be written, what one offers may be met."""
    first, *others = found
    if not others:
        return tuple(first)
    named = [{it.name: it for it in one} for one in others]
    return tuple(
        _joined(it, [one[it.name] for one in named]) for it in first if all(it.name in one for one in named)
    )


def wanted_in(document: Any, side: Side) -> dict[str, list[str]]:
    """However malformed the document is."""
    wanted = dict[str, list[str]]()
    flows = document.get("flows") if isinstance(document, dict) else None
    for flow in flows if isinstance(flows, list) else []:
        end = flow.get(side.value) if isinstance(flow, dict) else None
        if isinstance(end, dict) and isinstance(name := end.get("stream"), str):
            projects = end.get("projects")
            listed = projects if isinstance(projects, list) else []
            wanted.setdefault(name, []).extend(it for it in listed if isinstance(it, str))
    return wanted


async def _asked(registry: Facts, place: Place, wanted: Wanted) -> tuple[StreamFacts, ...] | str:
    try:
        streams = await known_streams(registry, place)
        asked = [
            with_fields(registry, place, it, wanted[it.name]) if it.name in wanted else _as_it_is(it)
            for it in streams
        ]
        return tuple(await asyncio.gather(*asked))
    except RemoteError as exc:
        return f"{place.name} could not be asked: {exc.message}"


async def _as_it_is(stream: StreamFacts) -> StreamFacts:
    return stream


def _joined(field: FieldFacts, others: Sequence[FieldFacts]) -> FieldFacts:
    every = (field, *others)
    choices = None
    if all(it.choices is not None for it in every):
        choices = tuple(dict.fromkeys(value for it in every for value in it.choices or ()))
    return replace(
        field,
        writable=all(it.writable for it in every),
        required_on_create=any(it.required_on_create for it in every),
        nullable=all(it.nullable for it in every),
        choices=choices,
        choice_labels={value: label for it in reversed(every) for value, label in it.choice_labels.items()},
    )
