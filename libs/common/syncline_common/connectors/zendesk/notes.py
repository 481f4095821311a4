"""What is written by a ticket's update and is no field of it: comments, and the files that they bring along.

A PUT is sent again if nobody answers. A safe update lets it through once, and the marker in what the vendor keeps of the
change tells whether it was ours that went through.
"""

from collections.abc import Mapping
from typing import Any

from syncline_common.connectors.bulk import already_sent
from syncline_common.connectors.zendesk.client import Support, Wire, Written
from syncline_common.connectors.zendesk.records import DELETED
from syncline_common.errors import RecordChanged, RecordGone, RecordRejected, UnknownOutcome
from syncline_common.sdk.ports import File

OURS = "syncline"  # beside which the marker stands
TRIES = 3  # people may be at work on it at the same time
CLOSED = "A closed ticket can't be changed any more"
BUSY = "It is edited all the time"
NOT_THERE = "It was accepted, and is not in the answer"
Said = tuple[Wire, str]  # the comment, and when it was written


class Notes:
    def __init__(self, support: Support) -> None:
        self._support = support

    async def said(self, id: str, body: str, *, public: bool, marker: str) -> Said:
        """What bears the marker already is there, and is not written again."""
        change = {"comment": {"body": body, "public": public}, "metadata": {OURS: marker}}
        for _ in range(TRIES):
            if there := await self._standing(id, body, marker, public=public):
                return there
            try:
                made = await self._support.update(id, change, await self._stamp(id))
            except RecordChanged:
                continue
            with already_sent():
                return _comment_in(made), str(made.audit["created_at"])
        raise RecordChanged(BUSY, detail=id)

    async def attached(self, id: str, file: File) -> Wire:
        stamp = await self._stamp(id)
        uploaded = await self._support.upload(file)
        said = {"body": file.name, "public": False, "uploads": [uploaded["token"]]}
        for _ in range(TRIES):
            try:
                made = await self._support.update(id, {"comment": said}, stamp)
            except RecordChanged:
                if there := await self._file(id, uploaded["id"]):
                    return there
                stamp = await self._stamp(id)
                continue
            with already_sent():
                return _file_in(_comment_in(made), uploaded["id"])
        raise RecordChanged(BUSY, detail=id)

    async def _standing(self, id: str, body: str, marker: str, *, public: bool) -> Said | None:
        """Of comments that say the same, the one whose marker it is: only its audit is sure to tell."""
        for it in await self._support.last_comments(id):
            if it["public"] is not public or _lines(it["body"]) != _lines(body):
                continue
            audit = await self._support.audit(id, it["audit_id"])
            if _marker_in(audit) == marker:
                return it, str(it["created_at"])
        return None

    async def _file(self, id: str, file: int) -> Wire | None:
        for it in await self._support.last_comments(id):
            for attachment in it.get("attachments") or ():
                if attachment["id"] == file:
                    found: Wire = attachment
                    return found
        return None

    async def _stamp(self, id: str) -> str:
        found = await self._support.many([id])
        if not found or found[0]["status"] == DELETED:
            raise RecordGone("It is gone, or hidden from us", detail=id)
        ticket = found[0]
        if ticket["status"] == "closed":
            raise RecordRejected(CLOSED)
        return str(ticket["updated_at"])


def _comment_in(made: Written) -> Wire:
    found: list[Wire] = [it for it in made.audit["events"] if it.get("type") == "Comment"]
    if not found:
        raise UnknownOutcome(NOT_THERE, detail="comment")
    return found[0]


def _file_in(comment: Wire, id: int) -> Wire:
    found: list[Wire] = [it for it in comment.get("attachments") or () if it["id"] == id]
    if not found:
        raise UnknownOutcome(NOT_THERE, detail="attachment")
    return found[0]


def _marker_in(audit: Mapping[str, Any]) -> Any:
    custom = (audit.get("metadata") or {}).get("custom")
    return custom.get(OURS) if isinstance(custom, dict) else None


def _lines(text: str) -> list[str]:
    """However lines end, and whatever is blank around a text."""
    return [it.rstrip() for it in text.strip().splitlines()]
