"""Lists as JSON:API has them: filters, one order, pages by number with a count of all."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from syncline_sandbox.calls import Answer, Call
from syncline_sandbox.itglue.refusals import bad_request, document
from syncline_sandbox.itglue.shelves import Shelf
from syncline_sandbox.store import Stored, Version

Seen = tuple[Stored, Version]
PAGE, MOST = 50, 1000
FILTER = re.compile(r"filter\[(\w+)\]")


def text_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def asked_for(seen: Seen, call: Call, shelf: Shelf) -> bool:
    """A filter that it does not know is passed over; a comma stands between several values."""
    for name, text in call.query:
        found = FILTER.fullmatch(name)
        if found and found[1] in ("id", *shelf.filters) and not _fits(seen, found[1], text):
            return False
    return True


def _fits(seen: Seen, name: str, text: str) -> bool:
    stored, version = seen
    wanted = [it.strip().casefold() for it in text.split(",")]
    if name == "id":
        return stored.id in wanted
    if name == "primary_email":
        emails = version.values.get("contact_emails") or []
        return any(it["primary"] and str(it["value"]).casefold() in wanted for it in emails)
    value = version.values.get(name)
    told = str(value).lower() if isinstance(value, bool) else str(value if value is not None else "")
    return told.casefold() in wanted


def ordered(found: Sequence[Seen], call: Call, shelf: Shelf) -> list[Seen]:
    """Of equal ones the elder comes first, whichever way it goes."""
    asked = call.get("sort", shelf.sorts[0])
    name = asked.removeprefix("-").replace("-", "_")
    if name not in shelf.sorts:
        raise bad_request(f"{asked} is not allowed as sort criteria")
    keys: dict[str, Callable[[Seen], Any]] = {
        "id": lambda it: int(it[0].id),
        "created_at": lambda it: it[0].first.at,
        "updated_at": lambda it: it[1].at,
    }
    key = keys.get(name, lambda it: str(it[1].values.get(name) or "").casefold())
    by_age = sorted(found, key=lambda it: int(it[0].id))
    return sorted(by_age, key=key, reverse=asked.startswith("-"))


def paged(call: Call, rows: Sequence[Any], row: Callable[[Any], Any]) -> Answer:
    number, size = _whole(call, "page[number]", 1), _whole(call, "page[size]", PAGE)
    if size > MOST:
        raise bad_request(f"page[size] is greater than {MOST}")
    pages = -(-len(rows) // size)
    meta: dict[str, Any] = {
        "current-page": number,
        "next-page": number + 1 if number < pages else None,
        "prev-page": number - 1 if number > 1 else None,
        "total-pages": pages,
        "total-count": len(rows),
        "filters": {},
    }
    some = [row(it) for it in rows[(number - 1) * size : number * size]]
    return document({"data": some, "meta": meta, "links": {}})


def _whole(call: Call, name: str, default: int) -> int:
    text = call.get(name, str(default))
    if not text.isdigit() or int(text) == 0:
        raise bad_request(f"{name} is not a number of a page")
    return int(text)
