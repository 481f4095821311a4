"""Many records in one call: collections of one object, and calls within a call, each answered for itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json, call_of
from syncline_sandbox.salesforce.fields import SObject
from syncline_sandbox.salesforce.ids import is_id
from syncline_sandbox.salesforce.objects import Objects
from syncline_sandbox.salesforce.refusals import (
    errors_of,
    no_column,
    nothing_found,
    of_record,
    posted,
    posted_object,
    refuse,
)
from syncline_sandbox.salesforce.rows import ROOT, assigns
from syncline_sandbox.salesforce.writing import Writing

SOBJECTS = rf"{ROOT}/composite/sobjects"
MOST_WRITTEN, MOST_READ, MOST_CALLS = 200, 2000, 25
INHERITED = ("accept", "authorization", "content-type")
LONGEST_URL = 16_384


class Collections:
    def __init__(self, objects: Objects, writing: Writing, again: Callable[[Call], Answer]) -> None:
        self._objects, self._writing, self._again = objects, writing, again

    def operations(self) -> list[Operation]:
        one = rf"{SOBJECTS}/(?P<entity>[A-Za-z]\w*)"
        return [
            Operation("collection.create", "POST", pattern(rf"{SOBJECTS}/?"), self.create, writes=True),
            Operation("collection.update", "PATCH", pattern(rf"{SOBJECTS}/?"), self.update, writes=True),
            Operation("collection.get", "GET", pattern(one), self.by_query),
            Operation("collection.get", "POST", pattern(one), self.by_body),
            Operation("composite", "POST", pattern(rf"{ROOT}/composite/?"), self.composite, writes=True),
        ]

    def create(self, call: Call, caller: str) -> Answer:
        def made(entity: SObject, record: dict[str, Any]) -> str:
            return self._writing.insert(entity, record, caller, assigns=assigns(call)).id

        return self._each(call, caller, made)

    def update(self, call: Call, caller: str) -> Answer:
        def changed(entity: SObject, record: dict[str, Any]) -> str:
            id = str(record.get("id") or record.get("Id") or "")
            if not is_id(id, entity.prefix):
                raise of_record("MISSING_ARGUMENT", "Id not specified in an update call", "Id")
            stored = self._writing.found(entity.name, id)
            rest = {name: it for name, it in record.items() if name.lower() != "id"}
            self._writing.change(stored, entity, rest, caller, assigns=assigns(call))
            return stored.id

        return self._each(call, caller, changed)

    def by_query(self, call: Call, caller: str) -> Answer:
        length = sum(len(name) + len(value) + 2 for name, value in call.query)
        if length > LONGEST_URL:
            raise refuse(414, "URI_TOO_LONG", "URI Too Long")
        return self._read(call, caller, call.get("ids").split(","), call.get("fields").split(","))

    def by_body(self, call: Call, caller: str) -> Answer:
        told = posted_object(call.body)
        return self._read(call, caller, told.get("ids") or [], told.get("fields") or [])

    def composite(self, call: Call, caller: str) -> Answer:
        told = posted_object(call.body)
        parts = told.get("compositeRequest")
        if (
            not isinstance(parts, list)
            or not parts
            or set(told) - {"allOrNone", "collateSubrequests", "compositeRequest"}
        ):
            raise refuse(400, "JSON_PARSER_ERROR", "compositeRequest is needed")
        if len(parts) > MOST_CALLS:
            raise refuse(400, "LIMIT_EXCEEDED", "Limit reached. Composite requests take 25 subrequests")
        names = [it.get("referenceId") for it in parts]
        if len(set(names)) < len(names) or not all(names):
            raise refuse(400, "INVALID_INPUT", "referenceId must be given, and unique")
        return as_json({"compositeResponse": [self._one(call, it) for it in parts]})

    def _one(self, call: Call, part: dict[str, Any]) -> dict[str, Any]:
        headers = {str(name): str(it) for name, it in (part.get("httpHeaders") or {}).items()}
        if set(INHERITED) & {it.lower() for it in headers}:
            raise refuse(400, "INVALID_INPUT", "A subrequest inherits these headers")
        inherited = {it: call.headers[it] for it in INHERITED if it in call.headers}
        body = json.dumps(part["body"]).encode() if part.get("body") is not None else b""
        inner = call_of(
            str(part.get("method")), call.base, str(part.get("url")), {**inherited, **headers}, body
        )
        answer = self._again(replace(inner))
        return {
            "body": json.loads(answer.body) if answer.body else None,
            "httpHeaders": {name: it for name, it in answer.headers.items() if name.lower() == "location"},
            "httpStatusCode": answer.status,
            "referenceId": part["referenceId"],
        }

    def _each(self, call: Call, caller: str, act: Callable[[SObject, dict[str, Any]], str]) -> Answer:
        """Rows fail one by one; the call itself has gone well."""
        told = posted_object(call.body)
        records = told.get("records")
        if not isinstance(records, list) or set(told) - {"allOrNone", "records"}:
            raise refuse(400, "JSON_PARSER_ERROR", "records are needed, and allOrNone may be given")
        if told.get("allOrNone"):
            raise refuse(400, "SANDBOX", "The sandbox knows no allOrNone")
        if len(records) > MOST_WRITTEN:
            message = "record limit reached. cannot submit more than 200 records into this call"
            raise refuse(400, "EXCEEDED_MAX_SIZE_REQUEST", message)
        return as_json([self._result(caller, it, act) for it in records])

    def _result(
        self, caller: str, record: dict[str, Any], act: Callable[[SObject, dict[str, Any]], str]
    ) -> dict[str, Any]:
        name = str((record.get("attributes") or {}).get("type"))
        entity = self._objects.entity(name, self._objects.account(caller))
        try:
            if entity is None or not entity.writable:
                raise refuse(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
            return {"id": act(entity, record), "success": True, "errors": []}
        except Refused as refused:
            return {"success": False, "errors": errors_of(refused)}

    def _read(self, call: Call, caller: str, ids: list[str], names: list[str]) -> Answer:
        """In the order asked for; null stands for what is gone, or hidden."""
        account = self._objects.account(caller)
        entity = self._objects.entity(call.params["entity"], account)
        if entity is None:
            raise nothing_found()
        if not ids or not names or len(ids) > MOST_READ:
            raise refuse(400, "MALFORMED_ID", "ids and fields are needed, of 2000 records at most")
        for name in names:
            if self._objects.field(entity, name, account) is None:
                raise no_column(name, entity.name)
        return as_json([self._row(it, entity, names, caller, call.params["api"]) for it in ids])

    def _row(
        self, id: str, entity: SObject, names: list[str], caller: str, api: str
    ) -> dict[str, Any] | None:
        if not is_id(id, entity.prefix):
            raise refuse(400, "MALFORMED_ID", f"malformed id {id}")
        stored = self._objects.find(id, entity.name)
        if stored is None:
            return None
        account = self._objects.account(caller)
        return self._objects.document((stored, stored.latest), names, account, api)


def within(call: Call) -> list[Call]:
    """The calls that a composite one consists of."""
    try:
        told = posted(call.body)
    except Refused:
        return []
    parts = told.get("compositeRequest") if isinstance(told, dict) else None
    return [
        call_of(str(it.get("method")), call.base, str(it.get("url")), {})
        for it in parts or []
        if isinstance(it, dict)
    ]
