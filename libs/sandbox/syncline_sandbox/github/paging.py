"""Pages as GitHub has them: at most a hundred, 30 unless asked, and a Link header that says where the next one is."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.github.refusals import refuse

MOST, USUAL = 100, 30
DEEPEST = 100  # pages by number of a list that has cursors
TOO_DEEP = "Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)"
Item = TypeVar("Item")
Key = tuple[str, int]


def size_of(call: Call) -> int:
    """More than the most is cut, and what makes no sense is passed over."""
    asked = call.get("per_page")
    return min(int(asked), MOST) if asked.isdigit() and int(asked) else USUAL


def page_of(call: Call) -> int:
    asked = call.get("page")
    return max(1, int(asked)) if asked.isdigit() else 1


def paged(
    call: Call, items: Sequence[Item], shown: Callable[[Item], Any], path: str = "", most: int | None = None
) -> Answer:
    """By number, with links to the first and the last. `path`: where the links lead, if elsewhere."""
    size, number = size_of(call), page_of(call)
    last = max(1, -(-len(items) // size))
    links: dict[str, dict[str, Any]] = {}
    if number < last:
        links |= {"next": {"page": number + 1}, "last": {"page": last}}
    if number > 1:
        links |= {"first": {"page": 1}, "prev": {"page": number - 1}}
    found = items[(number - 1) * size : number * size]
    return as_json([shown(it) for it in found]).also(_link(call, path, links))


def by_cursor(
    call: Call,
    items: Sequence[Item],
    key: Callable[[Item], Key],
    shown: Callable[[Item], Any],
    path: str,
) -> Answer:
    """As of issues: the next page begins after the last item of this one, whatever went before it meanwhile."""
    size, number, cursor = size_of(call), page_of(call), call.get("after")
    if cursor:
        reached = _read(cursor)
        falls = call.get("direction", "desc") != "asc"
        left: Sequence[Item] = [it for it in items if (key(it) < reached if falls else key(it) > reached)]
    else:
        if number > DEEPEST:
            raise refuse(422, TOO_DEEP)
        left = items[(number - 1) * size :]
    found, more = left[:size], len(left) > size
    links = {"next": {"after": _written(key(found[-1])), "page": number + 1}} if more else {}
    return as_json([shown(it) for it in found]).also(_link(call, path, links))


def _link(call: Call, path: str, links: dict[str, dict[str, Any]]) -> dict[str, str]:
    if not links:
        return {}
    others = [(name, value) for name, value in call.query if name not in ("page", "after")]
    base = f"{call.base}{path or call.path}"
    told = [f'<{base}?{urlencode([*others, *it.items()])}>; rel="{rel}"' for rel, it in links.items()]
    return {"Link": ", ".join(told)}


def _written(key: Key) -> str:
    return urlsafe_b64encode(f"cursor:v2:{json.dumps(key)}".encode()).decode()


def _read(cursor: str) -> Key:
    try:
        told = json.loads(urlsafe_b64decode(cursor).decode().removeprefix("cursor:v2:"))
        return str(told[0]), int(told[1])
    except (ValueError, LookupError, TypeError):
        raise refuse(422, "The after parameter is not valid") from None
