"""What a pair's outcome under the published version and under the draft differ in, field by field."""

import json
from collections.abc import Mapping
from typing import Any

from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.engine.operations import Adopt, Write
from syncline_sync_worker.work.stage import Pair, Played

IN_NO_FLOW = "none of its flows has it"
SAID = {
    "create": "would be created",
    "match": "would be linked",
    "update": "would be updated",
    "unchanged": "would stay as it is",
    "ignored": "would not be followed",
    "set_aside": "would be set aside",
    "later": "would wait",
}


def differing(flow_id: str, pair: Pair, published: Played | None, draft: Played | None) -> Outcome | None:
    """None: whatever the difference of the two, this record would not notice."""
    if _effect(published) == _effect(draft):
        return None
    told = {"published": _told(published), "draft": _told(draft)}
    records: dict[str, Any] = {}
    for it in (published, draft):
        for side, fields in (it.shown()["records"] if it else {}).items():
            records[side] = {**records.get(side, {}), **fields}
    detail = {
        "records": records,
        "operations": told["draft"]["operations"],
        "trouble": told["draft"]["trouble"],
        "fields": _fields(published, draft),
        **told,
    }
    reason = f"published: {_said(published)}; draft: {_said(draft)}"
    link_id = pair.link.id if pair.link else None
    return Outcome(flow_id, pair.side, pair.ref, told["draft"]["action"], reason, link_id, detail)


def _effect(played: Played | None) -> object:
    """What anybody would see of it, in a form that can be compared."""
    if played is None or played.action == "ignored":
        return "ignored"
    trouble = played.trouble.cause if played.trouble else None
    partner = played.reason if played.action == "match" else None
    seen = {_seen(it) for it in played.shown()["operations"] if it["kind"] != Adopt.__name__.lower()}
    return played.action, trouble, partner, seen


def _seen(operation: Mapping[str, Any]) -> str:
    """A rule's name is not seen in what it writes."""
    of_write = operation["kind"] == Write.__name__.lower()
    told = {name: it for name, it in operation.items() if name != "rule_id"} if of_write else operation
    return json.dumps(told, sort_keys=True)


def _told(played: Played | None) -> dict[str, Any]:
    if played is None:
        return {"action": "ignored", "reason": IN_NO_FLOW, "operations": [], "trouble": None}
    shown = played.shown()
    return {
        "action": played.action,
        "reason": played.reason,
        "operations": shown["operations"],
        "trouble": shown["trouble"],
    }


def _said(played: Played | None) -> str:
    if played is None:
        return f"{SAID['ignored']}, {IN_NO_FLOW}"
    said = SAID.get(played.action, played.action)
    return f"{said}, {played.reason}" if played.reason else said


def _fields(published: Played | None, draft: Played | None) -> list[dict[str, Any]]:
    """Those that the two would leave with different values. A version that would not write one is left out."""
    found: dict[tuple[Side, str], dict[str, Any]] = {}
    for name, played in (("published", published), ("draft", draft)):
        for it in played.operations if played else ():
            if isinstance(it, Write):
                place = {"side": it.side.value, "field": it.field, "before": it.old}
                found.setdefault((it.side, it.field), place)[name] = it.value
    rows = [found[it] for it in sorted(found)]
    return [it for it in rows if "published" not in it or "draft" not in it or it["published"] != it["draft"]]
