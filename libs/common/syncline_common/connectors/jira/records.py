"""Jira's wire format to ours. Pure. Times come in the zone of who asks, and with an offset that has no colon."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from syncline_common.connectors.jira.adf import to_text
from syncline_common.connectors.jira.fields import (
    BETWEEN,
    LABELS,
    MARKER,
    NOT_READ,
    Fields,
    is_read,
    is_steady,
    to_type,
)
from syncline_common.connectors.times import instant, iso
from syncline_common.errors import ContractBroken
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie, TieKind
from syncline_common.schemas.values import FieldType, Value
from syncline_common.sdk.ports import Attachment, Person

Wire = Mapping[str, Any]
CREATED, UPDATED = "created", "updated"
WANTED = ("*all", *(f"-{it}" for it in sorted(NOT_READ)))  # of an issue


def to_record(issue: Wire, stream: str, fields: Fields) -> Record:
    """In `stream` it stays, whatever its type has become."""
    told = issue.get("fields")
    if not isinstance(told, Mapping) or not told.get(CREATED) or not told.get(UPDATED):
        raise ContractBroken("An issue came without its fields", detail=str(issue.get("id")))
    values = {
        id: to_value(it, to_type(fields[id]) if id in fields else None)
        for id, it in told.items()
        if is_read(id, fields.get(id, {}))
    }
    labels = values.get(LABELS) or []
    values[LABELS] = [it for it in labels if not MARKER.fullmatch(it)]
    changed = instant(told[UPDATED])
    steady = {id: it for id, it in values.items() if id in fields and is_steady(fields[id])}
    return Record(
        ref=RecordRef(stream, str(issue["id"])),
        values=values,
        version=f"{changed.timestamp():.3f}-{_digest([steady, labels])}",
        changed_at=changed,
        created_at=instant(told[CREATED]),
        project=(told.get("project") or {}).get("key"),
        marker=next((it for it in labels if MARKER.fullmatch(it)), None),
    )


def _digest(content: Any) -> str:
    """An edit within the same millisecond is seen by what it has changed."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def to_value(value: Any, kind: FieldType | None) -> Value:
    """By its shape: people by their accounts, choices by what they are called, issues and projects by their keys."""
    if isinstance(value, list):
        return [to_value(it, None) for it in value]
    if isinstance(value, Mapping):
        return _of_thing(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if kind is FieldType.INSTANT and isinstance(value, str) and value:
        return iso(instant(value))
    return None if value == "" else value


def _of_thing(thing: Wire) -> Value:
    if thing.get("type") == "doc":
        return to_text(thing) or None
    if "accountId" in thing:
        return thing["accountId"]
    if "value" in thing:
        below = thing.get("child")
        return f"{thing['value']}{BETWEEN}{below['value']}" if isinstance(below, Mapping) else thing["value"]
    if "key" in thing and ("fields" in thing or "projectTypeKey" in thing):
        return thing["key"]
    return thing["name"] if "name" in thing else dict(thing)


def to_comment(comment: Wire, ref: RecordRef) -> Comment:
    """Public unless it is for some only: of a role or a group, or of those who work on a request."""
    body = comment["body"]
    return Comment(
        id=str(comment["id"]),
        record=ref,
        body=to_text(body) if isinstance(body, Mapping) else str(body or ""),
        public=comment.get("jsdPublic") is not False and not comment.get("visibility"),
        version=iso_of(comment.get("updated") or comment["created"]),
        author=(comment.get("author") or {}).get("accountId"),
        created_at=instant(comment["created"]),
    )


def iso_of(text: str) -> str:
    return instant(text).isoformat(timespec="milliseconds")


def to_attachment(told: Wire) -> Attachment:
    size = told.get("size")
    return Attachment(
        str(told["id"]),
        told["filename"],
        None if size is None else int(size),
        told.get("content") or "",
        told.get("mimeType") or None,
    )


def to_person(user: Wire) -> Person:
    """Most hide their address."""
    email = user.get("emailAddress") or None
    name = user.get("displayName") or user["accountId"]
    return Person(user["accountId"], name, email, active=user.get("active") is not False)


def to_ties(fields: Wire) -> list[Tie]:
    """Of links those alone that say the same from either end."""
    found = list[Tie]()
    if parent := fields.get("parent"):
        found.append(Tie(TieKind.PARENT, _end(parent)))
    for link in fields.get("issuelinks") or []:
        other = link.get("inwardIssue") or link.get("outwardIssue")
        if is_mutual(link["type"]) and other:
            found.append(Tie(TieKind.RELATED, _end(other)))
    return list(dict.fromkeys(found))


def is_mutual(type: Wire) -> bool:
    return bool(type.get("inward")) and type.get("inward") == type.get("outward")


def _end(issue: Wire) -> RecordRef:
    return RecordRef(issue["fields"]["issuetype"]["name"], str(issue["id"]))


def edits_after(histories: Iterable[Wire], moment: datetime) -> int:
    return sum(instant(it["created"]) > moment for it in histories)
