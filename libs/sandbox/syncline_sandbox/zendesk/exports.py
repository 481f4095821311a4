"""The incremental export: tickets in the order in which they were last generated, behind a cursor; never the last minute."""

import base64
import binascii
from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.desk import ROOT, TICKETS, Desk, path
from syncline_sandbox.zendesk.people import ADDRESS
from syncline_sandbox.zendesk.refusals import bad_attribute, bad_value, failure, refuse

Place = tuple[int, int]  # generated at, id


class Exports:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        where = pattern(path("incremental/tickets/cursor"))
        return [Operation("export.tickets", "GET", where, self.tickets, "admin")]

    def tickets(self, call: Call, caller: str) -> Answer:
        desk = self._desk
        used = desk.exports.use("account", desk.store.clock.now())
        if used and used.count > used.limit:
            said = "Number of allowed incremental ticket export API requests per minute exceeded"
            return failure(429, "APIRateLimitExceeded", said).also({"Retry-After": str(used.seconds)})
        after, size = self._after(call), self._size(call)
        shown = (it for it in desk.store.records.values() if self._is_shown(it, after))
        rows = sorted(((_place(it), it) for it in shown), key=lambda row: row[0])
        if call.flag("exclude_deleted"):
            rows = [it for it in rows if it[1].deleted_at is None]
        page = rows[:size]
        reached = page[-1][0] if page else after
        cursor = base64.b64encode(f"{reached[0]}||{reached[1]}".encode()).decode()
        return as_json(
            {
                "tickets": [desk.document(it) for _, it in page],
                "after_cursor": cursor,
                "after_url": f"{ADDRESS}{ROOT}/incremental/tickets/cursor.json?cursor={cursor}",
                "before_cursor": None,
                "before_url": None,
                "end_of_stream": len(page) == len(rows),
            }
        )

    def _is_shown(self, stored: Stored, after: Place) -> bool:
        """What the last minute has changed is missing altogether; so is what the account is late with."""
        desk = self._desk
        blind = max(desk.caps.blind, desk.store.lag)
        written = stored.deleted_at or stored.latest.written_at
        return (
            stored.stream == TICKETS and written <= desk.store.clock.now() - blind and _place(stored) > after
        )

    def _after(self, call: Call) -> Place:
        cursor, start = call.get("cursor"), call.get("start_time")
        if cursor:
            return _decoded(cursor)
        if not start.isdigit():
            raise bad_attribute("start_time", "must be an integer")
        desk = self._desk
        if int(start) > (desk.store.clock.now() - desk.caps.too_recent).timestamp():
            raise refuse(
                400, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 1 minute"
            )
        return int(start) - 1, 10**18

    def _size(self, call: Call) -> int:
        size = call.get("per_page")
        if size and not size.isdigit():
            raise bad_attribute("per_page", "must be an integer")
        return max(1, min(int(size or self._desk.caps.exported), self._desk.caps.exported))


def _place(stored: Stored) -> Place:
    return int((stored.deleted_at or stored.latest.at).timestamp()), int(stored.id)


def _decoded(cursor: str) -> Place:
    try:
        time, _, id = base64.b64decode(cursor, validate=True).decode().partition("||")
        return int(time), int(id)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise bad_value("cursor is invalid") from None
