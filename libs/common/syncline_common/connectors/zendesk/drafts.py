"""What Zendesk is sent: values as it takes them. What it would drop without a word is refused before."""

from typing import Any

from syncline_common.connectors.zendesk.records import CUSTOM, IDS, KEPT, SYSTEM, Known
from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import FieldType, Value, Values

FIRST_COMMENT = "A ticket's description is its first comment, which can't be changed"


def to_ticket(values: Values, known: Known, *, creates: bool) -> dict[str, Any]:
    """`values` by our names of the fields, empty ones as None."""
    unknown = sorted(it for it in values if it not in SYSTEM and it not in known.fields)
    kept = sorted(it for it in values if it in KEPT or it in known.read_only)
    if unknown or kept:
        raise RecordRejected(
            f"There is no field {', '.join(unknown)}" if unknown else f"{', '.join(kept)} can't be written"
        )
    if "description" in values and not creates:
        raise RecordRejected(FIRST_COMMENT)
    told = {name: _to_wire(name, it) for name, it in values.items() if name in SYSTEM}
    own = [
        {"id": int(name.removeprefix(CUSTOM)), "value": _own_to_wire(it, known.fields[name])}
        for name, it in values.items()
        if name in known.fields
    ]
    return told | ({"custom_fields": own} if own else {})


def _to_wire(name: str, value: Value) -> Any:
    if value is None:
        return [] if SYSTEM[name][1] is FieldType.LIST else None
    if name not in IDS:
        return value
    try:
        return [int(it) for it in value] if isinstance(value, list) else int(value)
    except (TypeError, ValueError):
        raise RecordRejected(f"{name} is a number in Zendesk", detail=name) from None


def _own_to_wire(value: Value, kind: FieldType) -> Any:
    if kind is FieldType.BOOLEAN:
        return bool(value)
    if value is None:
        return [] if kind is FieldType.LIST else None
    return value if isinstance(value, list | bool | int | float) else str(value)
