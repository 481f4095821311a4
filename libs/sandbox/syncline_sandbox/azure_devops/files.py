"""Attachments: uploaded first, linked afterwards, and fetched with the same credential.

One larger than a request may be is begun and then sent in chunks, in order, each once; it is there with the last of them.
"""

import re
from dataclasses import dataclass, field

from syncline_sandbox.azure_devops.accounts import check_content_type
from syncline_sandbox.azure_devops.boards import Attachment, Boards, path
from syncline_sandbox.azure_devops.refusals import bad_argument, refuse
from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json

RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(slots=True)
class Begun:
    name: str
    content: bytearray = field(default_factory=bytearray)


class Files:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards
        self._begun: dict[str, Begun] = {}

    def operations(self) -> list[Operation]:
        one = path(r"wit/attachments/(?P<id>[0-9a-f-]{36})")
        return [
            Operation(
                "attachments.create", "POST", path(r"wit/attachments"), self.upload, "vso.work_write", True
            ),
            Operation("attachments.chunk", "PUT", one, self.chunk, "vso.work_write", True),
            Operation("attachments.get", "GET", one, self.download, "vso.work"),
        ]

    def upload(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/octet-stream")
        boards, name = self._boards, call.get("fileName") or "attachment"
        ways = {"simple": False, "chunked": True}
        way = call.get("uploadType", "simple").lower()
        if way not in ways:
            raise bad_argument(f"There is no upload type {way}.")
        if ways[way]:
            if call.body:
                raise bad_argument("A chunked upload is begun without content.")
            self._begun[id := boards.guid()] = Begun(name)
            return self._named(call, id, name)
        if len(call.body) > min(boards.caps.attachment_bytes, boards.caps.request_bytes):
            raise _too_large()
        return self._kept(call, caller, Attachment(boards.guid(), name, call.body))

    def chunk(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/octet-stream")
        id, said = call.params["id"].lower(), RANGE.fullmatch(call.headers.get("content-range", ""))
        begun = self._begun.get(id)
        if begun is None:
            raise _missing(id)
        first, last, total = map(int, said.groups()) if said else (-1, -1, -1)
        if total > self._boards.caps.attachment_bytes or len(call.body) > self._boards.caps.request_bytes:
            raise _too_large()
        if first != len(begun.content) or last != first + len(call.body) - 1 or last >= total:
            raise bad_argument("The header Content-Range does not go on where the last chunk ended.")
        begun.content += call.body
        if last + 1 < total:
            return self._named(call, id, begun.name)
        del self._begun[id]
        return self._kept(call, caller, Attachment(id, begun.name, bytes(begun.content)))

    def download(self, call: Call, caller: str) -> Answer:
        attachment = self._boards.attachments.get(call.params["id"].lower())
        if attachment is None:
            raise _missing(call.params["id"])
        name = call.get("fileName") or attachment.name
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return Answer(200, attachment.content, headers)

    def _kept(self, call: Call, caller: str, attachment: Attachment) -> Answer:
        boards = self._boards
        boards.attachments[attachment.id] = attachment
        place, after = ("attachment", attachment.id, 1), {"name": attachment.name}
        boards.store.ledger.note(boards.store.clock.now(), caller, "attached", place, after=after)
        return self._named(call, attachment.id, attachment.name)

    def _named(self, call: Call, id: str, name: str) -> Answer:
        url = f"{call.base}/_apis/wit/attachments/{id}?fileName={name}"
        return as_json({"id": id, "url": url}, 201 if call.method == "POST" else 200)


def _too_large() -> Refused:
    message = "VS403388: The attachment exceeds the maximum size."
    return refuse(400, "WorkItemAttachmentExceedsMaxSizeException", message)


def _missing(id: str) -> Refused:
    return refuse(404, "AttachmentNotFoundException", f"TF401243: The attachment {id} does not exist.")
