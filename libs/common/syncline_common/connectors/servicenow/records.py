"""ServiceNow's wire format to ours and back. Pure. On the wire everything is text, and nothing is the empty text."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from syncline_common.connectors.times import instant, iso
from syncline_common.errors import ContractBroken, PermissionMissing, RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Attachment, Person

Wire = Mapping[str, Any]
Types = Mapping[str, FieldType]  # of a table's columns; empty if its dictionary can't be read

ID, UPDATED, CREATED, VERSION = "sys_id", "sys_updated_on", "sys_created_on", "sys_mod_count"
MARKER_COLUMN = "correlation_id"
OURS = {"correlation_display": "Syncline"}
JOURNALS = ("comments", "work_notes")
NOT_READ = frozenset(
    [*JOURNALS, "comments_and_work_notes", ID, VERSION, "sys_tags"]
)  # journals are always read as empty
KEPT = frozenset(  # by the instance, whatever is sent, or by us; the dictionary does not always call them read-only
    [
        MARKER_COLUMN,
        *(ID, UPDATED, CREATED, VERSION, "sys_updated_by", "sys_created_by", "sys_class_name", "sys_tags"),
    ]
)
NUMBER = re.compile(r"-?\d+(\.\d+)?")
WHOLE_NUMBERS = frozenset(["integer", "count", "longint"])
COLUMN_TYPES = {
    **dict.fromkeys(["decimal", "float", "percent_complete", *WHOLE_NUMBERS], FieldType.NUMBER),
    **dict.fromkeys(["glide_date_time", "due_date"], FieldType.INSTANT),
    "boolean": FieldType.BOOLEAN,
    "glide_date": FieldType.DATE,
    "html": FieldType.RICH_TEXT,
    "translated_html": FieldType.RICH_TEXT,
    "glide_list": FieldType.LIST,
}


def is_journal(column: Wire) -> bool:
    """It is always read as empty; what is written into it becomes an entry."""
    return str(column["internal_type"]).startswith("journal")


def to_type(column: Wire) -> FieldType:
    """By the dictionary's row."""
    if column.get("reference") == "sys_user" and column["internal_type"] == "reference":
        return FieldType.PERSON
    if column.get("choice") in ("1", "3") or column["internal_type"] == "reference":
        return FieldType.CHOICE
    return COLUMN_TYPES.get(column["internal_type"], FieldType.TEXT)


def to_record(row: Wire, table: str, types: Types, marker_column: str = MARKER_COLUMN) -> Record:
    """A column that the user may not read is left out of the row, and so of the values."""
    if hidden := {ID, UPDATED, CREATED, VERSION} - set(row):
        names = ", ".join(sorted(hidden))
        raise PermissionMissing(f"Syncline's user may not read {names} of {table}", detail=table)
    return Record(
        ref=RecordRef(table, row[ID]),
        values={
            name: to_value(bare(it), types.get(name, FieldType.TEXT))
            for name, it in row.items()
            if name not in NOT_READ
        },
        version=row[VERSION],
        changed_at=moment(row[UPDATED]),
        created_at=moment(row[CREATED]),
        marker=bare(row.get(marker_column)) or None,
    )


def to_value(text: Any, kind: FieldType) -> Value:
    """What does not fit its type stays the text it is."""
    if text in ("", None):
        return None
    if kind is FieldType.BOOLEAN and text in ("true", "false"):
        return bool(text == "true")
    if kind is FieldType.NUMBER and NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if kind is FieldType.LIST:
        return [it.strip() for it in text.split(",") if it.strip()]
    if kind is FieldType.INSTANT and (at := _moment(text)) is not None:
        return iso(at)
    return text


def to_row(values: Values, types: Types) -> dict[str, str]:
    """An unknown column would be ignored without a word, so it is refused here."""
    unknown = sorted(set(values) - set(types)) if types else []
    if unknown:
        raise RecordRejected(f"There is no column {', '.join(unknown)}")
    return {name: to_text(it, types.get(name, FieldType.TEXT)) for name, it in values.items()}


def to_text(value: Value, kind: FieldType) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(it) for it in value)
    if kind is FieldType.INSTANT and isinstance(value, str):
        return wire_time(instant(value if _zoned(value) else f"{value}+00:00"))
    return str(value)


def to_comment(entry: Wire, ref: RecordRef) -> Comment:
    return Comment(
        id=entry[ID],
        record=ref,
        body=entry["value"],
        public=entry["element"] == "comments",
        version="1",  # entries can't be edited
        author=entry.get("sys_created_by") or None,
        created_at=moment(entry[CREATED]),
    )


def to_attachment(row: Wire) -> Attachment:
    return Attachment(
        row[ID],
        row["file_name"],
        int(row["size_bytes"]),
        row["download_link"],
        row.get("content_type") or None,
    )


def to_person(row: Wire) -> Person:
    return Person(
        key=row[ID],
        name=row.get("name") or row.get("user_name", ""),
        email=row.get("email") or None,
        login=row.get("user_name") or None,
        active=row.get("active") != "false",
    )


def bare(value: Any) -> Any:
    """A reference may come with a link beside its value."""
    return value.get("value") if not isinstance(value, str) and isinstance(value, Mapping) else value


def moment(text: str) -> datetime:
    """Raw times are UTC, whatever the user's own zone is."""
    found = _moment(text)
    if found is None:
        raise ContractBroken("ServiceNow wrote a time that we can't read", detail=str(text)[:40])
    return found


def wire_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _moment(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text):
        return None
    try:
        return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:
        return None


def _zoned(text: str) -> bool:
    return re.search(r"(Z|[+-]\d\d:?\d\d)$", text) is not None
