"""Attachments: uploaded first, linked afterwards, and fetched with the same credential."""

from syncline_sandbox.azure_devops.accounts import check_content_type
from syncline_sandbox.azure_devops.boards import Attachment, Boards, path
from syncline_sandbox.azure_devops.refusals import bad_argument, refuse
from syncline_sandbox.calls import Answer, Call, Operation, as_json


class Files:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def operations(self) -> list[Operation]:
        one = path(r"wit/attachments/(?P<id>[0-9a-f-]{36})")
        return [
            Operation(
                "attachments.create", "POST", path(r"wit/attachments"), self.upload, "vso.work_write", True
            ),
            Operation("attachments.get", "GET", one, self.download, "vso.work"),
        ]

    def upload(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/octet-stream")
        boards, name = self._boards, call.get("fileName")
        if call.get("uploadType", "simple").lower() != "simple":
            raise bad_argument("The sandbox takes simple uploads only.")
        if len(call.body) > boards.caps.attachment_bytes:
            message = "VS403388: The attachment exceeds the maximum size."
            raise refuse(400, "WorkItemAttachmentExceedsMaxSizeException", message)
        attachment = Attachment(boards.guid(), name or "attachment", call.body)
        boards.attachments[attachment.id] = attachment
        place = ("attachment", attachment.id, 1)
        boards.store.ledger.note(boards.store.clock.now(), caller, "attached", place, after={"name": name})
        url = f"{call.base}/_apis/wit/attachments/{attachment.id}?fileName={attachment.name}"
        return as_json({"id": attachment.id, "url": url}, 201)

    def download(self, call: Call, caller: str) -> Answer:
        attachment = self._boards.attachments.get(call.params["id"].lower())
        if attachment is None:
            message = f"TF401243: The attachment {call.params['id']} does not exist."
            raise refuse(404, "AttachmentNotFoundException", message)
        name = call.get("fileName") or attachment.name
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return Answer(200, attachment.content, headers)
