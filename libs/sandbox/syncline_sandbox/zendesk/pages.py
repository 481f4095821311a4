"""Lists by cursor, as most endpoints have them; by number, as the older ones do, up to ten thousand records."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.zendesk.refusals import bad_attribute, refuse

LARGEST, DEEPEST = 100, 10_000
Document = dict[str, Any]


def listed(
    call: Call,
    name: str,
    found: Sequence[Any],
    key: Callable[[Any], Any],
    shown: Callable[[Any], Document] = lambda it: it,
) -> Answer:
    """`found` is in the order of `key`, which no two of them share; `shown` is how one of them looks."""
    if any(given.startswith("page[") for given, _ in call.query):
        return _by_cursor(call, name, found, key, shown)
    return by_number(call, name, found, shown)


def by_number(
    call: Call,
    name: str,
    found: Sequence[Any],
    shown: Callable[[Any], Document] = lambda it: it,
    most: int = DEEPEST,
) -> Answer:
    size, page = min(_number(call, "per_page", LARGEST), LARGEST), _number(call, "page", 1)
    if page * size > most and page > 1:
        said = f"The requested page is beyond the first {most} records"
        raise refuse(422 if most < DEEPEST else 400, "InvalidPaginationDepth", said)
    there = [shown(it) for it in found[(page - 1) * size : page * size]]
    others = [(it, value) for it, value in call.query if it not in ("page", "per_page")]

    def link(number: int) -> str:
        return f"{call.base}{call.path}?{urlencode([*others, ('page', number), ('per_page', size)])}"

    following = link(page + 1) if page * size < len(found) else None
    before = link(page - 1) if page > 1 else None
    told = {name: there, "count": len(found), "next_page": following, "previous_page": before}
    return as_json(told)


def _by_cursor(
    call: Call, name: str, found: Sequence[Any], key: Callable[[Any], Any], shown: Callable[[Any], Document]
) -> Answer:
    size = _number(call, "page[size]", LARGEST)
    if not 1 <= size <= LARGEST:
        raise bad_attribute("page[size]", f"must be between 1 and {LARGEST}")
    after = _decoded(call.get("page[after]"))
    rest = [it for it in found if after is None or _word(key(it)) > after]
    there = rest[:size]
    more = len(rest) > size
    cursor = base64.b64encode(_word(key(there[-1])).encode()).decode() if there else None
    others = [(it, value) for it, value in call.query if not it.startswith("page[")]
    query = urlencode([*others, ("page[size]", size), ("page[after]", cursor or "")])
    links = {"next": f"{call.base}{call.path}?{query}" if more else None, "prev": None}
    meta = {"has_more": more, "after_cursor": cursor, "before_cursor": None}
    return as_json({name: [shown(it) for it in there], "meta": meta, "links": links})


def _word(key: Any) -> str:
    """Which sorts as the key does."""
    parts = key if isinstance(key, tuple) else (key,)
    return "|".join(f"{it:020d}" if isinstance(it, int) else str(it) for it in parts)


def _decoded(cursor: str) -> str | None:
    if not cursor:
        return None
    try:
        return base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise refuse(400, "InvalidPaginationParameter", "page[after] is invalid") from None


def _number(call: Call, name: str, default: int) -> int:
    text = call.get(name)
    if text and not text.isdigit():
        raise bad_attribute(name, "must be an integer")
    return int(text) if text else default
