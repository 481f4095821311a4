"""The Attachment API: metadata in a table, content beside it; a file changes nothing on the record that it hangs on."""

import hashlib
from email import message_from_bytes
from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.servicenow.dictionary import TABLES, family
from syncline_sandbox.servicenow.refusals import no_record, no_such, refuse, stopped
from syncline_sandbox.servicenow.rows import text_of
from syncline_sandbox.servicenow.tables import ROOT, Tables
from syncline_sandbox.store import Stored

WHERE = rf"{ROOT}/attachment"
ONE = rf"{WHERE}/(?P<id>[0-9a-f]{{32}})"
LARGEST = 1024 * 2**20
EXTENSIONS_REFUSED = (".exe", ".bat", ".scr")


class Attachments:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._contents: dict[str, bytes] = {}
        self.largest = LARGEST

    def operations(self) -> list[Operation]:
        return [
            Operation("attachment.list", "GET", pattern(WHERE), self.listed),
            Operation("attachment.create", "POST", pattern(f"{WHERE}/file"), self.from_body, writes=True),
            Operation("attachment.create", "POST", pattern(f"{WHERE}/upload"), self.from_form, writes=True),
            Operation("attachment.get", "GET", pattern(ONE), self.one),
            Operation("attachment.file", "GET", pattern(f"{ONE}/file"), self.content),
            Operation("attachment.delete", "DELETE", pattern(ONE), self.delete, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        account = self._tables.account(caller)
        found = self._tables.found(call, account, "sys_attachment")
        limit, offset = call.get("sysparm_limit", "1000"), call.get("sysparm_offset", "0")
        page = (
            found[int(offset) : int(offset) + int(limit)] if limit.isdigit() and offset.isdigit() else found
        )
        documents = [self._document(it, call) for it in page if not self._is_hidden(it, caller)]
        return as_json({"result": documents}, 200, {"X-Total-Count": str(len(found))})

    def one(self, call: Call, caller: str) -> Answer:
        return as_json({"result": self._document(self._found(call, caller), call)})

    def content(self, call: Call, caller: str) -> Answer:
        stored = self._found(call, caller)
        kind = str(stored.values["content_type"])
        return Answer(200, self._contents[stored.id], {"Content-Type": kind})

    def from_body(self, call: Call, caller: str) -> Answer:
        return self._add(call, caller, dict(call.query), call.body, call.content_type)

    def from_form(self, call: Call, caller: str) -> Answer:
        """A form whose last part is the file."""
        if call.content_type != "multipart/form-data":
            raise refuse(415, "Unsupported media type", f"Unsupported media type: {call.content_type}")
        head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
        form: dict[str, str] = {}
        for part in message_from_bytes(head + call.body).walk():
            name, content = (
                str(part.get_param("name", header="content-disposition")),
                part.get_payload(decode=True),
            )
            if not isinstance(content, bytes):  # the form itself
                continue
            if part.get_filename():
                form["file_name"] = str(part.get_filename())
                return self._add(call, caller, form, content, part.get_content_type())
            form[name] = content.decode().strip()
        raise refuse(400, "Failed to create the attachment", "File part might be missing in the request.")

    def delete(self, call: Call, caller: str) -> Answer:
        stored = self._found(call, caller)
        self._check_rights(str(stored.values["table_name"]), caller)
        self._tables.store.destroy(stored, caller)
        return Answer(204)

    def _add(self, call: Call, caller: str, given: dict[str, str], content: bytes, kind: str) -> Answer:
        table, name = given.get("table_name", ""), given.get("file_name", "")
        if table not in TABLES:
            raise no_such(table)
        self._check_rights(table, caller)
        owner = self._tables.store.find(given.get("table_sys_id", ""))
        if owner is None or owner.stream not in family(table):
            raise no_record()
        if not name or not kind:
            raise refuse(400, "Failed to create the attachment", "file_name and Content-Type are needed.")
        if len(content) > self.largest or name.lower().endswith(EXTENSIONS_REFUSED):
            raise stopped("The size or the type of the file is not allowed.")
        stored = self.keep((table, owner.id, name, kind), content, caller)
        location = f"{call.base}/api/now/attachment/{stored.id}"
        return as_json({"result": self._document(stored, call)}, 201, {"Location": location})

    def keep(self, described: tuple[str, str, str, str], content: bytes, by: str) -> Stored:
        """`described` by table, row, name and content type."""
        values = {
            **dict(zip(("table_name", "table_sys_id", "file_name", "content_type"), described, strict=True)),
            "hash": hashlib.sha256(content).hexdigest(),
            "state": "available",
            "size_bytes": str(len(content)),
        }
        stored = self._tables.store.add("sys_attachment", self._tables.new_id(), values, by)
        self._contents[stored.id] = content
        return stored

    def _found(self, call: Call, caller: str) -> Stored:
        stored = self._tables.store.find(call.params["id"])
        if stored is None or stored.stream != "sys_attachment" or self._is_hidden(stored, caller):
            raise no_record()
        return stored

    def _is_hidden(self, stored: Stored, caller: str) -> bool:
        owner = self._tables.store.find(str(stored.values["table_sys_id"]))
        return owner is None or self._tables.rows.hidden(owner, self._tables.account(caller))

    def _check_rights(self, table: str, caller: str) -> None:
        if not {TABLES[table].writes, "admin"} & self._tables.account(caller).roles:
            raise stopped("ACL Exception: the operation failed due to security constraints")

    def _document(self, stored: Stored, call: Call) -> dict[str, str]:
        link = f"{call.base}/api/now/attachment/{stored.id}/file"
        values = {name: str(value) for name, value in stored.values.items()}
        return {
            "sys_id": stored.id,
            **values,
            "download_link": link,
            "sys_created_on": text_of(stored.first.at),
            "sys_created_by": stored.first.by,
        }
