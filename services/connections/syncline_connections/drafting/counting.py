"""How many records are in scope of each flow, as far as both vendors can count; and what the numbers leave out."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_common.configuration.conditions import Scope, conditions_in
from syncline_common.errors import SynclineError
from syncline_common.schemas.values import Side
from syncline_connections.drafting.surroundings import Place
from syncline_connections.registry import Registry

MOST_FLOWS = 20  # that are counted: each costs a few requests of a small budget
NO_STREAM = "No record type is chosen"
TOO_MANY = f"Only the first {MOST_FLOWS} flows are counted"


@dataclass(frozen=True, slots=True)
class Estimate:
    records: int | None
    reason: str | None = None
    at_least: bool = False
    left_out: Sequence[str] = ()


async def estimates(registry: Registry, places: Mapping[Side, Place], document: Any) -> list[dict[str, Any]]:
    """Side by side; one after the other at one system, so that a long document does not storm it."""
    flows = document.get("flows") if isinstance(document, dict) else None
    named = [it for it in flows if isinstance(it, dict)] if isinstance(flows, list) else []
    a, b = await asyncio.gather(*(_of_side(registry, places[side], side, named) for side in Side))
    ids = [str(it.get("id", "")) for it in named]
    return [{"flow": id, "a": one, "b": other} for id, one, other in zip(ids, a, b, strict=True)]


async def _of_side(
    registry: Registry, place: Place, side: Side, flows: Sequence[dict[str, Any]]
) -> list[Estimate]:
    counted = [await _estimate(registry, place, it.get(side.value)) for it in flows[:MOST_FLOWS]]
    return counted + [Estimate(None, TOO_MANY)] * (len(flows) - len(counted))


async def _estimate(registry: Registry, place: Place, end: Any) -> Estimate:
    stream = end.get("stream") if isinstance(end, dict) else None
    if not isinstance(stream, str) or not stream:
        return Estimate(None, NO_STREAM)
    listed, source = end.get("projects"), end.get("filter")
    projects = [it for it in listed if isinstance(it, str)] if isinstance(listed, list) else []
    conditions, rest = conditions_in(source) if isinstance(source, str) else ((), ())
    try:
        found = await registry.count(place.key, Scope(stream, tuple(projects), conditions))
    except SynclineError as error:
        return Estimate(None, f"{place.name}: {error.message}")
    return Estimate(found.records, None, found.at_least, (*found.left_out, *rest))
