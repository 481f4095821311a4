"""Azure DevOps' wire format to ours and back. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from syncline_common.connectors.times import instant
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie, TieKind
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Attachment

Wire = Mapping[str, Any]

ID, REV, TYPE, TAGS = "System.Id", "System.Rev", "System.WorkItemType", "System.Tags"
PROJECT, STATE = "System.TeamProject", "System.State"
CHANGED, CREATED = "System.ChangedDate", "System.CreatedDate"
OF_THE_RECORD = (
    frozenset(  # or, as the history is, said of the latest revision alone: comments are read elsewhere
        [ID, REV, TYPE, "System.AuthorizedDate", "System.RevisedDate", "System.Watermark", "System.History"]
    )
)
GIVEN_BY_PATH = frozenset([TYPE, PROJECT])  # a create names them in its address
GIVEN_A_VALUE = frozenset(
    [STATE, PROJECT, "System.AreaPath", "System.AreaId", "System.IterationPath", "System.IterationId"]
)
PLACES = frozenset(
    ["System.AreaPath", "System.IterationPath"]
)  # written by everybody, and called read-only at times
STAMPS = frozenset([CHANGED, CREATED, "System.ChangedBy", "System.CreatedBy"])  # the other way round
RELATIONS = {
    TieKind.PARENT: "System.LinkTypes.Hierarchy-Reverse",
    TieKind.RELATED: "System.LinkTypes.Related",
}
SEPARATOR = re.compile("[,;]")  # the vendor would make two tags of one
MARKER = re.compile(r"sl-[a-z2-7]{20}")
TYPES = {
    "integer": FieldType.NUMBER,
    "double": FieldType.NUMBER,
    "boolean": FieldType.BOOLEAN,
    "dateTime": FieldType.INSTANT,
    "html": FieldType.RICH_TEXT,
    "history": FieldType.RICH_TEXT,
    "identity": FieldType.PERSON,
    "treePath": FieldType.CHOICE,
    "picklistString": FieldType.CHOICE,
    "picklistInteger": FieldType.CHOICE,
    "picklistDouble": FieldType.CHOICE,
}


def to_type(field: Wire) -> FieldType:
    if field["referenceName"] == TAGS:
        return FieldType.LIST
    if field.get("isIdentity"):
        return FieldType.PERSON
    if field.get("isPicklist") or field["referenceName"] == STATE:
        return FieldType.CHOICE
    return TYPES.get(field["type"], FieldType.TEXT)


def to_record(item: Wire, stream: str, names: Iterable[str], marker_field: str | None = None) -> Record:
    """`names` are all fields there are: an answer leaves out the empty ones.

    In `stream` it stays, whatever its type has become: a record that changed its type is not gone.
    """
    fields = item.get("fields")
    if not isinstance(fields, Mapping) or not {CHANGED, CREATED} <= set(fields):
        raise ContractBroken("A work item came without its fields", detail=str(item.get("id")))
    values = {name: to_value(name, fields.get(name)) for name in {*names, *fields}}
    return Record(
        ref=RecordRef(stream, str(item["id"])),
        values={name: it for name, it in values.items() if name not in OF_THE_RECORD},
        version=str(item["rev"]),
        changed_at=instant(fields[CHANGED]),
        created_at=instant(fields[CREATED]),
        project=fields.get(PROJECT),
        marker=_marker(fields, marker_field),
    )


def to_value(name: str, value: Any) -> Value:
    """People by their unique name, tags as a list without our marker; the rest is JSON as it is."""
    if name == TAGS:
        return [it for it in _tags(value) if not MARKER.fullmatch(it)]
    if value is None or isinstance(value, str):
        return value or None
    return value.get("uniqueName") or value.get("displayName") if isinstance(value, Mapping) else value


def to_new(values: Values, marker: str, marker_field: str | None) -> list[dict[str, Any]]:
    """The patch that creates."""
    sent = {name: it for name, it in values.items() if name not in GIVEN_BY_PATH and it not in (None, "", [])}
    if marker_field is None:
        sent[TAGS] = [*(sent.get(TAGS) or []), marker]
    else:
        sent[marker_field] = marker
    return [_set(name, it) for name, it in sent.items()]


def to_patch(seen: Record, values: Values, marker_field: str | None) -> list[dict[str, Any]]:
    """It is refused if the record has moved on: the test comes first."""
    patch: list[dict[str, Any]] = [{"op": "test", "path": "/rev", "value": int(seen.version)}]
    marker = [seen.marker] if marker_field is None and seen.marker is not None else []
    for name, given in values.items():
        value = [*(given or []), *marker] if name == TAGS and isinstance(given, list | None) else given
        if name == TAGS and (marker or seen.values.get(TAGS)):
            patch.append(_set(name, value, "replace"))
        elif value not in (None, "", []):
            patch.append(_set(name, value))
        elif seen.values.get(name) not in (None, "", []):  # what is empty already can't be removed
            patch.append({"op": "remove", "path": f"/fields/{name}"})
    return patch


def to_comment(comment: Wire, ref: RecordRef) -> Comment:
    author = comment.get("createdBy") or {}
    return Comment(
        id=str(comment["id"]),
        record=ref,
        body=comment.get("text") or "",
        public=True,  # there are no others
        version=str(comment.get("version", 1)),
        author=author.get("uniqueName"),
        created_at=instant(comment["createdDate"]),
    )


def to_attachments(item: Wire) -> list[Attachment]:
    found = [it for it in item.get("relations") or [] if it["rel"] == "AttachedFile"]
    return [to_attachment(it) for it in found]


def to_attachment(relation: Wire) -> Attachment:
    url, attributes = relation["url"], relation.get("attributes") or {}
    own = url.rpartition("/")[2].partition("?")[0]
    size = attributes.get("resourceSize")
    return Attachment(own, attributes.get("name", own), None if size is None else int(size), url)


def to_ends(item: Wire) -> list[tuple[TieKind, str]]:
    """What it is tied to, by id; of what type that is, is not said."""
    kinds = {rel: kind for kind, rel in RELATIONS.items()}
    found = [it for it in item.get("relations") or [] if it["rel"] in kinds]
    return [(kinds[it["rel"]], it["url"].rpartition("/")[2]) for it in found]


def to_relation(tie: Tie, other: Wire) -> dict[str, Any]:
    """The step that adds it. Items are named by their addresses."""
    relation = {"rel": RELATIONS[tie.kind], "url": other["url"]}
    return {"op": "add", "path": "/relations/-", "value": relation}


def _marker(fields: Wire, marker_field: str | None) -> str | None:
    if marker_field is not None:
        return fields.get(marker_field) or None
    return next((it for it in _tags(fields.get(TAGS)) if MARKER.fullmatch(it)), None)


def _tags(value: Any) -> list[str]:
    return [it.strip() for it in (value or "").split(";") if it.strip()]


def _set(name: str, value: Value, op: str = "add") -> dict[str, Any]:
    """Tags that are added go beside those that are there: to take one off, all are replaced."""
    if (
        name == TAGS
        and isinstance(value, list)
        and (split := [it for it in value if SEPARATOR.search(str(it))])
    ):
        raise RecordRejected(f"A tag can hold no comma and no semicolon: {split[0]}")
    sent = "; ".join(value) if name == TAGS and isinstance(value, list) else value
    return {"op": op, "path": f"/fields/{name}", "value": sent}
