"""The platform's tickets to ours and back. Pure."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from html import escape, unescape
from typing import Any

from syncline_common.connectors.freshworks.product import Product
from syncline_common.connectors.times import instant
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef
from syncline_common.schemas.values import Value, Values
from syncline_common.sdk.ports import Attachment

Wire = Mapping[str, Any]

STREAM = "tickets"
CUSTOM = "custom_fields."  # before the names of those that the account's owner has made
TAGS, STATUS, CLOSED = "tags", "status", 5
PEOPLE = frozenset({"requester_id", "responder_id", "requested_for_id"})
NUMBERS = frozenset(
    {"status", "priority", "source", "urgency", "impact", "group_id", "product_id", "company_id"}
    | {"department_id", "email_config_id", "workspace_id", "sla_policy_id"}
)
NOT_READ = frozenset(  # told elsewhere, made up of others, or changed by clocks alone
    {"id", "created_at", "updated_at", "custom_fields", "tags", "spam", "deleted", "description_text"}
    | {"structured_description", "attachments", "conversations", "association_type", "requester", "stats"}
    | {"associated_tickets_list", "associated_tickets_count", "is_escalated", "fr_escalated", "nr_escalated"}
)
WHOLE = ("description", "custom_fields", "tags")
MARKER = re.compile(r"sl-[a-z2-7]{20}")
TAG, BLANKS = re.compile(r"<[^>]*>"), re.compile(r"\s+")
MARKUP = re.compile(
    r"</?(p|div|br|b|i|u|a|ul|ol|li|span|strong|em|img|table|h\d|pre|code|blockquote)\b[^>]*>"
)
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def to_record(
    ticket: Wire, product: Product, marker_field: str | None = None, project: str | None = None
) -> Record:
    values: dict[str, Value] = {
        name: to_value(name, it) for name, it in ticket.items() if _is_value(name, it)
    }
    custom = ticket.get("custom_fields") or {}
    values |= {f"{CUSTOM}{name}": it for name, it in custom.items() if name != marker_field}
    tags = list(ticket.get(TAGS) or [])
    if TAGS in ticket:
        values[TAGS] = [it for it in tags if not MARKER.fullmatch(it)]
    by_tag = next((it for it in tags if MARKER.fullmatch(it)), None)
    return Record(
        ref=RecordRef(STREAM, str(ticket["id"])),
        values=values,
        version=version_of(ticket, product),
        changed_at=instant(ticket["updated_at"]),
        created_at=instant(ticket["created_at"]),
        project=project,
        marker=by_tag if marker_field is None else custom.get(marker_field) or None,
    )


def of_a_list(
    row: Wire, product: Product, marker_field: str | None = None, project: str | None = None
) -> Record:
    """Only if nothing is left out of it."""
    if absent := [it for it in WHOLE if it not in row]:
        raise ContractBroken("A list leaves out what a ticket has", detail=", ".join(absent))
    return to_record(row, product, marker_field, project)


def version_of(ticket: Wire, product: Product) -> str:
    """Its time is cut off to a second: what it consists of tells two edits in one apart, wherever it was read."""
    told = json.dumps(content_of(ticket, product), sort_keys=True)
    return f"{ticket['updated_at']}~{sha256(told.encode()).hexdigest()[:12]}"


def content_of(ticket: Wire, product: Product) -> dict[str, Any]:
    """Without what a list may leave out or clocks change; text without markup, which is not the same everywhere."""
    custom = ticket.get("custom_fields") or {}
    return {
        **{name: ticket.get(name) for name in product.content},
        **{f"{CUSTOM}{name}": _plain(it) for name, it in custom.items() if it is not None},
        "description": plain_text(ticket.get("description") or ""),
    }


def to_value(name: str, value: Any) -> Value:
    """People are texts, as everywhere."""
    if name in PEOPLE:
        return None if value is None else str(value)
    return None if value == "" else value


def to_wire(values: Values, marker: str | None = None, marker_field: str | None = None) -> dict[str, Any]:
    """What is sent. `marker` is left in its field, or else among the tags if they are written."""
    sent: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in values.items():
        if name.startswith(CUSTOM):
            custom[name.removeprefix(CUSTOM)] = value
        else:
            sent[name] = _tags(value) if name == TAGS else _number(name, value)
    if marker is not None and marker_field is not None:
        custom[marker_field] = marker
    elif marker is not None and (TAGS in sent or not values):
        sent[TAGS] = [*sent.get(TAGS, []), marker]
    return sent | ({"custom_fields": custom} if custom else {})


def to_comment(note: Wire, ref: RecordRef) -> Comment:
    author = note.get("user_id")
    return Comment(
        id=str(note["id"]),
        record=ref,
        body=note.get("body") or "",
        public=not note.get("private", True),
        version=str(note.get("last_edited_at") or note.get("updated_at") or note["created_at"]),
        author=None if author is None else str(author),
        created_at=instant(note["created_at"]),
    )


def to_attachment(file: Wire) -> Attachment:
    size = file.get("size", file.get("file_size"))
    return Attachment(
        str(file["id"]),
        file["name"],
        None if size is None else int(size),
        file["attachment_url"],
        file.get("content_type") or None,
    )


def to_markup(text: str) -> str:
    """Of what may be written in either way: a text's own angle brackets would be taken out without a word."""
    return text if MARKUP.search(text) else escape(text, quote=False).replace("\n", "<br>")


def plain_text(markup: str) -> str:
    return BLANKS.sub(" ", unescape(TAG.sub(" ", markup))).strip()


def _is_value(name: str, value: Any) -> bool:
    return name not in NOT_READ and not isinstance(value, Mapping)


def _plain(value: Any) -> Any:
    """Numbers come as such or as texts."""
    if isinstance(value, bool):
        return value
    return float(value) if NUMBER.fullmatch(str(value)) else value


def _tags(value: Value) -> list[str]:
    tags = [str(it) for it in value] if isinstance(value, list) else []
    if split := [it for it in tags if "," in it]:
        raise RecordRejected(f"A tag can hold no comma: {split[0]}")
    return tags


def _number(name: str, value: Value) -> Value:
    """Ids and codes are numbers there, whatever a rule has made of them."""
    if name in PEOPLE | NUMBERS and isinstance(value, str):
        if not value.isdigit():
            raise RecordRejected(f"{name} takes a number, as the choices of the field have it")
        return int(value)
    return value
