"""Pages of a list: how large they may be, how far they go, and the header that says that there are more."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from syncline_sandbox.calls import Answer, Call, as_json
from syncline_sandbox.freshworks.refusals import Fault, invalid, unexpected
from syncline_sandbox.freshworks.shapes import Shape

USUAL, LARGEST = 30, 100
TOO_FAR = "You cannot access tickets beyond the {last}th page. Please provide a smaller page number."
PAGING = frozenset({"page", "per_page"})


def checked(call: Call, allowed: frozenset[str]) -> None:
    if strangers := [name for name, _ in call.query if name not in allowed]:
        raise invalid(*(unexpected(it) for it in strangers))


Made = TypeVar("Made")


def page_of(call: Call, found: Sequence[Made], name: str, shape: Shape, row: Callable[[Made], Any]) -> Answer:
    size, page = _number(call, "per_page", USUAL, LARGEST), _number(call, "page", 1, 10**9)
    if shape.pages is not None and page > shape.pages:
        raise invalid(Fault("page", TOO_FAR.format(last=shape.pages), "invalid_value"))
    rows = [row(it) for it in found[(page - 1) * size : page * size]]
    headers = {"Link": _next(call, page)} if page * size < len(found) else {}
    return as_json(shape.many(name, rows), 200, headers)


def _number(call: Call, name: str, usual: int, most: int) -> int:
    text = call.get(name) or str(usual)
    if not text.isdigit() or not 0 < int(text) <= most:
        raise invalid(
            Fault(name, f"It should be a Positive Integer less than or equal to {most}", "invalid_value")
        )
    return int(text)


def _next(call: Call, page: int) -> str:
    others = [(name, value) for name, value in call.query if name != "page"]
    query = urlencode([*others, ("page", page + 1)], quote_via=quote)
    return f'<{call.base}{call.path}?{query}>;rel="next"'
