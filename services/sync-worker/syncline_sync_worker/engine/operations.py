"""The operations of a plan: plain data, comparable, with a stable JSON form and one line each for people."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from syncline_common.schemas.values import UNSET, Side, Value

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Write:
    rule_id: str
    side: Side
    field: str
    value: Value
    old: Value  # what it replaces, for the ledger and the guard
    source: Value  # the other side's own value, its new base
    expected: bool = True  # `old` is what the side's base said: nobody's edit is replaced


@dataclass(frozen=True, slots=True)
class Adopt:
    """Both sides say the same already: remember it as their bases, write nothing."""

    rule_id: str
    a: Value
    b: Value


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed. With a winner there is a Write, too; without one a person decides."""

    rule_id: str
    a: Value
    b: Value
    winner: Side | None
    base_a: Value = UNSET  # UNSET before the first agreement
    base_b: Value = UNSET


@dataclass(frozen=True, slots=True)
class Freeze:
    """A write that was left out, because the field does not round-trip: it would go back and forth for ever."""

    rule_id: str
    side: Side
    field: str
    value: Value
    old: Value


Operation = Write | Adopt | Conflict | Freeze
KINDS: Mapping[str, type[Operation]] = {
    "write": Write,
    "adopt": Adopt,
    "conflict": Conflict,
    "freeze": Freeze,
}
NAMES = {kind: name for name, kind in KINDS.items()}
READS: Mapping[str, Callable[[Any], Any]] = {
    "side": Side,
    "winner": lambda it: None if it is None else Side(it),
}


def to_json(operation: Operation) -> dict[str, Any]:
    """What is UNSET is left out: JSON has no word for it."""
    values = {it.name: getattr(operation, it.name) for it in fields(operation)}
    told = {name: it.value if isinstance(it, Side) else it for name, it in values.items() if it is not UNSET}
    return {"kind": NAMES[type(operation)], **told}


def shown(operation: Operation) -> dict[str, Any]:
    """For people's eyes: what was there, and what is there then. UNSET is left out."""
    told = to_json(operation)
    if isinstance(operation, Write):
        names = {
            "kind": "kind",
            "rule_id": "rule_id",
            "side": "side",
            "field": "field",
            "old": "before",
            "value": "after",
        }
        return {names[name]: it for name, it in told.items() if name in names}
    return told


def from_json(told: Mapping[str, Any]) -> Operation:
    kind = KINDS[told["kind"]]
    return kind(**{name: READS.get(name, lambda it: it)(it) for name, it in told.items() if name != "kind"})


def line(operation: Operation) -> str:
    """For people: a test run's list, a log, a failing test."""
    match operation:
        case Write(side=side, field=name, value=value, old=old):
            return f"{side}.{name}: {_short(old)} -> {_short(value)}"
        case Adopt(a=a, b=b):
            return f"{operation.rule_id}: agreed on {_short(a)} | {_short(b)}"
        case Conflict(a=a, b=b, winner=winner):
            return f"{operation.rule_id}: conflict {_short(a)} | {_short(b)}, {winner or 'nobody'} wins"
        case Freeze(side=side, field=name, value=value):
            return f"{side}.{name}: frozen, {_short(value)} does not round-trip"


def _short(value: Value) -> str:
    text = "unset" if value is UNSET else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
