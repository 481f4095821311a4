"""What is said on a ticket: notes, which the API writes, beside the replies that customers get by mail."""

from collections import defaultdict
from html import unescape
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.freshworks.bodies import Sent, given_in
from syncline_sandbox.freshworks.drafts_of_tickets import TAG, in_a_block
from syncline_sandbox.freshworks.pages_of_lists import PAGING, checked, page_of
from syncline_sandbox.freshworks.refusals import invalid, missing, other_type, unexpected
from syncline_sandbox.freshworks.tickets import ONE, Tickets
from syncline_sandbox.store import Stored

NOTE = 2
KNOWN = {"body": str, "private": bool, "incoming": bool, "user_id": int, "notify_emails": list}
UNKNOWN_TAG = pattern(
    r"</?(?!(?:div|p|br|b|i|u|a|ul|ol|li|span|strong|em|img|table|tr|td|pre|code|h\d)\b)[a-z][^>]*>"
)


class Conversations:
    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets
        self._of: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._last = 35_131_396_110

    def operations(self) -> list[Operation]:
        listed, notes = pattern(rf"{ONE}/conversations"), pattern(rf"{ONE}/notes")
        return [
            Operation("conversation.list", "GET", listed, self.listed, "reads"),
            Operation("note.create", "POST", notes, self.create, "writes", writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        """The oldest first."""
        checked(call, PAGING)
        stored = self._tickets.named(call.params["id"])
        return page_of(call, self._of[stored.id], "conversations", self._tickets.shape, self._document)

    def create(self, call: Call, caller: str) -> Answer:
        given, files = given_in(call)
        stored = self._tickets.open(call.params["id"], "POST")
        faults = [unexpected(it) for it in given if it not in KNOWN]
        faults += [
            other_type(name, KNOWN[name].__name__)
            for name, it in given.items()
            if name in KNOWN and not isinstance(it, KNOWN[name])
        ]
        if faults or not given.get("body"):
            raise invalid(*(faults or [missing("body")]))
        note = self.note(stored, given["body"], caller, files, private=given.get("private", True))
        return as_json(self._tickets.shape.one("conversation", self._document(note)), 201)

    def note(
        self, stored: Stored, body: str, by: str, files: list[Sent] | None = None, *, private: bool = True
    ) -> dict[str, Any]:
        """Markup that is not known is taken out without a word; the ticket counts as touched."""
        self._last += 1
        at = f"{self._tickets.store.clock.stamp():%Y-%m-%dT%H:%M:%SZ}"
        clean = in_a_block(UNKNOWN_TAG.sub("", body))
        made = {
            "id": self._last,
            "ticket_id": int(stored.id),
            "body": clean,
            "body_text": unescape(TAG.sub("", clean)),
            "private": private,
            "incoming": False,
            "source": NOTE,
            "user_id": self._tickets.drafts.number_of(by),
            "support_email": None,
            "created_at": at,
            "updated_at": at,
        }
        self._of[stored.id].append(made)
        self._tickets.files.keep_all(stored, files or [], by, f"conversation {self._last}")
        self._tickets.store.noted(stored, "commented", by, {"body": clean})
        self._tickets.store.change(stored, {}, by)
        self._tickets.announce("updated", stored)
        return made

    def _document(self, note: dict[str, Any]) -> dict[str, Any]:
        return {**note, "attachments": self._tickets.files.of(f"conversation {note['id']}")}
