"""Tickets over the API: lists, searches, single ones, and writing to them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.clock import EPOCH
from syncline_sandbox.freshworks import searching
from syncline_sandbox.freshworks.bodies import given_in
from syncline_sandbox.freshworks.drafts_of_tickets import Drafts
from syncline_sandbox.freshworks.files import Files
from syncline_sandbox.freshworks.pages_of_lists import PAGING, checked, page_of
from syncline_sandbox.freshworks.refusals import Fault, invalid, no_such, not_one_of, not_while
from syncline_sandbox.freshworks.shapes import Shape
from syncline_sandbox.store import Store, Stored, Version

ROOT = "/api/v2"
ONE = rf"{ROOT}/tickets/(?P<id>\d+)"
STREAM = "tickets"
RECENT = timedelta(days=30)
FILTERS = ("new_and_my_open", "watching", "spam", "deleted")
SEARCHED, DEEPEST = 30, 10


class Tickets:
    def __init__(self, store: Store, shape: Shape, files: Files, drafts: Drafts) -> None:
        self.store, self.shape, self.files, self.drafts = store, shape, files, drafts
        self.told: Callable[[str, Stored], None] | None = None

    def operations(self) -> list[Operation]:
        search = pattern(rf"{ROOT}{self.shape.search_at}")
        return [
            Operation("ticket.search", "GET", search, self.searched, "reads"),
            Operation("ticket.list", "GET", pattern(rf"{ROOT}/tickets"), self.listed, "reads"),
            Operation(
                "ticket.create", "POST", pattern(rf"{ROOT}/tickets"), self.create, "writes", writes=True
            ),
            Operation("ticket.get", "GET", pattern(ONE), self.one, "reads"),
            Operation("ticket.update", "PUT", pattern(ONE), self.update, "writes", writes=True),
            Operation("ticket.delete", "DELETE", pattern(ONE), self.delete, "writes", writes=True),
            Operation(
                "ticket.restore", "PUT", pattern(rf"{ONE}/restore"), self.restore, "writes", writes=True
            ),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        checked(call, self.shape.listed | PAGING)
        included = self.included(call)
        found = [it for it in self._chosen(call) if self.sees(call, it[1])]
        key, falls = call.get("order_by") or "created_at", (call.get("order_type") or "desc") == "desc"
        self._check_order(call)
        found.sort(key=lambda it: (_order_of(it, key), int(it[0].id)), reverse=falls)
        return page_of(call, found, "tickets", self.shape, lambda it: self.row(*it, included))

    def included(self, call: Call) -> list[str]:
        asked = [it for it in call.get("include").split(",") if it]
        if any(it not in self.shape.includes for it in asked):
            raise invalid(not_one_of("include", sorted(self.shape.includes)))
        return asked

    def sees(self, call: Call, version: Version) -> bool:
        """Where there are places that a caller has to name."""
        return True

    def searched(self, call: Call, caller: str) -> Answer:
        checked(call, frozenset({"query", "page", "workspace_id"}) & (self.shape.listed | {"query", "page"}))
        query = searching.parsed(call.get("query"), self.drafts.can_be_searched)
        page = call.get("page") or "1"
        if not page.isdigit() or not 0 < int(page) <= DEEPEST:
            raise invalid(
                Fault(
                    "page",
                    f"It should be a Positive Integer less than or equal to {DEEPEST}",
                    "invalid_value",
                )
            )
        found = [
            (stored, version)
            for stored, version in self.store.searched(frozenset({STREAM}))
            if query.holds(partial(self._value, (stored, version))) and self.sees(call, version)
        ]
        found.sort(key=lambda it: int(it[0].id), reverse=True)
        part = found[(int(page) - 1) * SEARCHED : int(page) * SEARCHED]
        included = [*self.shape.in_rows] if self.shape.hits_are_whole else []
        rows = [self.row(stored, version, included) for stored, version in part]
        return as_json({"total": len(found), self.shape.found_in: rows})

    def one(self, call: Call, caller: str) -> Answer:
        """Also one that is deleted."""
        checked(call, frozenset({"include"}))
        found = self.document(self.named(call.params["id"]))
        for name in self.shape.in_one - set(call.get("include").split(",")):
            del found[name]
        return as_json(self.shape.one("ticket", found))

    def create(self, call: Call, caller: str) -> Answer:
        given, files = given_in(call)
        values = self.drafts.begun(given, caller)
        self.files.check("", files)
        stored = self.insert(values, caller)
        self.files.keep_all(stored, files, caller)
        location = {"Location": f"{call.base}{ROOT}/tickets/{stored.id}"}
        return as_json(self.shape.one("ticket", self.document(stored)), 201, location)

    def insert(self, values: Mapping[str, Any], by: str) -> Stored:
        stored = self.store.add(STREAM, self.next_id(), values, by)
        self.drafts.associate(stored, by)
        self.announce("created", stored)
        return stored

    def update(self, call: Call, caller: str) -> Answer:
        given, files = given_in(call)
        stored = self.open(call.params["id"], "PUT")
        after = self.drafts.changed(stored, given)
        self.files.check(stored.id, files)
        self.change(stored, after, caller)
        if files:
            self.files.keep_all(stored, files, caller)
            self.store.change(stored, {}, caller)
        return as_json(self.shape.one("ticket", self.document(stored)))

    def change(self, stored: Stored, after: Mapping[str, Any], by: str) -> None:
        """What changes nothing is none."""
        changed = {name: it for name, it in after.items() if stored.values.get(name) != it}
        if changed:
            self.store.change(stored, changed, by)
            self.drafts.associate(stored, by)
            self.announce("updated", stored)

    def announce(self, what: str, stored: Stored) -> None:
        if self.told is not None:
            self.told(what, stored)

    def delete(self, call: Call, caller: str) -> Answer:
        self.store.bin(self.open(call.params["id"], "DELETE"), caller)
        return Answer(204)

    def restore(self, call: Call, caller: str) -> Answer:
        stored = self.named(call.params["id"])
        if stored.deleted_at is not None:
            self.store.restore(stored, caller)
        return Answer(204)

    def next_id(self) -> str:
        own = (int(it.id) for it in self.store.records.values() if it.stream == STREAM)
        return str(max(own, default=0) + 1)

    def named(self, id: str) -> Stored:
        stored = self.store.records.get(id)
        if stored is None or stored.stream != STREAM:
            raise no_such()
        return stored

    def open(self, id: str, method: str) -> Stored:
        """One that may be written to."""
        stored = self.named(id)
        if stored.deleted_at is not None or stored.values["spam"]:
            raise not_while(["GET"], method)
        return stored

    def row(self, stored: Stored, version: Version, included: Sequence[str]) -> dict[str, Any]:
        """Of a list: as far as its index knows."""
        found = self.drafts.shown(stored, version)
        for name in self.shape.in_rows - set(included):
            found.pop(name, None)
            found.pop(f"{name}_text", None)
        return found

    def document(self, stored: Stored) -> dict[str, Any]:
        return {
            **self.drafts.shown(stored, stored.latest),
            "deleted": stored.deleted_at is not None,
            "attachments": self.files.of(stored.id),
        }

    def _chosen(self, call: Call) -> list[tuple[Stored, Version]]:
        chosen, since = call.get("filter"), call.get("updated_since")
        if chosen and chosen not in FILTERS:
            raise invalid(not_one_of("filter", FILTERS))
        begin = _moment(since) if since else None
        if chosen == "deleted":
            there = [it for it in self.store.records.values() if it.stream == STREAM and it.deleted_at]
            return [(it, it.latest) for it in there if begin is None or it.latest.at >= begin]
        recent = self.store.clock.now() - RECENT
        return [
            (stored, version)
            for stored, version in self.store.searched(frozenset({STREAM}))
            if bool(version.values["spam"]) is (chosen == "spam")
            and (version.at >= begin if begin else stored.first.at >= recent)
        ]

    def _check_order(self, call: Call) -> None:
        by, way = call.get("order_by"), call.get("order_type")
        if by and by not in self.shape.orders:
            raise invalid(not_one_of("order_by", sorted(self.shape.orders)))
        if way and way not in ("asc", "desc"):
            raise invalid(not_one_of("order_type", ("asc", "desc")))

    def _value(self, found: tuple[Stored, Version], name: str) -> Any:
        stored, version = found
        shown = self.drafts.shown(stored, version)
        own = self.shape.searchable.get(name, name)
        return shown[own] if own in shown else shown["custom_fields"].get(name)


def _moment(since: str) -> datetime:
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        said = "It should be a/an valid combined date and time in ISO8601 format"
        raise invalid(Fault("updated_since", said, "invalid_date")) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=EPOCH.tzinfo)


def _order_of(found: tuple[Stored, Version], key: str) -> Any:
    stored, version = found
    if key == "created_at":
        return stored.first.at
    return version.at if key == "updated_at" else str(version.values.get(key))
