"""Syncro's wire format to ours and back. Pure.

A list and a single record have different forms: what is told of a record, and its version, are the same from both.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from syncline_common.configuration.facts import FieldFacts
from syncline_common.connectors.syncro.devices import agent_values
from syncline_common.connectors.syncro.sections import (
    ASSET_TYPE,
    ASSETS,
    CUSTOMERS,
    DESCRIPTION,
    NUMBERS,
    PROPERTIES,
    TICKETS,
    Section,
    section_of,
)
from syncline_common.connectors.times import instant, iso
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Attachment

Wire = Mapping[str, Any]

MARKER = re.compile(r"sl-[a-z2-7]{20}")
MARKER_PROPERTY = "Syncline Id"
OURS = "ours~"  # begins a version that nobody reads
INITIAL = "Initial Issue"  # the subject that Syncro gives the first comment
INNER = {
    "ticket_type_id": "ticket_type",
    "contact_id": "contact",
}  # a single ticket has the whole thing instead
FLAGS = tuple(it.name for it in CUSTOMERS.fields if it.type is FieldType.BOOLEAN and it.writable)


def id_of(row: Wire) -> str:
    found = row["id"]
    if isinstance(found, bool) or not isinstance(found, int | str) or not str(found).isdigit():
        raise ContractBroken("Syncro answered with a record without a number")
    return str(found)


def changed_at(row: Wire) -> datetime:
    return instant(row["updated_at"])


def to_record(row: Wire, stream: str) -> Record:
    section = section_of(stream)
    values = _values(row, section)
    return Record(
        ref=RecordRef(stream, id_of(row)),
        values=values,
        version=_version(row, values, section),
        changed_at=changed_at(row),
        created_at=instant(row["created_at"]),
        marker=_marker(row, section),
    )


def version_of(row: Wire, stream: str) -> str:
    section = section_of(stream)
    return _version(row, _values(row, section), section)


def _version(row: Wire, values: Values, section: Section) -> str:
    """A time alone would not tell two edits in one moment apart. That of an asset moves with every word of its agent."""
    told = {name: it for name, it in values.items() if it is not None and name != DESCRIPTION}
    digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    time = "" if section is ASSETS else f"{row['updated_at']}"
    return f"{time}~{digest}"


def content_of(version: str) -> str:
    """What two versions share between which nothing was edited."""
    return version.rpartition("~")[2]


def written(record: Record) -> str:
    """The version of a record that we have just written. Whether somebody else wrote in the same moment nobody tells, so
    it is none that will be read: the next scan looks at the record once more."""
    return f"{OURS}{content_of(record.version)}"


def is_ours(version: str) -> bool:
    return version.startswith(OURS)


def _values(row: Wire, section: Section) -> dict[str, Value]:
    values = {it.name: _value(row, it) for it in section.fields if {it.name, INNER.get(it.name)} & set(row)}
    if section is TICKETS and "comments" in row:
        values[DESCRIPTION] = _description(row)
    if section is TICKETS and "tag_list" in row:
        values["tag_list"] = [it for it in row["tag_list"] or [] if not MARKER.fullmatch(it)] or None
    if section is ASSETS:
        values |= agent_values(row)
    properties = row.get("properties") or {}
    return values | {
        f"{PROPERTIES}{name}": None if it == "" else it
        for name, it in properties.items()
        if name != MARKER_PROPERTY and not isinstance(it, list | Mapping)
    }


def _value(row: Wire, field: FieldFacts) -> Value:
    value = row.get(field.name)
    if value is None and field.name in INNER:
        value = (row.get(INNER[field.name]) or {}).get("id")
    if value in ("", None):
        return None
    if field.type is FieldType.INSTANT:
        return iso(instant(value))
    if field.type in (FieldType.BOOLEAN, FieldType.LIST):
        return value
    return str(value)


def _description(row: Wire) -> str | None:
    first = [it for it in row.get("comments") or [] if it.get("subject") == INITIAL]
    found = min(first, key=lambda it: (it["created_at"], it["id"]), default=None)
    return (found["body"] or None) if found else None


def _marker(row: Wire, section: Section) -> str | None:
    if section is TICKETS:
        return next((it for it in row.get("tag_list") or [] if MARKER.fullmatch(it)), None)
    return (row.get("properties") or {}).get(MARKER_PROPERTY) or None


def to_row(values: Values, section: Section, *, new: bool) -> dict[str, Any]:
    """What Syncro would pass over without a word is refused here. Properties are left to `properties_in`."""
    fields, row = section.by_name, dict[str, Any]()
    for name, value in values.items():
        if name.startswith(PROPERTIES) and section.own_fields:
            continue
        if name not in fields or not fields[name].writable:
            raise RecordRejected(f"{section.label} has no field {name} that can be written")
        if name == DESCRIPTION:
            row |= _initial(value, new=new)
        else:
            row["asset_type_name" if name == ASSET_TYPE else name] = _wire(value, fields[name])
    return row


def _wire(value: Value, field: FieldFacts) -> Any:
    if value is None:
        return [] if field.type is FieldType.LIST else None
    if field.name in NUMBERS:
        if not str(value).isdigit():
            raise RecordRejected(f"{field.label} is named by its number", detail=field.name)
        return int(value)
    if field.type is FieldType.INSTANT:
        return iso(instant(value))
    if field.type is FieldType.LIST:
        return [str(it) for it in value]
    return value if field.type is FieldType.BOOLEAN else str(value)


def _initial(text: Value, *, new: bool) -> dict[str, Any]:
    if not new:
        raise RecordRejected("The initial issue of a ticket can be given when it is created, not later")
    said = {"subject": INITIAL, "body": str(text), "hidden": False, "do_not_email": True}
    return {} if text is None else {"comments_attributes": [said]}


def properties_in(values: Values, before: Wire, marker: str | None = None) -> dict[str, Any]:
    """All of them, since they may take the place of all that were there; empty if none is to be written."""
    given = {it.removeprefix(PROPERTIES): value for it, value in values.items() if it.startswith(PROPERTIES)}
    given |= {MARKER_PROPERTY: marker} if marker else {}
    return {**(before.get("properties") or {}), **given} if given else {}


def tags(wanted: Sequence[str], marker: str | None) -> list[str]:
    return [*wanted, *([marker] if marker else [])]


def to_comment(told: Wire, ref: RecordRef) -> Comment:
    return Comment(
        id=str(told["id"]),
        record=ref,
        body=told["body"],
        public=not told["hidden"],
        version=told["updated_at"],
        author=str(told["user_id"]) if told.get("user_id") else told.get("tech") or None,
        created_at=instant(told["created_at"]),
    )


def to_attachment(told: Wire) -> Attachment:
    """Its form is described nowhere: what it is called varies between the vendor's products."""
    file = told.get("file")
    inner = file if isinstance(file, Mapping) else {}
    url = told.get("url") or told.get("file_url") or inner.get("url")
    name = told.get("file_name") or told.get("filename") or told.get("name")
    size = told.get("file_size") or told.get("size")
    if not isinstance(url, str) or not isinstance(name, str):
        raise ContractBroken(
            "Syncro described a file in a way that we do not know", detail=", ".join(sorted(told))
        )
    return Attachment(str(told["id"]), name, size if isinstance(size, int) else None, url)
