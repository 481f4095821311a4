"""The resources of an object and of its records: describe, create, read, change under a condition, delete."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.salesforce.fields import SObject
from syncline_sandbox.salesforce.objects import VERSIONS, Objects, wire_time
from syncline_sandbox.salesforce.refusals import (
    failure,
    no_column,
    not_allowed,
    nothing_found,
    posted_object,
    refuse,
)
from syncline_sandbox.salesforce.writing import Writing
from syncline_sandbox.store import Stored

ROOT = r"/services/data/(?P<api>v\d+\.0)"
OBJECT = rf"{ROOT}/sobjects/(?P<entity>\w+)"
ROW = rf"{OBJECT}/(?P<id>[0-9A-Za-z]{{15}}(?:[0-9A-Za-z]{{3}})?)"
BLOBS = {"ContentVersion": "VersionData", "Attachment": "Body"}
KEPT = timedelta(days=15)  # of the log of deletions
Upload = Callable[[Call, str], Answer]


class Rows:
    def __init__(self, objects: Objects, writing: Writing, identity: Callable[[str], str]) -> None:
        self._objects, self._writing, self._identity = objects, writing, identity
        self.upload: Upload | None = None  # of a form of several parts

    def operations(self) -> list[Operation]:
        return [
            Operation("versions", "GET", pattern(r"/services/data/?"), self.versions, "public"),
            Operation("resources", "GET", pattern(rf"{ROOT}/?"), self.resources),
            Operation("describe", "GET", pattern(rf"{OBJECT}/describe/?"), self.describe),
            Operation("sobject.create", "POST", pattern(rf"{OBJECT}/?"), self.create, writes=True),
            Operation("sobject.get", "GET", pattern(ROW), self.one),
            Operation("sobject.update", "PATCH", pattern(ROW), self.update, writes=True),
            Operation("sobject.delete", "DELETE", pattern(ROW), self.delete, writes=True),
            Operation("sobject.deleted", "GET", pattern(rf"{OBJECT}/deleted/?"), self.deleted),
        ]

    def versions(self, call: Call, caller: str) -> Answer:
        return as_json(
            [
                {"version": it[1:], "label": f"Release {it[1:]}", "url": f"/services/data/{it}"}
                for it in VERSIONS
            ]
        )

    def resources(self, call: Call, caller: str) -> Answer:
        root = f"/services/data/{call.params['api']}"
        names = ("sobjects", "query", "queryAll", "limits", "composite", "search", "recent")
        return as_json({**{it: f"{root}/{it}" for it in names}, "identity": self._identity(caller)})

    def describe(self, call: Call, caller: str) -> Answer:
        entity, account = self._entity(call, caller), self._objects.account(caller)
        writes = account.writes and entity.writable
        described = []
        for it in self._objects.fields(entity, account):
            told = it.described()
            described.append(told if writes else {**told, "createable": False, "updateable": False})
        return as_json(
            {
                "name": entity.name,
                "label": entity.label,
                "keyPrefix": entity.prefix,
                "custom": False,
                "queryable": True,
                "retrieveable": True,
                "createable": writes,
                "updateable": writes,
                "deletable": writes,
                "fields": described,
                "recordTypeInfos": [],
                "childRelationships": [],
            }
        )

    def create(self, call: Call, caller: str) -> Answer:
        entity = self._entity(call, caller)
        if call.content_type == "multipart/form-data" and self.upload is not None:
            return self.upload(call, caller)
        _must_be_json(call)
        stored = self._writing.insert(entity, posted_object(call.body), caller, assigns=assigns(call))
        location = {"Location": f"/services/data/{call.params['api']}/sobjects/{entity.name}/{stored.id}"}
        return as_json({"id": stored.id, "success": True, "errors": []}, 201, location)

    def one(self, call: Call, caller: str) -> Answer:
        entity, account = self._entity(call, caller), self._objects.account(caller)
        stored = self._writing.found(entity.name, call.params["id"])
        asked = [it.strip() for it in call.get("fields").split(",") if it.strip()]
        names = asked or [it.name for it in self._objects.fields(entity, account)]
        for name in names:
            if self._objects.field(entity, name, account) is None:
                raise no_column(name, entity.name)
        return as_json(self._objects.document((stored, stored.latest), names, account, call.params["api"]))

    def update(self, call: Call, caller: str) -> Answer:
        entity = self._entity(call, caller)
        _must_be_json(call)
        stored = self._writing.found(entity.name, call.params["id"])
        _must_be_unmodified(call, stored)
        self._writing.change(stored, entity, posted_object(call.body), caller, assigns=assigns(call))
        return Answer(204)

    def delete(self, call: Call, caller: str) -> Answer:
        entity = self._entity(call, caller)
        self._writing.delete(self._writing.found(entity.name, call.params["id"]), caller)
        return Answer(204)

    def deleted(self, call: Call, caller: str) -> Answer:
        """By the log of deletions; it knows no seconds."""
        entity, clock = self._entity(call, caller), self._objects.store.clock
        start, end = _minute(call, "start"), _minute(call, "end")
        if (end - start).total_seconds() < 60:
            message = "endDate must be at least one minute greater than startDate"
            raise refuse(400, "INVALID_REPLICATION_DATE", message)
        records = [
            {"id": it.id, "deletedDate": wire_time(it.deleted_at)}
            for it in self._objects.store.records.values()
            if it.stream == entity.name and it.deleted_at is not None and start <= it.deleted_at < end
        ]
        now = clock.now().replace(second=0, microsecond=0)
        told = {"earliestDateAvailable": wire_time(now - KEPT), "latestDateCovered": wire_time(now)}
        return as_json({"deletedRecords": records, **told})

    def _entity(self, call: Call, caller: str) -> SObject:
        account = self._objects.account(caller)
        entity = self._objects.entity(call.params["entity"], account)
        if entity is None:
            raise nothing_found()
        if call.method in ("POST", "PATCH", "DELETE") and not entity.writable:
            raise not_allowed()
        return entity


def assigns(call: Call) -> bool:
    """The assignment rules run on whatever comes by the API, unless it says that they should not."""
    return call.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE"


def _must_be_json(call: Call) -> None:
    if call.content_type != "application/json":
        message = f"Content-Type header specified in HTTP request is not supported: {call.content_type}"
        raise refuse(415, "UNSUPPORTED_MEDIA_TYPE", message)


def _must_be_unmodified(call: Call, stored: Stored) -> None:
    """By whole seconds: who comes later in the same one is let in."""
    asked = call.headers.get("if-unmodified-since")
    if asked is None:
        return
    try:
        since = parsedate_to_datetime(asked)
    except ValueError:
        raise refuse(400, "INVALID_HEADER", "Invalid If-Unmodified-Since header") from None
    if stored.latest.at > since:
        raise refuse(412, "PRECONDITION_FAILED", "Precondition Failed: the record was modified")


def _minute(call: Call, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(call.get(name).replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(name)
    except ValueError:
        raise refuse(400, "INVALID_REPLICATION_DATE", f"{name} must be a date with a time zone") from None
    return moment.replace(second=0, microsecond=0)


def refusal_of_path(call: Call, methods: set[str]) -> Answer:
    if methods:
        allowed = ",".join(sorted(methods))
        message = f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}"
        return failure(405, "METHOD_NOT_ALLOWED", message)
    return failure(404, "NOT_FOUND", "The requested resource does not exist")
