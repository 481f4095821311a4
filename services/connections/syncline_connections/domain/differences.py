"""What differs between two configurations, field by field; flows and rules are the same if their ids are."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Pointer = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """`pointer` leads into the later document; for what was removed, into the earlier one."""

    pointer: str
    change: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


def same(one: Any, other: Any) -> bool:
    """As JSON: 1 is not true, and the order of keys says nothing."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def differences(before: Any, after: Any) -> list[Difference]:
    return list(_between((), before, after))


def _between(place: Pointer, before: Any, after: Any) -> Iterator[Difference]:
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_mappings(place, before, after)
    elif _have_ids(before) and _have_ids(after):
        yield from _of_parts(place, before, after)
    else:
        yield Difference(_text(place), "changed", before, after)


def _of_mappings(place: Pointer, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for name in {**before, **after}:
        here = (*place, name)
        if name not in after:
            yield Difference(_text(here), "removed", before=before[name])
        elif name not in before:
            yield Difference(_text(here), "added", after=after[name])
        else:
            yield from _between(here, before[name], after[name])


def _of_parts(place: Pointer, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    were = {it["id"]: it for it in before}
    are = {it["id"] for it in after}
    for number, it in enumerate(before):
        if it["id"] not in are:
            yield Difference(_text((*place, number)), "removed", before=it)
    for number, it in enumerate(after):
        here = (*place, number)
        if it["id"] in were:
            yield from _between(here, were[it["id"]], it)
        else:
            yield Difference(_text(here), "added", after=it)
    yield from _order(place, [it for it in were if it in are], [it["id"] for it in after if it["id"] in were])


def _order(place: Pointer, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    if before != after:
        yield Difference(_text(place), "changed", {"order": before}, {"order": after})


def _have_ids(parts: Any) -> bool:
    """Each its own: a list of anything else is compared as a whole."""
    if not isinstance(parts, list) or not all(isinstance(it, dict) for it in parts):
        return False
    ids = [it.get("id") for it in parts]
    return all(isinstance(it, str) for it in ids) and len(set(ids)) == len(ids)


def _text(place: Pointer) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
