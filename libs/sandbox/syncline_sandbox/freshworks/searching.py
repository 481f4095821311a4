"""The language of ticket searches: `field:value` joined by AND, OR and parentheses; `:>` and `:<` include their end."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.freshworks.refusals import Fault, invalid, unexpected

LONGEST = 512
TOKEN = re.compile(
    r"\s*(?:(?P<sign>[()])|(?P<word>AND|OR)\b"
    r"|(?P<field>[a-z_][a-z0-9_]*)\s*:\s*(?P<way>[<>]?)\s*(?:'(?P<text>[^'\"]*)'|(?P<bare>[^\s()'\"]+)))"
)
Holds = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    field: str
    way: str
    value: str
    quoted: bool


Token = Asked | str


def parsed(query: str, known: Callable[[str], bool]) -> "Query":
    """Raises Refused for what the vendor does not understand."""
    if len(query) < 2 or not (query[0] == query[-1] == '"'):
        raise invalid(Fault("query", "Given query is not valid", "invalid_value"))
    if len(query) - 2 > LONGEST:
        raise invalid(
            Fault(
                "query", f"Has {len(query) - 2} characters, it can have maximum of {LONGEST}", "invalid_value"
            )
        )
    tokens = list(_tokens(query[1:-1].strip()))
    for it in tokens:
        if isinstance(it, Asked) and not known(it.field):
            raise invalid(unexpected(it.field))
    return Query(tokens)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise invalid(Fault("query", "Given query is not valid", "invalid_value"))
        if found["field"]:
            quoted = found["text"] is not None
            yield Asked(found["field"], found["way"], found["text"] if quoted else found["bare"], quoted)
        else:
            yield found["sign"] or found["word"]
        at = found.end()


class Query:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def holds(self, read: Callable[[str], Any]) -> bool:
        """`read` gives what a ticket has in a field: one value, or several."""
        left = [*self._tokens, ""]
        found = self._either(left, read)
        if left != [""]:
            raise invalid(Fault("query", "Given query is not valid", "invalid_value"))
        return found

    def _either(self, left: list[Token], read: Callable[[str], Any]) -> bool:
        found = self._both(left, read)
        while left[0] == "OR":
            left.pop(0)
            found = self._both(left, read) or found
        return found

    def _both(self, left: list[Token], read: Callable[[str], Any]) -> bool:
        found = self._one(left, read)
        while left[0] == "AND":
            left.pop(0)
            found = self._one(left, read) and found
        return found

    def _one(self, left: list[Token], read: Callable[[str], Any]) -> bool:
        token = left.pop(0)
        if token == "(":
            found = self._either(left, read)
            if left.pop(0) == ")":
                return found
        elif isinstance(token, Asked):
            return _holds(token, read(token.field))
        raise invalid(Fault("query", "Given query is not valid", "invalid_value"))


def _holds(asked: Asked, value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    if not asked.quoted and asked.value == "null":
        return values in ([], [None])
    told = [_text(it) for it in values if it is not None]
    if not asked.way:
        return asked.value.casefold() in [it.casefold() for it in told]
    pairs = [(_order(it), _order(asked.value)) for it in told]
    return any(a >= b if asked.way == ">" else a <= b for a, b in pairs)


def _text(value: Any) -> str:
    """Days, where a moment is asked for."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text[:10] if re.match(r"\d{4}-\d\d-\d\dT", text) else text


def _order(text: str) -> tuple[float, str]:
    return (float(text), "") if re.fullmatch(r"-?\d+(\.\d+)?", text) else (0.0, text)
