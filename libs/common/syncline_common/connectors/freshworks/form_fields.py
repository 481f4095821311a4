"""Fields of the ticket form as facts. What may be chosen comes in four shapes, by the field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncline_common.configuration.facts import FieldFacts
from syncline_common.connectors.freshworks.client import Wire
from syncline_common.connectors.freshworks.product import Product
from syncline_common.connectors.freshworks.records import CUSTOM, PEOPLE, TAGS
from syncline_common.schemas.values import FieldType

TYPES = {
    "description": FieldType.RICH_TEXT,
    "paragraph": FieldType.TEXT,
    "checkbox": FieldType.BOOLEAN,
    "number": FieldType.NUMBER,
    "decimal": FieldType.NUMBER,
    "date": FieldType.DATE,
    "date_time": FieldType.INSTANT,
    "dropdown": FieldType.CHOICE,
    "multi_select_dropdown": FieldType.LIST,
}
CHOSEN = frozenset(
    {"nested_field", "ticket_type", "source", "status", "priority", "group", "product"}
    | {"urgency", "impact", "department", "category", "sub_category", "item_category"}
)
WORDS = frozenset({"ticket_type", "category", "sub_category", "item_category"})
GIVEN_A_VALUE = frozenset({"requester_id", "status", "priority", "source"})  # if nobody says otherwise
KEPT = (
    ("due_by", "Due by", FieldType.INSTANT),
    ("fr_due_by", "First response due by", FieldType.INSTANT),
)
MARKER_NAMES = ("cf_syncline_id", "syncline_id")


def facts_of(fields: Sequence[Wire], product: Product, marker_field: str | None) -> list[FieldFacts]:
    """With what tickets have and their form does not show. Our marker's field is nobody's to map."""
    form = [_facts(it, product) for it in fields if it["name"] != marker_field]
    tags = FieldFacts(TAGS, "Tags", FieldType.LIST)
    kept = [FieldFacts(name, label, kind) for name, label, kind in KEPT]
    there = {it.name for it in form}
    return [*form, *(it for it in (tags, *kept) if it.name not in there)]


def marker_among(fields: Sequence[Wire]) -> str | None:
    """The text field that an administrator has made for our markers; older accounts add a number to its name."""
    for it in fields:
        name = str(it["name"])
        own = is_custom(it) and kind_of(it) == "text"
        if own and any(name == mine or name.startswith(f"{mine}_") for mine in MARKER_NAMES):
            return name
    return None


def types_of(fields: Sequence[Wire]) -> dict[str, str]:
    return {str(it["name"]): type_of(it) for it in fields if is_custom(it)}


def is_custom(field: Wire) -> bool:
    said = field.get("default", field.get("default_field"))
    return not said if said is not None else not type_of(field).startswith("default_")


def type_of(field: Wire) -> str:
    return str(field.get("type") or field.get("field_type") or "")


def kind_of(field: Wire) -> str:
    return type_of(field).removeprefix("custom_").removeprefix("default_")


def _facts(field: Wire, product: Product) -> FieldFacts:
    own = str(field["name"])
    name = f"{CUSTOM}{own}" if is_custom(field) else product.attributes.get(own, own)
    by_text = is_custom(field) or kind_of(field) in WORDS
    choices = {} if name in PEOPLE else dict(choices_in(field.get("choices"), by_text=by_text))
    needed = bool(field.get("required_for_agents"))
    return FieldFacts(
        name=name,
        label=field.get("label") or own,
        type=_type(name, kind_of(field)),
        required_on_create=needed and name not in GIVEN_A_VALUE,
        choices=tuple(choices) or None,
        nullable=not needed,
        choice_labels={str(value): label for value, label in choices.items() if str(value) != label},
    )


def _type(name: str, kind: str) -> FieldType:
    if name in PEOPLE:
        return FieldType.PERSON
    return FieldType.CHOICE if kind in CHOSEN else TYPES.get(kind, FieldType.TEXT)


def choices_in(told: Any, *, by_text: bool) -> Iterator[tuple[Any, str]]:
    """Value and label: a list of texts, labels with their numbers, numbers with labels for agents and for customers,
    things with an id (which those that are known `by_text` have, too), or a tree, of which the top is meant."""
    if isinstance(told, Mapping):
        for key, it in told.items():
            if isinstance(it, int):
                yield it, str(key)
            elif str(key).isdigit():
                yield int(key), str(it[0] if isinstance(it, list) else it)
            else:
                yield str(key), str(key)
    for it in told if isinstance(told, list) else ():
        if isinstance(it, Mapping) and "id" in it:
            label = str(it.get("value") or it.get("name") or it["id"])
            yield (label if by_text else it["id"]), label
        elif isinstance(it, Mapping):
            yield from ((str(top), str(top)) for top in it)
        else:
            yield it, str(it)
