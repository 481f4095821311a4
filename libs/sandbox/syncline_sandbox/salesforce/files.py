"""Files: a version that is uploaded makes a document, and a link to the record where it was first published."""

import json
from email import message_from_bytes
from pathlib import PurePosixPath
from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.salesforce.objects import Objects
from syncline_sandbox.salesforce.refusals import not_allowed, nothing_found, of_record, refuse
from syncline_sandbox.salesforce.rows import ROOT
from syncline_sandbox.salesforce.schema import ENTITIES
from syncline_sandbox.salesforce.values import given
from syncline_sandbox.store import Stored

LARGEST = 2 * 2**30
VERSION = rf"{ROOT}/sobjects/ContentVersion/(?P<id>\w{{15,18}})/VersionData"
BODY = rf"{ROOT}/sobjects/Attachment/(?P<id>\w{{15,18}})/Body"


class Files:
    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._contents: dict[str, bytes] = {}
        self.largest = LARGEST

    def operations(self) -> list[Operation]:
        return [
            Operation("blob", "GET", pattern(VERSION), self.content),
            Operation("blob", "GET", pattern(BODY), self.content),
        ]

    def content(self, call: Call, caller: str) -> Answer:
        id = call.params["id"]
        stored = self._objects.find(id)
        if stored is None or stored.id not in self._contents:
            raise nothing_found()
        return Answer(200, self._contents[stored.id], {"Content-Type": "application/octet-stream"})

    def upload(self, call: Call, caller: str) -> Answer:
        """A form of two parts: the fields as JSON, and the content."""
        if not self._objects.account(caller).writes:
            raise not_allowed()
        head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
        fields, content = None, None
        for part in message_from_bytes(head + call.body).walk():
            told = part.get_payload(decode=True)
            name = part.get_param("name", header="content-disposition")
            if not isinstance(told, bytes):  # the form itself
                continue
            if part.get_content_type() == "application/json" and fields is None:
                fields = json.loads(told)
            elif name == "VersionData" and part.get_filename():
                content = told
        if call.params["entity"] != "ContentVersion" or fields is None or content is None:
            raise refuse(400, "INVALID_MULTIPART_REQUEST", "The multipart request is not as it has to be")
        stored = self.publish(fields, content, caller)
        return as_json({"id": stored.id, "success": True, "errors": []}, 201)

    def publish(self, fields: dict[str, object], content: bytes, by: str) -> Stored:
        entity = ENTITIES["ContentVersion"]
        kept = given(
            entity, entity.field, fields, lambda of, id: self._objects.find(id, of) is not None, new=True
        )
        if not kept.get("PathOnClient"):
            raise of_record(
                "REQUIRED_FIELD_MISSING", "Required fields are missing: [PathOnClient]", "PathOnClient"
            )
        if len(content) > self.largest:
            raise of_record("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
        path = PurePosixPath(str(kept["PathOnClient"]))
        told = {
            "Title": kept.get("Title") or path.stem,
            "FileExtension": path.suffix[1:] or None,
            "FileType": path.suffix[1:].upper() or "UNKNOWN",
            "ContentSize": len(content),
        }
        return self._kept({**kept, **told}, told, content, by)

    def _kept(self, version: dict[str, object], told: dict[str, object], content: bytes, by: str) -> Stored:
        objects, store = self._objects, self._objects.store
        id, document = objects.next_id("ContentVersion"), objects.next_id("ContentDocument")
        stored = store.add(
            "ContentVersion", id, {**version, "ContentDocumentId": document, "IsLatest": True}, by
        )
        store.begin_with("ContentDocument", document, {**told, "LatestPublishedVersionId": id}, by)
        if place := version.get("FirstPublishLocationId"):
            link = {"LinkedEntityId": place, "ContentDocumentId": document, "ShareType": "V"}
            store.begin_with("ContentDocumentLink", objects.next_id("ContentDocumentLink"), link, by)
        self._contents[id] = content
        return stored

    def attach_old(self, case: str, name: str, content: bytes, by: str) -> Stored:
        """As older organisations have it."""
        values = {"ParentId": case, "Name": name, "ContentType": "image/png", "BodyLength": len(content)}
        stored = self._objects.store.begin_with("Attachment", self._objects.next_id("Attachment"), values, by)
        self._contents[stored.id] = content
        return stored
