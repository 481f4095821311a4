"""Salesforce's rows to records and back. Pure. What a field is, the describe resource says, for this user alone."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from syncline_common.configuration.facts import FieldFacts
from syncline_common.connectors.times import instant, iso
from syncline_common.errors import ContractBroken, PermissionMissing, RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Attachment, Person

Wire = Mapping[str, Any]

ID, STAMP, MODIFIED, CREATED = "Id", "SystemModstamp", "LastModifiedDate", "CreatedDate"
MARKER_FIELD = "Syncline_Id__c"
PARENT, STATUS, OWNER = "ParentId", "Status", "OwnerId"
NEEDED = (ID, STAMP, MODIFIED, CREATED)
FOLLOWS = (
    STAMP,
    MODIFIED,
    "LastModifiedById",
    "IsClosed",
    "ClosedDate",
)  # by itself, with whatever is written
NOT_READ = frozenset(  # it is write-only, or differs by who looks
    ["Comments", "LastViewedDate", "LastReferencedDate", "IsDeleted"]
)
WITHOUT_VALUE = frozenset(["address", "location", "base64", "anyType", "complexvalue"])
SAFE_ID = re.compile(r"[0-9A-Za-z]{18}|[0-9A-Za-z]{15}")
NUMBERS = ("double", "int", "long", "currency", "percent")
TYPES = {
    **dict.fromkeys(NUMBERS, FieldType.NUMBER),
    **dict.fromkeys(("picklist", "reference"), FieldType.CHOICE),
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.INSTANT,
    "multipicklist": FieldType.LIST,
}
DIGITS = 12


def to_type(field: Wire) -> FieldType:
    if field["type"] == "reference" and "User" in field.get("referenceTo", ()):
        return FieldType.PERSON
    if field["type"] == "textarea" and field.get("htmlFormatted"):
        return FieldType.RICH_TEXT
    return TYPES.get(field["type"], FieldType.TEXT)


@dataclass(frozen=True)
class Shape:
    """An object as this user knows it; what it may not read is not there at all."""

    name: str
    fields: Mapping[str, Wire]

    @classmethod
    def of(cls, described: Wire) -> "Shape":
        return cls(described["name"], {it["name"]: it for it in described["fields"]})

    @cached_property
    def read(self) -> tuple[str, ...]:
        """What a record consists of, wherever it is read: its version is made of all of it."""
        names = [
            name
            for name, it in self.fields.items()
            if name not in NOT_READ and it["type"] not in WITHOUT_VALUE
        ]
        if hidden := [it for it in NEEDED if it not in names]:
            raise PermissionMissing(f"Syncline's user may not read {', '.join(hidden)} of {self.name}")
        return tuple(names)

    @cached_property
    def types(self) -> Mapping[str, FieldType]:
        return {name: to_type(it) for name, it in self.fields.items()}

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """What makes a version: formulas change by themselves, some of them with every hour."""
        return tuple(it for it in self.read if not self.fields[it].get("calculated"))

    def version(self, row: Wire) -> str:
        """Stamps know whole seconds only, so that two edits in one of them are told apart by what is in the row."""
        content = {name: row[name] for name in self.counted if row.get(name) is not None and name != STAMP}
        told = json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
        return f"{iso(instant(row[STAMP]))}.{sha256(told).hexdigest()[:DIGITS]}"

    def record(self, row: Wire, marker_field: str | None) -> Record:
        return Record(
            ref=RecordRef(self.name, row[ID]),
            values={name: to_value(row[name], self.types[name]) for name in self.read if name != ID},
            version=self.version(row),
            changed_at=instant(row[STAMP]),
            created_at=instant(row[CREATED]),
            marker=(row.get(marker_field) or None) if marker_field else None,
        )

    def row(self, values: Values, *, new: bool) -> dict[str, Any]:
        """What Salesforce would refuse is refused here, in words for a person and without a request."""
        flag = "createable" if new else "updateable"
        if unknown := sorted(set(values) - set(self.fields)):
            raise RecordRejected(f"{self.name} has no field {', '.join(unknown)} that Syncline's user sees")
        if fixed := sorted(name for name in values if not self.fields[name].get(flag)):
            raise RecordRejected(f"Syncline's user may not write {', '.join(fixed)} of {self.name}")
        return {name: to_wire(it, self.types[name]) for name, it in values.items()}

    def facts(self) -> list[FieldFacts]:
        return [_facts(self.fields[it], self.types[it]) for it in self.read if it not in (ID, MARKER_FIELD)]


def to_value(wire: Any, kind: FieldType) -> Value:
    if wire is None or wire == "":
        return None
    if kind is FieldType.INSTANT:
        return iso(instant(wire))
    if kind is FieldType.LIST:
        return str(wire).split(";")
    if kind is FieldType.NUMBER and isinstance(wire, float) and wire.is_integer():
        return int(wire)
    return wire


def to_wire(value: Value, kind: FieldType) -> Any:
    if isinstance(value, list):
        return ";".join(str(it) for it in value) or None
    if kind is FieldType.INSTANT and isinstance(value, str):
        zoned = re.search(r"(Z|[+-]\d\d:?\d\d)$", value)
        return iso(instant(value if zoned else f"{value}+00:00"))
    return value


def to_comment(row: Wire, ref: RecordRef) -> Comment:
    """Their authors may edit them, within the same second, too."""
    told = json.dumps([row["CommentBody"], row["IsPublished"]]).encode()
    return Comment(
        id=row[ID],
        record=ref,
        body=row["CommentBody"] or "",
        public=bool(row["IsPublished"]),
        version=f"{iso(instant(row[STAMP]))}.{sha256(told).hexdigest()[:DIGITS]}",
        author=(row.get("CreatedBy") or {}).get("Name"),
        created_at=instant(row[CREATED]),
    )


def to_file(id: str, file: Wire, url: str) -> Attachment:
    """A file's title mostly lacks what its name ends with."""
    title, ending = str(file["Title"]), file.get("FileExtension")
    whole = title if not ending or title.lower().endswith(f".{ending}".lower()) else f"{title}.{ending}"
    return Attachment(id, whole, file.get("ContentSize"), url)


def to_old_attachment(row: Wire, url: str) -> Attachment:
    return Attachment(row[ID], row["Name"], row.get("BodyLength"), url, row.get("ContentType"))


def title_of(name: str) -> str:
    return PurePosixPath(name).stem or name


def to_person(row: Wire) -> Person:
    return Person(
        row[ID],
        row["Name"],
        row.get("Email"),
        row.get("Username"),
        row.get("IsActive") is not False,
    )


def checked(id: str) -> str:
    """Of a path or a query."""
    if not SAFE_ID.fullmatch(id):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return id


def moment_of(row: Wire) -> datetime:
    return instant(row[STAMP])


def must_hold(row: Wire, name: str, names: Sequence[str]) -> None:
    """An answer to another question is no answer."""
    kind = row.get("attributes", {}).get("type")
    if kind != name or set(row) - {"attributes"} != {it.partition(".")[0] for it in names}:
        raise ContractBroken("Salesforce answered another question", detail=name)


def _facts(field: Wire, kind: FieldType) -> FieldFacts:
    active = [it for it in field.get("picklistValues") or () if it.get("active")]
    needed = not field.get("nillable") and not field.get("defaultedOnCreate") and field["type"] != "boolean"
    return FieldFacts(
        name=field["name"],
        label=field.get("label") or field["name"],
        type=kind,
        writable=bool(field.get("updateable")),
        required_on_create=bool(needed and field.get("createable")),
        choices=tuple(it["value"] for it in active) if active else None,
        nullable=bool(field.get("nillable")),
        choice_labels={
            it["value"]: it["label"] for it in active if it.get("label") not in (None, it["value"])
        },
    )
