"""Search: words and phrases of an index that lags behind, a thousand results at most."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.desk import Desk, path
from syncline_sandbox.zendesk.fields import BRANDS, CUSTOM, GROUPS, PRIORITIES, STATUSES
from syncline_sandbox.zendesk.pages import by_number
from syncline_sandbox.zendesk.refusals import refuse

TERM = re.compile(r'(-?)(?:([a-z_][a-z_0-9]*)(:|<=|>=|<|>))?("[^"]*"|[^\s"]+)')
NAMED: Mapping[str, Mapping[int, str]] = {"group": GROUPS, "brand": BRANDS}
PEOPLE = ("requester", "assignee", "organization")
TEXTS = ("subject", "description")
SORTS = ("", "created_at", "updated_at", "priority", "status", "ticket_type", "relevance")


class Searching:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        return [
            Operation("search.list", "GET", pattern(path("search")), self.listed, "read"),
            Operation("search.count", "GET", pattern(path("search/count")), self.count, "read"),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        if call.get("sort_by") not in SORTS:
            raise refuse(422, "invalid", "Invalid search: sort_by is not supported")
        found, desk = self._found(call), self._desk
        if call.get("sort_by") == "created_at":
            found.sort(key=lambda it: (it.first.at, int(it.id)), reverse=call.get("sort_order") != "asc")
        return by_number(call, "results", found, self._shown, desk.caps.found)

    def _shown(self, stored: Stored) -> dict[str, Any]:
        return {**self._desk.document(stored), "result_type": "ticket"}

    def count(self, call: Call, caller: str) -> Answer:
        return as_json({"count": len(self._found(call))})

    def _found(self, call: Call) -> list[Stored]:
        query = call.get("query")
        if not query.strip():
            raise refuse(422, "invalid", "Invalid search: query is missing")
        terms = [_holds(*it.groups()) for it in TERM.finditer(query)]
        return [it for it in self._desk.searched() if all(holds(it) for holds in terms)]


def _holds(minus: str, field: str | None, sign: str | None, given: str) -> Callable[[Stored], bool]:
    wanted = given.strip('"')
    test = _test(field, sign or ":", wanted)
    return (lambda it: not test(it)) if minus else test


def _test(field: str | None, sign: str, wanted: str) -> Callable[[Stored], bool]:
    if field is None:
        return lambda it: any(_phrase(wanted, it.values.get(name)) for name in TEXTS)
    if field in KEYWORDS:
        return lambda it: KEYWORDS[field](it, sign, wanted)
    if field in PEOPLE:
        return lambda it: str(it.values.get(f"{field}_id")) == wanted
    if field.startswith("custom_field_"):
        return lambda it: _custom(it, field.removeprefix("custom_field_"), wanted)
    raise refuse(422, "invalid", f"Invalid search: {field} is not a keyword")


def _named(name: str) -> Callable[[Stored, str, str], bool]:
    def is_of(stored: Stored, sign: str, wanted: str) -> bool:
        id = stored.values.get(f"{name}_id") or 0
        return wanted in (str(id), NAMED[name].get(id))

    return is_of


def _custom(stored: Stored, id: str, wanted: str) -> bool:
    held = stored.values["custom_fields"].get(int(id)) if id.isdigit() and int(id) in CUSTOM else None
    if isinstance(held, bool):
        return str(held).lower() == wanted
    if isinstance(held, list):
        return wanted in held
    return held is not None and _phrase(wanted, held)


def _phrase(wanted: str, text: Any) -> bool:
    """Its words stand there one behind the other; whatever is between them does not count."""
    words, there = _words(wanted), _words(str(text or ""))
    return not words or any(there[at : at + len(words)] == words for at in range(len(there) - len(words) + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _compared(order: tuple[str, ...], sign: str, held: Any, wanted: str) -> bool:
    if sign == ":":
        return bool(held == wanted)
    if held not in order or wanted not in order:
        return False
    a, b = order.index(held), order.index(wanted)
    return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[sign]


def _compared_times(sign: str, at: datetime, wanted: str) -> bool:
    try:
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        raise refuse(422, "invalid", "Invalid search: not a date") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=at.tzinfo)
    return {":": at.date() == moment.date(), "<": at < moment, ">": at > moment, "<=": at <= moment}.get(
        sign, at >= moment
    )


KEYWORDS: Mapping[str, Callable[[Stored, str, str], bool]] = {
    "type": lambda it, _, wanted: wanted == "ticket",
    "ticket_type": lambda it, _, wanted: bool(it.values.get("type") == wanted),
    "tags": lambda it, _, wanted: wanted in it.values["tags"],
    "status": lambda it, sign, wanted: _compared(STATUSES, sign, it.values.get("status"), wanted),
    "priority": lambda it, sign, wanted: _compared(PRIORITIES, sign, it.values.get("priority"), wanted),
    "created": lambda it, sign, wanted: _compared_times(sign, it.first.at, wanted),
    "updated": lambda it, sign, wanted: _compared_times(sign, it.latest.at, wanted),
    "subject": lambda it, _, wanted: _phrase(wanted, it.values.get("subject")),
    "description": lambda it, _, wanted: _phrase(wanted, it.values.get("description")),
    "group": _named("group"),
    "brand": _named("brand"),
}
