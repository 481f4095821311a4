"""Comments, what the vendor keeps of each change, and files: uploaded first, then brought along by a comment."""

from re import compile as pattern
from typing import Any
from urllib.parse import quote

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.desk import Comment, Desk, FileKept, Upload, iso, path
from syncline_sandbox.zendesk.pages import listed
from syncline_sandbox.zendesk.people import ADDRESS
from syncline_sandbox.zendesk.refusals import bad_attribute, not_found, refuse

FARTHEST = 10**16  # beyond any id, to count down from
SORTS, ORDERS = ("", "created_at", "-created_at"), ("", "asc", "desc")  # by cursor, and by number


class Discussion:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        comments, audits = (path(rf"tickets/(?P<id>\d+)/{it}") for it in ("comments", "audits"))
        audit = path(r"tickets/(?P<id>\d+)/audits/(?P<audit>\d+)")
        file = r"/attachments/token/(?P<key>[0-9a-zA-Z]+)/"
        return [
            Operation("ticket.comments", "GET", pattern(comments), self.comments, "read"),
            Operation("ticket.audits", "GET", pattern(audits), self.audits, "read"),
            Operation("ticket.audit", "GET", pattern(audit), self.audit, "read"),
            Operation("upload.create", "POST", pattern(path("uploads")), self.upload, "write", writes=True),
            Operation("attachment.content", "GET", pattern(file), self.content, "public"),
        ]

    def comments(self, call: Call, caller: str) -> Answer:
        """The oldest first, unless it is asked for otherwise. The first one is the ticket's description."""
        stored, sort, order = self._desk.ticket(call.params["id"]), call.get("sort"), call.get("sort_order")
        if sort not in SORTS or order not in ORDERS:
            raise bad_attribute("sort", "is not sortable")
        by_cursor = any(name.startswith("page[") for name, _ in call.query)
        falls = sort.startswith("-") if by_cursor else order == "desc"
        found = [it for it in self._desk.comments if it.ticket == stored.id]
        documents = [comment_document(self._desk, it) for it in (reversed(found) if falls else found)]
        return listed(call, "comments", documents, lambda it: FARTHEST - it["id"] if falls else it["id"])

    def audits(self, call: Call, caller: str) -> Answer:
        stored = self._desk.ticket(call.params["id"])
        found = [it for it in self._desk.comments if it.ticket == stored.id]
        documents = [audit_document(self._desk, stored, it.audit, it, it.author) for it in found]
        return listed(call, "audits", documents, lambda it: it["id"])

    def audit(self, call: Call, caller: str) -> Answer:
        stored, wanted = self._desk.ticket(call.params["id"]), int(call.params["audit"])
        for it in self._desk.comments:
            if it.ticket == stored.id and it.audit == wanted:
                return as_json({"audit": audit_document(self._desk, stored, it.audit, it, it.author)})
        raise not_found()

    def upload(self, call: Call, caller: str) -> Answer:
        name, desk = call.get("filename"), self._desk
        if not name:
            raise refuse(400, "AttachmentError", "The filename is missing")
        if len(call.body) > desk.caps.file_bytes:
            raise refuse(413, "AttachmentTooLarge", "The file is too large")
        kept = self.keep(name, call.content_type or "application/unknown", call.body)
        token = self.bring(kept, call.get("token"))
        upload, now = desk.uploads[token], desk.store.clock.now()
        desk.store.ledger.note(now, caller, "uploaded", ("upload", token, 1), after={"name": name})
        told = file_document(kept)
        body = {
            "token": token,
            "expires_at": iso(upload.expires_at),
            "attachments": [told],
            "attachment": told,
        }
        return as_json({"upload": body}, 201)

    def keep(self, name: str, content_type: str, content: bytes) -> FileKept:
        key = self._desk.guid().replace("-", "")
        kept = FileKept(self._desk.next_id(), name, content_type, content, key)
        self._desk.files[kept.id] = kept
        return kept

    def bring(self, kept: FileKept, token: str = "") -> str:
        """What a comment brings it along by, for an hour."""
        desk = self._desk
        token = token or desk.guid().replace("-", "")[:26]
        ends = desk.store.clock.now() + desk.caps.upload_lives
        desk.uploads.setdefault(token, Upload(token, ends, [])).files.append(kept.id)
        return token

    def content(self, call: Call, caller: str) -> Answer:
        """Whoever knows the address may fetch it."""
        for kept in self._desk.files.values():
            if kept.key == call.params["key"]:
                return Answer(200, kept.content, {"Content-Type": kept.content_type})
        raise not_found()


def file_document(kept: FileKept) -> dict[str, Any]:
    return {
        "url": f"{ADDRESS}/api/v2/attachments/{kept.id}.json",
        "id": kept.id,
        "file_name": kept.name,
        "content_url": f"{ADDRESS}/attachments/token/{kept.key}/?name={quote(kept.name)}",
        "mapped_content_url": f"{ADDRESS}/attachments/token/{kept.key}/?name={quote(kept.name)}",
        "content_type": kept.content_type,
        "size": len(kept.content),
        "width": None,
        "height": None,
        "inline": False,
        "deleted": False,
        "malware_access_override": False,
        "malware_scan_result": "malware_not_found",
        "thumbnails": [],
    }


def comment_document(desk: Desk, it: Comment) -> dict[str, Any]:
    return {
        "id": it.id,
        "type": "Comment",
        "author_id": it.author,
        "body": it.body,
        "html_body": it.html,
        "plain_body": it.body,
        "public": it.public,
        "attachments": [file_document(desk.files[id]) for id in it.files],
        "audit_id": it.audit,
        "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": it.created_at,
        "metadata": it.metadata,
    }


def audit_document(
    desk: Desk, stored: Stored, id: int, comment: Comment | None, author: int
) -> dict[str, Any]:
    """Events of a comment stand in it without their time: the audit has it."""
    version = stored.latest
    changes = [
        {"id": id + number, "type": "Change", "field_name": name, "value": new, "previous_value": old}
        for number, (name, (old, new)) in enumerate(version.changed.items(), 2)
        if comment is None and name != "custom_fields"
    ]
    events: list[dict[str, Any]] = []
    if comment:
        told = comment_document(desk, comment)
        events.append({name: value for name, value in told.items() if name not in ("created_at", "metadata")})
    return {
        "id": id,
        "ticket_id": int(stored.id),
        "created_at": comment.created_at if comment else iso(version.at),
        "author_id": author,
        "metadata": comment.metadata if comment else {"system": {}, "custom": {}},
        "events": [*events, *changes],
        "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
    }
