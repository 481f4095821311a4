"""Stable ids for flows and rules: given once, kept through renames, never given again."""

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any


def with_ids(document: Any, earlier: Iterable[Any] = ()) -> Any:
    """The document with an id for each flow and rule that has none; what is there already is left as it is.

    `earlier` are the connection's other versions: the id of what was deleted stays its own, because ledger and
    conflicts still speak of it. The same input gives the same ids. What is malformed is left to validation.
    """
    documents = [document, *earlier]
    flow_ids = _unused("f", (flow.get("id") for it in documents for flow in _parts(it, "flows")))
    if not isinstance(document, dict) or not isinstance(document.get("flows"), list):
        return document
    flows = [_named(flow, flow_ids) for flow in document["flows"]]
    return document | {"flows": [_with_rule_ids(flow, documents) for flow in flows]}


def has_ids(document: Any) -> bool:
    """Whether `with_ids` would leave it as it is."""
    flows = _parts(document, "flows")
    return all(it.get("id") is not None for flow in flows for it in (flow, *_parts(flow, "fields")))


def _with_rule_ids(flow: Any, documents: list[Any]) -> Any:
    if not isinstance(flow, dict) or not isinstance(flow.get("fields"), list):
        return flow
    same = [flow, *(it for one in documents for it in _parts(one, "flows") if it.get("id") == flow["id"])]
    rule_ids = _unused("r", (rule.get("id") for it in same for rule in _parts(it, "fields")))
    return flow | {"fields": [_named(rule, rule_ids) for rule in flow["fields"]]}


def _named(part: Any, ids: Iterator[str]) -> Any:
    if not isinstance(part, dict) or part.get("id") is not None:
        return part
    return {"id": next(ids)} | {key: it for key, it in part.items() if key != "id"}


def _unused(letter: str, used: Iterable[Any]) -> Iterator[str]:
    """After the highest: a number below it may have been somebody's once."""
    numbers = [int(found[1]) for it in used if (found := re.fullmatch(rf"{letter}(\d{{1,9}})", str(it)))]
    return (f"{letter}{number}" for number in count(max(numbers, default=0) + 1))


def _parts(holder: Any, key: str) -> list[dict[str, Any]]:
    inner = holder.get(key) if isinstance(holder, dict) else None
    return [it for it in inner if isinstance(it, dict)] if isinstance(inner, list) else []
