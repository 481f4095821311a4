"""What may be written into a field, and what becomes of it: Salesforce refuses aloud, and trims in silence."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from syncline_sandbox.salesforce.fields import Field, SObject
from syncline_sandbox.salesforce.ids import is_id, whole
from syncline_sandbox.salesforce.objects import wire_time
from syncline_sandbox.salesforce.refusals import of_record, refuse
from syncline_sandbox.salesforce.schema import ENTITIES

NUMBERS = ("double", "int", "currency", "percent")
Exists = Callable[[str, str], bool]  # a record of an object, by id


def given(
    entity: SObject,
    known: Callable[[str], Field | None],
    values: Mapping[str, Any],
    exists: Exists,
    *,
    new: bool,
) -> dict[str, Any]:
    """As it is kept, by the fields' own names."""
    kept, not_ours = dict[str, Any](), list[str]()
    for name, value in values.items():
        if name == "attributes":
            continue
        field = known(name)
        if field is None:
            raise refuse(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}")
        if not field.writable or not (new or field.updateable):
            not_ours.append(field.name)
            continue
        kept[field.name] = _checked(field, value, exists)
    if not_ours:
        message = f"Unable to create/update fields: {', '.join(not_ours)}. Please check the security settings of this field and verify that it is read/write for your profile or permission set."
        raise of_record("INVALID_FIELD_FOR_INSERT_UPDATE", message, *not_ours)
    return kept


def must_be_whole(entity: SObject, values: Mapping[str, Any]) -> None:
    missing = [
        it.name
        for it in entity.fields.values()
        if it.writable and not it.nillable and not it.defaulted and it.type != "boolean"
        if values.get(it.name) is None
    ]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise of_record("REQUIRED_FIELD_MISSING", message, *missing)


def _checked(field: Field, value: Any, exists: Exists) -> Any:
    if field.type == "boolean":
        if not isinstance(value, bool):
            raise _not_of(field, "BOOLEAN", value)
        return value
    if value is None or value == "":
        return _nothing(field)
    if field.type in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _not_of(field, field.type.upper(), value)
        return float(value) if field.type != "int" else int(value)
    if not isinstance(value, str):
        raise _not_of(field, "STRING", value)
    if field.type in ("date", "datetime"):
        return _time(field, value)
    if field.type == "reference":
        return _end(field, value, exists)
    return _text(field, value.strip())


def _nothing(field: Field) -> None:
    if not field.nillable:
        raise of_record("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]", field.name)


def _text(field: Field, text: str) -> str | None:
    if len(text) > field.length > 0:
        message = f"{field.label}: data value too large: {text[:80]} (max length={field.length})"
        raise of_record("STRING_TOO_LONG", message, field.name)
    if field.restricted and text not in dict(field.choices):
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise of_record("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field.name)
    return text or None


def _time(field: Field, text: str) -> str:
    try:
        if field.type == "date":
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
    except ValueError:
        raise _not_of(field, field.type.upper(), text) from None
    return wire_time(moment)


def _end(field: Field, id: str, exists: Exists) -> str:
    prefixes = {ENTITIES[it].prefix for it in field.refers_to}
    if not is_id(id) or id[:3] not in prefixes:
        message = f"{field.label}: id value of incorrect type: {id}"
        raise of_record("MALFORMED_ID", message, field.name)
    if not any(exists(it, id) for it in field.refers_to):
        raise of_record("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)
    return whole(id)


def _not_of(field: Field, kind: str, value: Any) -> Exception:
    message = f"Cannot deserialize instance of {kind.lower()} from value {value!r} at field {field.name}"
    return refuse(400, "JSON_PARSER_ERROR", message)
