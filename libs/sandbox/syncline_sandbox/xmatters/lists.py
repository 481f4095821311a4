"""Pages: the envelope, the order, and the links to what comes before and after."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.xmatters.refusals import invalid

PAGE, MOST = 100, 1000
ORDERS = ("ASCENDING", "DESCENDING")
Item = TypeVar("Item")


def page(call: Call, items: Sequence[Item], document: Callable[[Item], Any]) -> Answer:
    offset, limit = number(call, "offset", 0), min(number(call, "limit", PAGE), MOST)
    if limit < 1:
        raise invalid("The limit has to be positive")
    data = [document(it) for it in items[offset : offset + limit]]
    return as_json(envelope(data, len(items), links(call, offset, limit, len(items))))


def envelope(data: Sequence[Any], total: int, links: Mapping[str, str]) -> dict[str, Any]:
    return {"count": len(data), "total": total, "data": list(data), "links": dict(links)}


def embedded(data: Sequence[Any], path: str) -> dict[str, Any]:
    """A list within a document: its first page; the rest has an address of its own."""
    more = {"next": f"{path}?offset={PAGE}&limit={PAGE}"} if len(data) > PAGE else {}
    return envelope(data[:PAGE], len(data), {"self": f"{path}?offset=0&limit={PAGE}", **more})


def links(call: Call, offset: int, limit: int, total: int) -> dict[str, str]:
    others = [(name, value) for name, value in call.query if name not in ("offset", "limit")]

    def at(place: int) -> str:
        query = urlencode([*others, ("offset", place), ("limit", limit)], quote_via=quote)
        return f"{quote(call.path)}?{query}"

    found = {"self": at(offset)}
    if offset > 0:
        found["previous"] = at(max(0, offset - limit))
    if offset + limit < total:
        found["next"] = at(offset + limit)
    return found


def order(call: Call, known: Mapping[str, str], default: str) -> tuple[str, bool]:
    """The field to sort by, and whether it falls. The two parameters go together."""
    by, way = call.get("sortBy"), call.get("sortOrder")
    if bool(by) != bool(way) or (by and by not in known) or (way and way not in ORDERS):
        raise invalid("sortBy and sortOrder go together, and have to be ones that there are")
    return known[by] if by else default, way == "DESCENDING"


def number(call: Call, name: str, default: int) -> int:
    text = call.get(name)
    if text and not text.isdigit():
        raise invalid(f"{name} has to be a number")
    return int(text) if text else default
