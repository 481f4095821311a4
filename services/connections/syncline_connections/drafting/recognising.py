"""Recognises flows and rules that come without their ids, so that a document kept in a file stays the same connection."""

from collections.abc import Callable, Iterator
from typing import Any

Part = dict[str, Any]


def with_known_ids(document: Any, current: Any) -> Any:
    """A flow is the one of its name, else the one between its record types; a rule the one of its fields.

    What fits more than one is left without: it gets a new id rather than another's.
    """
    flows = _parts(document, "flows")
    if not flows:
        return document
    known = _known(flows, _parts(current, "flows"), (_name, _streams))
    return document | {"flows": [_flow(it, known.get(number)) for number, it in enumerate(document["flows"])]}


def _flow(flow: Any, known: Part | None) -> Any:
    if not isinstance(flow, dict):
        return flow
    named = {"id": known["id"]} | flow if known and flow.get("id") is None else flow
    rules = _parts(flow, "fields")
    if known is None or not rules:
        return named
    same = _known(rules, _parts(known, "fields"), (_fields,))
    fields = [
        {"id": same[number]["id"]} | it if number in same and it.get("id") is None else it
        for number, it in enumerate(flow["fields"])
    ]
    return named | {"fields": fields}


def _known(
    parts: list[Part], current: list[Part], ways: tuple[Callable[[Part], Any], ...]
) -> dict[int, Part]:
    """By the number of the part; the first way that tells one from all others decides."""
    by_id = {it["id"]: it for it in current if isinstance(it.get("id"), str)}
    found = {
        number: by_id[it["id"]]
        for number, it in enumerate(parts)
        if isinstance(it.get("id"), str) and it["id"] in by_id
    }
    for way in ways:
        left = [it for it in by_id.values() if not any(it is one for one in found.values())]
        open_ = [
            (number, it) for number, it in enumerate(parts) if number not in found and it.get("id") is None
        ]
        found |= dict(_paired(open_, left, way))
    return found


def _paired(
    parts: list[tuple[int, Part]], current: list[Part], way: Callable[[Part], Any]
) -> Iterator[tuple[int, Part]]:
    for number, part in parts:
        key = way(part)
        alike = [it for it in current if way(it) == key]
        rivals = [it for _, it in parts if way(it) == key]
        if key is not None and len(alike) == len(rivals) == 1:
            yield number, alike[0]


def _name(flow: Part) -> Any:
    name = flow.get("name")
    return name if isinstance(name, str) and name else None


def _streams(flow: Part) -> Any:
    ends = [flow.get(side) for side in ("a", "b")]
    if not all(isinstance(it, dict) for it in ends):
        return None
    streams = tuple(it.get("stream") for it in ends if isinstance(it, dict))
    return streams if all(isinstance(it, str) for it in streams) else None


def _fields(rule: Part) -> Any:
    pair = rule.get("a"), rule.get("b")
    return pair if any(isinstance(it, str) for it in pair) else None


def _parts(holder: Any, key: str) -> list[Part]:
    """All of them, or none: numbers have to fit the document."""
    inner = holder.get(key) if isinstance(holder, dict) else None
    return inner if isinstance(inner, list) and all(isinstance(it, dict) for it in inner) else []
