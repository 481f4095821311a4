"""Fields of a site: of which type they are by their schemas, and how a value is written in the vendor's form."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from syncline_common.connectors.jira.adf import to_document
from syncline_common.connectors.times import instant
from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import FieldType, Value, Values

Wire = Mapping[str, Any]
Fields = Mapping[str, Wire]  # by id, as the vendor describes them

STATUS, LABELS, PARENT = "status", "labels", "parent"
MARKER = re.compile(r"sl-[a-z2-7]{20}")  # a label
GIVEN_APART = frozenset(["project", "issuetype"])  # a create names them in a way of its own
NOT_READ = frozenset(  # it has an endpoint of its own, or says how somebody looks at it
    [
        *("comment", "worklog", "attachment", "issuelinks", "subtasks", "watches", "votes", "lastViewed"),
        *("workratio", "progress", "aggregateprogress", "thumbnail"),
    ]
)
KEPT = NOT_READ | {
    *("created", "updated", "creator", "statuscategorychangedate", "resolutiondate", "statusCategory"),
    *("project", "issuetype", "timespent", "aggregatetimespent", "aggregatetimeestimate", "issuerestriction"),
    *("aggregatetimeoriginalestimate", "timeestimate", "timeoriginalestimate", "timetracking", "security"),
}
NAMED = frozenset(["priority", "resolution", "version", "component", "group", "securitylevel"])
TYPES = {
    "number": FieldType.NUMBER,
    "date": FieldType.DATE,
    "datetime": FieldType.INSTANT,
    "user": FieldType.PERSON,
    "option": FieldType.CHOICE,
    "option-with-child": FieldType.CHOICE,
    "status": FieldType.CHOICE,
    "project": FieldType.CHOICE,
    "issuetype": FieldType.CHOICE,
    "array": FieldType.LIST,
    **dict.fromkeys(NAMED, FieldType.CHOICE),
}
PLAIN = ("string", "number", "date", "datetime", "user", "option", "option-with-child", *sorted(NAMED))
STEADY = frozenset([*PLAIN, "status", "issuelink", "project", "issuetype"])
RUNNING = ("sd-servicelevelagreement",)
BETWEEN = " / "  # of an option and the one below it
NO_FIELD = "There is no field {}"
NO_BLANKS = "A label can hold no blanks: {}"
NOT_WRITTEN = "The field {} can't be written"


def schema_of(field: Wire) -> Wire:
    return field.get("schema") or {}


def to_type(field: Wire) -> FieldType:
    return TYPES.get(str(schema_of(field).get("type")), FieldType.TEXT)


def is_document(field: Wire) -> bool:
    schema = schema_of(field)
    return schema.get("system") in ("description", "environment") or str(schema.get("custom")).endswith(
        ":textarea"
    )


def can_be_written(id: str, field: Wire) -> bool:
    return id == STATUS or (id not in KEPT and (_kind(field) in PLAIN or id == PARENT))


def is_read(id: str, field: Wire) -> bool:
    """A service level's clock is another one each time it is looked at: it is no value to compare."""
    return id not in NOT_READ and _kind(field) not in RUNNING


def is_steady(field: Wire) -> bool:
    """It is certain to be the same until somebody changes it."""
    return _kind(field) in STEADY


def _kind(field: Wire) -> str:
    """Of a list, what it is made of."""
    schema = schema_of(field)
    return str(schema.get("items") if schema.get("type") == "array" else schema.get("type"))


def to_wire(values: Values, fields: Fields) -> dict[str, Any]:
    """What the vendor would refuse by a number only is refused here by its name."""
    sent = dict[str, Any]()
    for id, value in values.items():
        if id not in fields:
            raise RecordRejected(NO_FIELD.format(id))
        if not can_be_written(id, fields[id]):
            raise RecordRejected(NOT_WRITTEN.format(id))
        sent[id] = _whole(id, fields[id], value)
    return sent


def _whole(id: str, field: Wire, value: Value) -> Any:
    schema = schema_of(field)
    if schema.get("type") == "array":
        given = value if isinstance(value, list) else [] if value is None else [value]
        labels = id == LABELS or str(schema.get("custom")).endswith(":labels")
        blank = [it for it in given if labels and re.search(r"\s", str(it))]
        if blank:
            raise RecordRejected(NO_BLANKS.format(blank[0]))
        return [_one(str(schema.get("items")), it) for it in given]
    if value in (None, ""):
        return None
    if is_document(field):
        return to_document(str(value))
    return {"key": str(value)} if id == PARENT else _one(str(schema.get("type")), value)


def _one(kind: str, value: Value) -> Any:
    if kind == "user":
        return {"accountId": str(value)}
    if kind == "option":
        return {"value": str(value)}
    if kind == "option-with-child":
        above, _, below = str(value).partition(BETWEEN)
        return {"value": above} | ({"child": {"value": below}} if below else {})
    if kind in NAMED:
        return {"name": str(value)}
    if kind == "datetime":
        return wire_time(str(value))
    return value if kind == "number" else str(value)


def wire_time(text: str) -> str:
    at = instant(text).astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"
