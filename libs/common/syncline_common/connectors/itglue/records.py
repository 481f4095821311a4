"""IT Glue's wire format to ours and back. Pure.

It counts no edits: a version is the time and a digest of what is told, the same from a list and from a single record.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from syncline_common.configuration.facts import FieldFacts
from syncline_common.connectors.itglue.sections import EMAIL, OWNER_NAME, WAYS, Section, section_of
from syncline_common.connectors.times import instant
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Attachment

Wire = Mapping[str, Any]

MARKER = re.compile(r"(?:\s|<br ?/?>|<p>|<div>)*Syncline: (sl-[a-z2-7]{20})\b(?:</p>|</div>)?")
LINE = "Syncline: {}"
OURS = "ours~"  # begins a version that nobody reads
NOT_KEPT_BY_US = "Another system keeps this record: IT Glue lets nobody else change {}"


def id_of(row: Wire) -> str:
    found = row["id"]
    if isinstance(found, bool) or not isinstance(found, int | str) or not str(found).isdigit():
        raise ContractBroken("IT Glue answered with a record without a number")
    return str(found)


def changed_at(row: Wire) -> datetime:
    return instant(row["attributes"]["updated-at"])


def to_record(row: Wire, stream: str) -> Record:
    section, told = section_of(stream), row["attributes"]
    if row["type"] != stream:
        raise ContractBroken("IT Glue answered with another kind of record", detail=stream)
    values = _values(told, section)
    marked = MARKER.search(str(told.get(_kebab(section.marked)) or ""))
    owner = values.get(OWNER_NAME)
    return Record(
        ref=RecordRef(stream, id_of(row)),
        values=values,
        version=_version(row, _written(values, section), marked[1] if marked else ""),
        changed_at=changed_at(row),
        created_at=instant(told["created-at"]),
        project=str(owner) if owner else None,
        marker=marked[1] if marked else None,
    )


def _written(values: Values, section: Section) -> Values:
    """Without what follows from other records, such as what its organization is called."""
    fields = section.by_name
    return {name: it for name, it in values.items() if fields[name].writable}


def version_of(row: Wire, stream: str) -> str:
    return to_record(row, stream).version


def _version(row: Wire, values: Values, marker: str) -> str:
    told = {name: it for name, it in values.items() if it is not None}
    digest = sha256(json.dumps([told, marker], sort_keys=True).encode()).hexdigest()[:16]
    return f"{row['attributes']['updated-at']}~{digest}"


def content_of(version: str) -> str:
    """What two versions share between which nothing was edited."""
    return version.rpartition("~")[2]


def written(record: Record) -> str:
    """The version of a record that we have just written. Whether somebody else wrote in the same moment nobody tells, so
    it is none that will be read: the next scan looks at the record once more."""
    return f"{OURS}{content_of(record.version)}"


def is_ours(version: str) -> bool:
    return version.startswith(OURS)


def _kebab(name: str) -> str:
    return name.replace("_", "-")


def _values(told: Wire, section: Section) -> dict[str, Value]:
    values = dict[str, Value]()
    for field in section.fields:
        if field.name in WAYS:
            values[field.name] = _first_way(told.get(_kebab(WAYS[field.name])))
        else:
            values[field.name] = _value(told.get(_kebab(field.name)), field)
    text = values[section.marked]
    values[section.marked] = unmarked(str(text)) if text is not None else None
    return values


def unmarked(text: str) -> str | None:
    return MARKER.sub("", text) or None


def marked(text: Value, marker: str | None) -> str | None:
    """With our marker for its last line."""
    words = [str(text)] if text not in (None, "") else []
    return "\n".join([*words, *([LINE.format(marker)] if marker else [])]) or None


def _first_way(told: Any) -> str | None:
    """The primary one of a contact's addresses or numbers, else the first."""
    ways = told or []
    found = next((it for it in ways if it.get("primary")), ways[0] if ways else None)
    return str(found["value"]) if found and found.get("value") else None


def _value(value: Any, field: FieldFacts) -> Value:
    if field.type is FieldType.BOOLEAN:
        return bool(value)
    if value in ("", None):
        return None
    return str(value)[:10] if field.type is FieldType.DATE else str(value)


def to_attributes(values: Values, section: Section, *, new: bool) -> dict[str, Any]:
    """By the names of the vendor's parameters. What it would pass over without a word is refused here."""
    fields, told = section.by_name, dict[str, Any]()
    for name, value in values.items():
        if name not in fields or not fields[name].writable:
            raise RecordRejected(f"{section.label} has no field {name} that can be written")
        if name in WAYS:
            told |= _way(name, value, new=new)
        else:
            told[name] = _wire(value, fields[name])
    return told


def _way(name: str, value: Value, *, new: bool) -> dict[str, Any]:
    if not new:
        raise RecordRejected("Addresses and numbers of a contact are written when it is created, not later")
    if value is None:
        return {}
    kind = {"label_name": "Work"} if name == EMAIL else {"label_name": "Work", "country_code": None}
    return {WAYS[name]: [{"primary": True, "value": str(value), **kind}]}


def _wire(value: Value, field: FieldFacts) -> Any:
    if value is None:
        return None
    if field.name.endswith("_id"):
        if not str(value).isdigit():
            raise RecordRejected(f"{field.label} is named by its number", detail=field.name)
        return int(str(value))
    return bool(value) if field.type is FieldType.BOOLEAN else str(value)


def is_kept_elsewhere(row: Wire) -> bool:
    """By a professional services or monitoring system that IT Glue itself is connected to."""
    return bool(row["attributes"].get("psa-integration") == "enabled")


def may_be_written(row: Wire, told: Wire, section: Section) -> None:
    if is_kept_elsewhere(row) and section.later and (fixed := sorted(set(told) - section.later)):
        raise RecordRejected(NOT_KEPT_BY_US.format(", ".join(fixed)))


def to_attachment(row: Wire) -> Attachment:
    """What its attributes are called was not to be verified: several names are understood."""
    told = row["attributes"]
    name = _one_of(told, "attachment-file-name", "file-name", "name")
    url = _one_of(told, "download-url", "url")
    size = _one_of(told, "attachment-file-size", "file-size", "size")
    if not isinstance(url, str) or not isinstance(name, str):
        raise ContractBroken(
            "IT Glue described a file in a way that we do not know", detail=", ".join(sorted(told))
        )
    return Attachment(id_of(row), name, size if isinstance(size, int) else None, url)


def _one_of(told: Wire, *names: str) -> Any:
    return next((told[it] for it in names if told.get(it) is not None), None)
