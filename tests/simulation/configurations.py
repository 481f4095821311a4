"""The configurations that histories run under, and what they ask for: by hand, not by the product's compiler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncline_common.schemas.values import Direction, Side, Value

STATES = {"New": "1", "Active": "2", "Resolved": "6", "Closed": "6"}  # two become one
STATES_BACK = {"1": "New", "2": "Active", "6": "Resolved"}
PEOPLE = {"ada@alder.example": "ada.l", "bob@alder.example": "bob.m"}
PEOPLE_BACK = {b: a for a, b in PEOPLE.items()}
UNMAPPED = object()
CONSTANTS = ("category", "u_team")  # of a create in b


@dataclass(frozen=True, slots=True)
class Variant:
    direction: Direction = Direction.BOTH
    creates: str = "both"
    policy: str = "latest"
    otherwise: bool = True  # a state without a partner becomes another one; else its record is set aside
    comments: bool = True
    every: int = 10

    def creates_in(self, side: Side) -> bool:
        return self.direction.into(side) and self.creates in ("both", f"in_{side}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A pair of fields, and what each side's value is called on the other."""

    a: str
    b: str
    direction: Direction
    to_b: Callable[[Value], Value]
    to_a: Callable[[Value], Value]

    def field(self, side: Side) -> str:
        return self.a if side is Side.A else self.b

    def convert(self, value: Value, to: Side) -> Value:
        return self.to_b(value) if to is Side.B else self.to_a(value)


def mapped(variant: Variant) -> list[Mapped]:
    def both(
        a: str, b: str, to_b: Callable[[Value], Value] = _same, to_a: Callable[[Value], Value] = _same
    ) -> Mapped:
        return Mapped(a, b, variant.direction, to_b, to_a)

    other_a, other_b = ("Active", "2") if variant.otherwise else (UNMAPPED, UNMAPPED)
    priority = Direction.A_TO_B if variant.direction is Direction.BOTH else variant.direction
    return [
        both("Key", "correlation"),
        both("Title", "short_description"),
        both("Description", "description"),
        both("State", "state", _through(STATES, other_b), _through(STATES_BACK, other_a)),
        Mapped("Priority", "priority", priority, _same, _same),
        both("AssignedTo", "assigned_to", _through(PEOPLE, None), _through(PEOPLE_BACK, None)),
    ]


def document(variant: Variant, version: int) -> dict[str, Any]:
    """As in configuration.md. The constants say which version a create was made under."""
    state: dict[str, Any] = {"a": "State", "b": "state", "values": STATES}
    if variant.otherwise:
        state["otherwise"] = {"a": "Active", "b": "2"}
    fields: list[dict[str, Any]] = [
        {"a": "Key", "b": "correlation"},
        {"a": "Title", "b": "short_description"},
        {"a": "Description", "b": "description"},
        state,
        {"a": "Priority", "b": "priority"},
        {"a": "AssignedTo", "b": "assigned_to"},
    ]
    if variant.direction is Direction.BOTH:
        fields[4]["direction"] = "a_to_b"
    if variant.direction.into(Side.B):
        fields += [{"b": name, "constant": f"v{version}", "when": "create"} for name in CONSTANTS]
    comments = "both" if variant.comments else "none"
    flow = {
        "id": "f1",
        "name": "Bugs and incidents",
        "a": {"stream": "Bug", "projects": [], "filter": ""},
        "b": {"stream": "incident", "projects": [], "filter": ""},
        "direction": str(variant.direction),
        "creates": variant.creates,
        "identity": {"policy": "create"},
        "fields": fields,
        "people": {"match": [], "table": PEOPLE, "default": {"a": None, "b": None}},
        "comments": {"public": comments, "internal": "none"},
        "conflicts": {"default": variant.policy},
        "when_deleted_in": {"a": "ignore", "b": "ignore"},
    }
    return {"version": 1, "schedule": {"every": f"{variant.every}s", "webhooks": True}, "flows": [flow]}


def _same(value: Value) -> Value:
    return value


def _through(table: dict[str, str], otherwise: Value) -> Callable[[Value], Value]:
    return lambda value: None if value is None else table.get(value, otherwise)
