"""Fields of tickets: what a form says of them, and what may stand in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.freshworks.refusals import Fault, not_one_of, other_type, unexpected

DATE = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d(:?\d\d)?)?")


@dataclass(frozen=True, slots=True)
class FormField:
    """`attribute` is what a ticket calls it; custom ones lie apart."""

    id: int
    name: str
    label: str
    type: str
    attribute: str = ""
    required: bool = False
    choices: Any = None  # as the vendor writes them
    workspace: int | None = None  # the only one that has it

    @property
    def custom(self) -> bool:
        return not self.attribute


TYPES: Mapping[str, type | tuple[type, ...]] = {
    "custom_text": str,
    "custom_paragraph": str,
    "custom_checkbox": bool,
    "custom_number": int,
    "custom_decimal": (int, float),
    "custom_date": str,
    "custom_dropdown": str,
    "nested_field": str,
}
NAMES = {str: "String", bool: "Boolean", int: "Integer", (int, float): "Number"}


def faults_of_custom(given: Any, fields: Sequence[FormField]) -> Iterator[Fault]:
    """Empty is `null`."""
    if not isinstance(given, Mapping):
        yield other_type("custom_fields", "key/value pair")
        return
    known = {it.name: it for it in fields if it.custom}
    for name, value in given.items():
        field = known.get(name)
        if field is None:
            yield unexpected(name)
        elif value is not None:
            yield from _of_one(field, value)


def _of_one(field: FormField, value: Any) -> Iterator[Fault]:
    wanted = TYPES[field.type]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        yield other_type(field.name, NAMES.get(wanted, "String"))
    elif field.type == "custom_dropdown" and value not in _words(field.choices):
        yield not_one_of(field.name, _words(field.choices))
    elif field.type == "custom_date" and not DATE.fullmatch(str(value)):
        yield other_type(field.name, "Date in YYYY-MM-DD format")


def _words(choices: Sequence[Any]) -> list[str]:
    return [str(it["value"] if isinstance(it, Mapping) else it) for it in choices]
