"""The endpoints of tickets: lists, bulk reads, writes one by one, and the bin."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.desk import ROOT, Desk, ids_in, iso, path
from syncline_sandbox.zendesk.discussion import audit_document
from syncline_sandbox.zendesk.pages import listed
from syncline_sandbox.zendesk.people import ADDRESS
from syncline_sandbox.zendesk.refusals import bad_attribute, bad_value, failure, posted, refuse
from syncline_sandbox.zendesk.values import allowed
from syncline_sandbox.zendesk.writing import Writing

ONE = r"tickets/(?P<id>\d+)"
LONGEST_KEY = 255
SORTS = ("", "id", "updated_at")


@dataclass(frozen=True, slots=True)
class Remembered:
    at: datetime
    digest: str
    answer: Answer


class Tickets:
    def __init__(self, desk: Desk, writing: Writing) -> None:
        self._desk, self._writing = desk, writing
        self._keys: dict[str, Remembered] = {}

    def operations(self) -> list[Operation]:
        def op(name: str, method: str, tail: str, serve: Any, *, writes: bool = False) -> Operation:
            scope = "write" if writes else "read"
            return Operation(name, method, pattern(path(tail)), serve, scope, writes)

        return [
            op("ticket.list", "GET", "tickets", self.listed),
            op("ticket.count", "GET", "tickets/count", self.count),
            op("ticket.many", "GET", "tickets/show_many", self.many),
            op("ticket.get", "GET", ONE, self.one),
            op("ticket.create", "POST", "tickets", self.create, writes=True),
            op("ticket.update", "PUT", ONE, self.update, writes=True),
            op("ticket.delete", "DELETE", ONE, self.delete, writes=True),
            op("ticket.deleted", "GET", "deleted_tickets", self.deleted),
            op("ticket.restore", "PUT", r"deleted_tickets/(?P<id>\d+)/restore", self.restore, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        """In the order of their ids unless it is asked for otherwise. By `external_id` as the index knows it."""
        sort, wanted, desk = call.get("sort"), call.get("external_id"), self._desk
        if sort.lstrip("-") not in SORTS or sort.startswith("-"):
            raise bad_attribute("sort", "is not sortable")
        there = desk.searched() if wanted else desk.tickets()
        found = [it for it in there if not wanted or it.values.get("external_id") == wanted]
        if sort == "updated_at":
            found.sort(key=lambda it: (it.latest.at, int(it.id)))
            return listed(call, "tickets", found, lambda it: (iso(it.latest.at), int(it.id)), desk.document)
        found.sort(key=lambda it: int(it.id))
        return listed(call, "tickets", found, lambda it: int(it.id), desk.document)

    def count(self, call: Call, caller: str) -> Answer:
        value = len(self._desk.tickets())
        return as_json({"count": {"value": value, "refreshed_at": self._desk.now_text()}})

    def many(self, call: Call, caller: str) -> Answer:
        """Those that are there; of the others nothing is said."""
        ids, desk = ids_in(call), self._desk
        if not ids:
            raise bad_attribute("ids", "must be a list of ids")
        if len(ids) > desk.caps.many:
            raise refuse(400, "TooManyValues", f"Too many ids: {len(ids)} is more than {desk.caps.many}")
        if not all(it.isdigit() for it in ids):
            raise bad_attribute("ids", "must be integers")
        found = [stored for it in dict.fromkeys(ids) if (stored := desk.store.find(it))]
        documents = [desk.document(it) for it in found]
        return as_json(
            {"tickets": documents, "count": len(documents), "next_page": None, "previous_page": None}
        )

    def one(self, call: Call, caller: str) -> Answer:
        return as_json({"ticket": self._desk.document(self._desk.ticket(call.params["id"]))})

    def create(self, call: Call, caller: str) -> Answer:
        """Asked for again with the same key it is answered as before, and made once."""
        key, digest = call.headers.get("idempotency-key", ""), hashlib.sha256(call.body).hexdigest()
        if len(key) > LONGEST_KEY:
            raise refuse(400, "IdempotentRequestError", "The idempotency key is too long")
        now = self._desk.store.clock.now()
        known = self._keys.get(key)
        if known and known.at + self._desk.caps.key_lives > now:
            if known.digest != digest:
                said = "Request parameters are different from the first request with this idempotency key"
                raise refuse(400, "IdempotentRequestError", said)
            return known.answer.also({"x-idempotency-lookup": "hit"})
        answer = self._made(call, caller)
        if key:
            self._keys[key] = Remembered(now, digest, answer)
        return answer.also({"x-idempotency-lookup": "miss"}) if key else answer

    def _made(self, call: Call, caller: str) -> Answer:
        given, by = posted(call, "ticket"), self._desk.user(caller)
        values, warning = allowed(given, creates=True)
        if "description" in given:
            values["description"] = given["description"]
        stored, comment = self._writing.add(values, given.get("comment"), given.get("metadata"), by)
        told = {
            "ticket": self._desk.document(stored),
            "audit": audit_document(self._desk, stored, comment.audit, comment, by.id),
        }
        location = {"Location": f"{ADDRESS}{ROOT}/tickets/{stored.id}.json"}
        return as_json(told, 201, {**location, **warning})

    def update(self, call: Call, caller: str) -> Answer:
        desk, by = self._desk, self._desk.user(caller)
        stored = desk.ticket(call.params["id"])
        used = desk.updates.use(f"{caller} {stored.id}", desk.store.clock.now())
        told = {}
        if used:
            left = f"total={used.limit}; remaining={used.remaining}; resets={used.seconds}"
            told = {"zendesk-ratelimit-per-ticket-updates": left}
            if used.count > used.limit:
                said = "Number of allowed updates of this ticket exceeded"
                return failure(429, "APIRateLimitExceeded", said).also(
                    {**told, "Retry-After": str(used.seconds)}
                )
        given = posted(call, "ticket")
        self._writing.must_be_as_seen(stored, given)
        values, warning = allowed(given, creates=False)
        comment, audit = self._writing.change(stored, values, given.get("comment"), given.get("metadata"), by)
        body = {
            "ticket": desk.document(stored),
            "audit": audit_document(desk, stored, audit, comment, by.id),
        }
        return as_json(body, 200, {**told, **warning})

    def delete(self, call: Call, caller: str) -> Answer:
        stored = self._desk.ticket(call.params["id"])
        self.bin(stored, caller)
        return Answer(204)

    def bin(self, stored: Stored, by: str) -> None:
        self._desk.store.bin(stored, by)
        self._desk.announce("Delete", stored)

    def deleted(self, call: Call, caller: str) -> Answer:
        since = self._desk.store.clock.now() - self._desk.caps.bin_lives
        found = [
            {
                "id": int(it.id),
                "subject": it.values["subject"],
                "deleted_at": iso(it.deleted_at),
                "previous_state": it.values["status"],
                "actor": {"id": self._desk.user(it.deleted_by or "").id, "name": it.deleted_by},
            }
            for it in self._desk.store.records.values()
            if it.deleted_at is not None and it.deleted_at > since
        ]
        return listed(call, "deleted_tickets", sorted(found, key=_id), _id)

    def restore(self, call: Call, caller: str) -> Answer:
        stored = self._desk.store.records.get(call.params["id"])
        if stored is None or stored.deleted_at is None:
            raise bad_value("The ticket is not deleted")
        self._desk.store.restore(stored, caller)
        return as_json({})


def _id(document: Any) -> int:
    return int(document["id"])
