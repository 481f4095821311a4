"""The platform's search: `field:value`, joined by AND and OR. Not every field is in it, and not every text can be said."""

import re
from collections.abc import Mapping

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.freshworks.product import Product
from syncline_common.connectors.freshworks.records import CUSTOM, TAGS
from syncline_common.schemas.values import Value, Values

LONGEST = 512
PER_PAGE, PAGES = 30, 10
SAFE_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
SAFE_TEXT = re.compile(r"[^'\"\\\r\n]{1,200}")
NUMERIC = re.compile(r"-?\d+(\.\d+)?")
ALL = "created_at:>'2000-01-01'"
Types = Mapping[str, str]  # of the form's fields, by their names


def alike(values: Values, product: Product, types: Types) -> str | None:
    """None if not all of it can be said."""
    said = [_is(name, it, product, types) for name, it in sorted(values.items())]
    query = " AND ".join(it for it in said if it)
    return query if said and all(said) and len(query) <= LONGEST else None


def said(condition: Condition, product: Product, types: Types) -> str | None:
    """None if a search has no words for it. What is on one side of a number includes the number, so that the others are not said."""
    name = name_of(condition.field, product, types)
    if name is None:
        return None
    if condition.operator in ("==", "in"):
        parts = [_is(condition.field, it, product, types) for it in condition.values]
        return f"({' OR '.join(it for it in parts if it)})" if parts and all(parts) else None
    way = {">=": ":>", "<=": ":<"}.get(condition.operator)
    value = condition.values[0]
    numbers = isinstance(value, int) and not isinstance(value, bool)
    return f"{name}{way}{value}" if way and numbers else None


def name_of(field: str, product: Product, types: Types) -> str | None:
    if not field.startswith(CUSTOM):
        return product.searched.get(field)
    name = field.removeprefix(CUSTOM)
    there = types.get(name) in product.searched_types and SAFE_NAME.fullmatch(name)
    return name if there else None


def _is(field: str, value: Value, product: Product, types: Types) -> str | None:
    name = name_of(field, product, types)
    if name is None or isinstance(value, list) or value in (None, ""):
        return None
    if isinstance(value, bool):
        return f"{name}:{str(value).lower()}"
    if isinstance(value, int | float) or (field != TAGS and _is_number(field, value, types)):
        return f"{name}:{value}"
    return f"{name}:'{value}'" if SAFE_TEXT.fullmatch(value) else None


def _is_number(field: str, value: str, types: Types) -> bool:
    """Ids of people are texts with us."""
    kind = types.get(field.removeprefix(CUSTOM), "")
    by_id = field.endswith("_id") or kind in ("custom_number", "custom_decimal")
    return by_id and NUMERIC.fullmatch(value) is not None
