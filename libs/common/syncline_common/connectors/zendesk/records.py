"""Zendesk's wire format to ours and back. Pure. Fields of the account's own are named by their id."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from syncline_common.configuration.facts import FieldFacts
from syncline_common.connectors.times import instant, iso
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef
from syncline_common.schemas.values import FieldType, Value
from syncline_common.sdk.ports import Attachment, Person

Wire = Mapping[str, Any]
STREAM, DELETED = "tickets", "deleted"
CUSTOM = "custom_field_"
MARKER = "external_id"
SYSTEM: Mapping[str, tuple[str, FieldType]] = {
    "subject": ("Subject", FieldType.TEXT),
    "description": ("Description", FieldType.TEXT),
    "status": ("Status category", FieldType.CHOICE),
    "custom_status_id": ("Ticket status", FieldType.CHOICE),
    "type": ("Type", FieldType.CHOICE),
    "priority": ("Priority", FieldType.CHOICE),
    "requester_id": ("Requester", FieldType.PERSON),
    "assignee_id": ("Assignee", FieldType.PERSON),
    "group_id": ("Group", FieldType.CHOICE),
    "organization_id": ("Organization", FieldType.TEXT),
    "brand_id": ("Brand", FieldType.CHOICE),
    "ticket_form_id": ("Form", FieldType.TEXT),
    "tags": ("Tags", FieldType.LIST),
    "due_at": ("Due", FieldType.INSTANT),
    "collaborator_ids": ("Collaborators", FieldType.LIST),
    "follower_ids": ("Followers", FieldType.LIST),
    "email_cc_ids": ("Copies to", FieldType.LIST),
    "submitter_id": ("Submitter", FieldType.PERSON),
    "problem_id": ("Problem", FieldType.TEXT),
    "recipient": ("Recipient", FieldType.TEXT),
    "is_public": ("Has a public comment", FieldType.BOOLEAN),
    "created_at": ("Created", FieldType.INSTANT),
}
KEPT = frozenset(["submitter_id", "problem_id", "recipient", "is_public", "created_at", "collaborator_ids"])
IDS = frozenset(it for it in SYSTEM if it.endswith(("_id", "_ids")))
CUSTOM_TYPES = {
    "checkbox": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "integer": FieldType.NUMBER,
    "decimal": FieldType.NUMBER,
    "tagger": FieldType.CHOICE,
    "multiselect": FieldType.LIST,
}
READ_ONLY = ("partialcreditcard",)
NUMBER = re.compile(r"-?\d+(\.\d+)?")
DIGITS = 12


@dataclass(frozen=True, slots=True)
class Known:
    """What has to be known of an account to read its tickets."""

    fields: Mapping[str, FieldType] = field(default_factory=dict)  # of its own
    read_only: frozenset[str] = frozenset()
    brands: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Sequence[Wire], brands: Sequence[Wire]) -> "Known":
        own = {name_of(it): it for it in own_fields(fields)}
        return cls(
            {name: to_type(it) for name, it in own.items()},
            frozenset(name for name, it in own.items() if it["type"] in READ_ONLY),
            {it["id"]: it["name"] for it in brands},
        )

    def brand(self, name: str) -> int:
        found = [id for id, it in self.brands.items() if it == name]
        if not found:
            raise RecordRejected(f"There is no brand {name}")
        return found[0]


def own_fields(fields: Sequence[Wire]) -> list[Wire]:
    """Those that an administrator has made, and not switched off: what is written into others is lost without a word."""
    return [it for it in fields if it.get("removable") is not False and it.get("active") is not False]


def name_of(field: Wire) -> str:
    return f"{CUSTOM}{field['id']}"


def to_type(field: Wire) -> FieldType:
    return CUSTOM_TYPES.get(field["type"], FieldType.TEXT)


def to_facts(field: Wire) -> FieldFacts:
    options = {it["value"]: it.get("name") or it["value"] for it in field.get("custom_field_options") or ()}
    return FieldFacts(
        name=name_of(field),
        label=field.get("title") or name_of(field),
        type=to_type(field),
        writable=field["type"] not in READ_ONLY,
        choices=tuple(options) if options else None,
        choice_labels={value: label for value, label in options.items() if value != label},
    )


def to_record(ticket: Wire, known: Known) -> Record:
    brand = ticket.get("brand_id")
    return Record(
        ref=ref_of(ticket),
        values={**_system(ticket), **_custom(ticket, known)},
        version=version_of(ticket),
        changed_at=instant(ticket["updated_at"]),
        created_at=instant(ticket["created_at"]),
        project=known.brands.get(brand, str(brand)) if brand else None,
        marker=ticket.get(MARKER) or None,
    )


def ref_of(ticket: Wire) -> RecordRef:
    return RecordRef(STREAM, str(int(ticket["id"])))


def version_of(ticket: Wire) -> str:
    """Times are whole seconds, and the vendor's own doings don't move them: what the ticket holds counts as well."""
    if ticket["status"] == DELETED:
        return f"{ticket['updated_at']}~{DELETED}"
    own = sorted(
        (int(it["id"]), it["value"]) for it in ticket.get("custom_fields") or () if _says(it["value"])
    )
    held = {name: ticket.get(name) for name in (*SYSTEM, MARKER) if _says(ticket.get(name))}
    told = json.dumps([held, own], sort_keys=True, default=str)
    return f"{ticket['updated_at']}~{sha256(told.encode()).hexdigest()[:DIGITS]}"


def stamp_of(version: str) -> str:
    """What the vendor compares when it is asked for a safe update."""
    return version.partition("~")[0]


def generated_at(ticket: Wire) -> datetime:
    """What the export goes by: when the vendor, or anybody, has last changed it."""
    generated = ticket.get("generated_timestamp")
    return datetime.fromtimestamp(int(generated), UTC) if generated else instant(ticket["updated_at"])


def to_comment(told: Wire, ref: RecordRef, at: str) -> Comment:
    author = told.get("author_id")
    return Comment(
        id=str(told["id"]),
        record=ref,
        body=told["body"],
        public=told["public"] is True,
        version="1",  # a comment can't be edited
        author=str(author) if author else None,
        created_at=instant(at),
    )


def to_attachment(file: Wire) -> Attachment:
    size = file.get("size")
    return Attachment(
        str(file["id"]),
        file["file_name"],
        None if size is None else int(size),
        file["content_url"],
        file.get("content_type") or None,
    )


def to_person(user: Wire) -> Person:
    email, active = user.get("email") or None, user.get("active") is not False
    return Person(str(user["id"]), user.get("name") or "", email, email, active and not user.get("suspended"))


def _system(ticket: Wire) -> dict[str, Value]:
    return {name: _to_value(ticket[name], kind, name) for name, (_, kind) in SYSTEM.items() if name in ticket}


def _custom(ticket: Wire, known: Known) -> dict[str, Value]:
    own = {f"{CUSTOM}{it['id']}": it["value"] for it in ticket.get("custom_fields") or ()}
    return {name: _to_value(own.get(name), kind) for name, kind in known.fields.items()}


def _to_value(given: Any, kind: FieldType, name: str = "") -> Value:
    """What does not fit its type stays what it is. An empty list says as little as nothing does."""
    if given is None or given in ("", []):
        return None
    if isinstance(given, list):
        return [str(it) for it in given]
    if name in IDS or kind is FieldType.DATE:
        return str(given) if name in IDS else str(given)[:10]
    if isinstance(given, str):
        return _from_text(given, kind)
    return given


def _from_text(text: str, kind: FieldType) -> Value:
    if kind is FieldType.BOOLEAN and text in ("true", "false"):
        return text == "true"
    if kind is FieldType.NUMBER and NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return iso(instant(text)) if kind is FieldType.INSTANT else text


def _says(value: Any) -> bool:
    """What one endpoint shows as empty and another one leaves out is the same."""
    return value is not None and value not in ("", [], False)
