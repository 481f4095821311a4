"""Tickets: a list with one form and a ticket alone with another, and what a new one needs."""

from collections.abc import Mapping
from datetime import datetime
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored, Version
from syncline_sandbox.syncro.discussion import Discussion
from syncline_sandbox.syncro.holdings import ONE, ROOT, Holdings
from syncline_sandbox.syncro.lists import Seen, has_words, moment, paged, text_of
from syncline_sandbox.syncro.refusals import invalid, not_found, posted, wrong
from syncline_sandbox.syncro.settings import STATUSES, TICKET_FIELDS, TICKET_TYPES, of_tickets

PAGE = 50  # the documents say 25, and accounts answer 50
TEXTS = ("number", "subject", "due_date", "start_at", "end_at", "problem_type", "status", "priority")
NUMBERS = ("customer_id", "ticket_type_id", "location_id", "user_id", "contact_id", "sla_id")
EQUAL = ("customer_id", "contact_id", "number", "user_id")
DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys((*TEXTS, *NUMBERS)),
    "status": "New",
    "properties": {},
    "tag_list": [],
    "asset_ids": [],
    "resolved_at": None,
}
Row = dict[str, Any]


class Tickets:
    def __init__(self, holdings: Holdings, discussion: Discussion) -> None:
        self._holdings, self._discussion = holdings, discussion
        self._last_number = 0

    def operations(self) -> list[Operation]:
        many, one = pattern(f"{ROOT}/tickets"), pattern(f"{ROOT}/tickets{ONE}")
        settings = pattern(f"{ROOT}/tickets/settings")
        return [
            Operation("tickets.settings", "GET", settings, self.settings),
            Operation("tickets.list", "GET", many, self.listed, "Tickets - List/Search"),
            Operation("ticket.create", "POST", many, self.create, "Tickets - Create", writes=True),
            Operation("ticket.get", "GET", one, self.one, "Tickets - View Details"),
            Operation("ticket.update", "PUT", one, self.update, "Tickets - Edit", writes=True),
            Operation("ticket.delete", "DELETE", one, self.delete, "Tickets - Delete", writes=True),
        ]

    def settings(self, _call: Call, _caller: str) -> Answer:
        return as_json(of_tickets(self._holdings.accounts))

    def listed(self, call: Call, caller: str) -> Answer:
        times = [(it, moment(call, it)) for it in ("since_updated_at", "created_after", "resolved_after")]
        asked = {it: call.get(it) for it in (*EQUAL, "status", "query") if call.get(it)}
        since = {name: at for name, at in times if at is not None}
        found = [
            it
            for it in self._holdings.listed(caller, "tickets")
            if _is_asked(it, asked) and all(_is_after(it, name, at) for name, at in since.items())
        ]
        return paged(call, "tickets", found, PAGE, self.in_a_list, counted=False)

    def one(self, call: Call, caller: str) -> Answer:
        return as_json({"ticket": self.alone(self._holdings.found(call, caller, "tickets"))})

    def create(self, call: Call, caller: str) -> Answer:
        given = posted(call)
        if not given.get("customer_id"):
            raise wrong("Customer required field")
        customer = self._holdings.get("customers", given["customer_id"])
        if customer is None or not self._holdings.is_seen(customer, caller):
            raise not_found()
        return as_json({"ticket": self.alone(self.insert(given, caller))})

    def insert(self, given: Mapping[str, Any], by: str) -> Stored:
        """Line items and whatever else it does not know are passed over."""
        self._last_number += 1
        values = {**DEFAULTS, "number": str(self._last_number), **_taken(given)}
        _check(values)
        stored = self._holdings.add("tickets", _resolved(values, self._now()), by)
        for comment in given.get("comments_attributes") or []:
            if isinstance(comment, dict) and comment.get("subject"):
                self._discussion.add(stored, comment, by)
        return stored

    def update(self, call: Call, caller: str) -> Answer:
        stored = self._holdings.found(call, caller, "tickets")
        self.change(stored, posted(call), caller)
        return as_json({"ticket": self.alone(stored)})

    def change(self, stored: Stored, given: Mapping[str, Any], by: str) -> None:
        """`properties` and `tag_list` replace what was there."""
        values = {**stored.values, **_taken(given)}
        _check(values)
        self._holdings.change(stored, _resolved(values, self._now()), by)

    def delete(self, call: Call, caller: str) -> Answer:
        self._holdings.store.destroy(self._holdings.found(call, caller, "tickets"), caller)
        return as_json({"message": "Ticket was successfully deleted. "})

    def in_a_list(self, seen: Seen) -> Row:
        stored, version = seen
        values = version.values
        type_id = values["ticket_type_id"]
        return {
            **self._shared(stored, version),
            "ticket_type_id": type_id,
            "ticket_type_name": TICKET_TYPES.get(type_id) if type_id else None,
            "contact_id": values["contact_id"],
            "contact_fullname": None,
            "billing_status": None,
            "sla_id": values["sla_id"],
            "parent": False,
            "parent_id": None,
            "child": False,
            "recurring": False,
            "customer_reply": False,
            "comments": self._discussion.initial(stored),
            "user": self._user(values["user_id"]),
        }

    def alone(self, stored: Stored) -> Row:
        """Without the ids of contact and type: those are in what they are the ids of."""
        values = stored.values
        type_id, contact = values["ticket_type_id"], values["contact_id"]
        return {
            **self._shared(stored, stored.latest),
            "asset_ids": list(values["asset_ids"]),
            "signature_name": None,
            "comments": self._discussion.of(stored)[::-1],
            "attachments": self._discussion.files(stored),
            "ticket_timers": [],
            "line_items": [],
            "assets": [],
            "ticket_fields": [it for it in TICKET_FIELDS if it["ticket_type_id"] == type_id],
            "customer": {"id": values["customer_id"], "online_profile_url": "https://portal?portal_key=x"},
            "contact": {"id": contact} if contact else None,
            "user": self._user(values["user_id"]),
            "ticket_type": {"id": type_id, "name": TICKET_TYPES.get(type_id)} if type_id else None,
            "address": None,
        }

    def _shared(self, stored: Stored, version: Version) -> Row:
        values = version.values
        customer = self._holdings.get("customers", values["customer_id"])
        row = {
            name: values[name] for name in (*TEXTS, "customer_id", "location_id", "user_id", "resolved_at")
        }
        return {
            "id": int(stored.id),
            **row,
            "created_at": text_of(stored.first.at),
            "updated_at": text_of(version.at),
            "customer_business_then_name": customer.values["business_name"] if customer else None,
            "properties": dict(values["properties"]),
            "tag_list": list(values["tag_list"]),
            "pdf_url": None,
        }

    def _user(self, id: int | None) -> Row | None:
        found = next((it for it in self._holdings.accounts if it.user_id == id), None)
        return {"id": found.user_id, "email": found.email, "full_name": found.name} if found else None

    def _now(self) -> str:
        return text_of(self._holdings.store.clock.stamp())


def _is_asked(seen: Seen, asked: Mapping[str, str]) -> bool:
    values, status = seen[1].values, asked.get("status")
    if any(str(values[it]) != asked[it] for it in EQUAL if it in asked):
        return False
    if status and not (
        values["status"] != "Resolved" if status == "Not Closed" else values["status"] == status
    ):
        return False
    words = asked.get("query")
    return not words or has_words(words, values["number"], values["subject"], *values["tag_list"])


def _is_after(seen: Seen, name: str, at: datetime) -> bool:
    stored, version = seen
    if name == "resolved_after":
        resolved = version.values["resolved_at"]
        return bool(resolved and resolved > text_of(at))
    return bool((version.at if name == "since_updated_at" else stored.first.at) > at)


def _taken(given: Mapping[str, Any]) -> dict[str, Any]:
    taken: dict[str, Any] = {it: None if given[it] is None else str(given[it]) for it in TEXTS if it in given}
    taken |= {it: _number(given[it]) for it in NUMBERS if it in given}
    if isinstance(given.get("properties"), dict):
        names = {it["name"] for it in TICKET_FIELDS}
        taken["properties"] = {name: it for name, it in given["properties"].items() if name in names}
    for name in ("tag_list", "asset_ids"):
        if isinstance(given.get(name), list):
            taken[name] = list(given[name])
    return taken


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdigit() else None


def _check(values: Mapping[str, Any]) -> None:
    wrongs = [] if values["subject"] else ["Subject can't be blank"]
    wrongs += [] if values["status"] in STATUSES else ["Status is not included in the list"]
    if wrongs:
        raise invalid(*wrongs)


def _resolved(values: Mapping[str, Any], now: str) -> dict[str, Any]:
    done = values["status"] == "Resolved"
    return {**values, "resolved_at": (values["resolved_at"] or now) if done else None}
