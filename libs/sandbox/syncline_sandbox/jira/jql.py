"""JQL, as much of it as is asked here: taken apart strictly, since the vendor refuses what it does not understand."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncline_sandbox.jira.refusals import refuse

TOKEN = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|>=|<=|!=|!~|[=<>~(),]|[^\s"'=<>~!(),]+)""")
DATES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
NAMES = {"type": "issuetype", "issuekey": "key", "id": "key", "issue": "key", "due": "duedate"}
OPERATORS = {
    "text": ("~", "!~"),
    "time": ("=", "!=", ">", ">=", "<", "<="),
    "number": ("=", "!=", ">", ">=", "<", "<=", "in"),
    "thing": ("=", "!=", "in"),
}
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Clause:
    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    any_of: tuple[tuple[Clause, ...], ...]
    order: tuple[tuple[str, bool], ...]  # and whether it falls


@dataclass(frozen=True, slots=True)
class Known:
    """What the site tells of a field: of which sort it is, and whether there is such a value."""

    sort: str
    has: Callable[[str], bool] = lambda value: True


class Reader:
    def __init__(self, text: str, known: Callable[[str], Known | None], zone: str) -> None:
        self._left, self._known, self._zone = _tokens(text), known, ZoneInfo(zone)

    def query(self) -> Query:
        any_of = self._alternatives() if self._next() not in ("", "order") else []
        order = self._order()
        if self._left:
            raise refuse(
                400, f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{self._left[0]}'."
            )
        if not any_of:
            raise refuse(400, UNBOUNDED)
        return Query(tuple(any_of), order)

    def _alternatives(self) -> list[tuple[Clause, ...]]:
        found = [self._all()]
        while self._next() == "or":
            self._left.pop(0)
            found.append(self._all())
        return found

    def _all(self) -> tuple[Clause, ...]:
        found = [self._clause()]
        while self._next() == "and":
            self._left.pop(0)
            found.append(self._clause())
        return tuple(found)

    def _clause(self) -> Clause:
        name, operator = self._take(), self._take().lower()
        field = NAMES.get(name.lower(), name)
        known = self._known(field)
        if known is None:
            raise refuse(400, f"Field '{name}' does not exist or you do not have permission to view it.")
        if operator not in OPERATORS[known.sort]:
            raise refuse(400, f"The operator '{operator}' is not supported by the '{name}' field.")
        values = self._list() if operator == "in" else [self._take()]
        for it in values:
            if not known.has(it):
                raise refuse(400, f"The value '{it}' does not exist for the field '{name}'.")
        if known.sort == "time":
            values = [_instant(it, name, self._zone) for it in values]
        return Clause(field, operator, tuple(values))

    def _list(self) -> list[str]:
        if self._take() != "(":
            raise refuse(400, "Error in the JQL Query: Expecting '(' after IN.")
        found = [self._take()]
        while (sign := self._take()) == ",":
            found.append(self._take())
        if sign != ")":
            raise refuse(400, "Error in the JQL Query: Expecting ')' at the end of the list.")
        return found

    def _order(self) -> tuple[tuple[str, bool], ...]:
        if self._next() != "order":
            return ()
        self._left.pop(0)
        if self._take().lower() != "by":
            raise refuse(400, "Error in the JQL Query: Expecting 'by' after 'order'.")
        found = [self._ordered()]
        while self._next() == ",":
            self._left.pop(0)
            found.append(self._ordered())
        return tuple(found)

    def _ordered(self) -> tuple[str, bool]:
        name = self._take()
        field = NAMES.get(name.lower(), name)
        if self._known(field) is None:
            raise refuse(400, f"Not able to sort using field '{name}'.")
        falls = self._next() == "desc"
        if self._next() in ("asc", "desc"):
            self._left.pop(0)
        return field, falls

    def _next(self) -> str:
        return self._left[0].lower() if self._left else ""

    def _take(self) -> str:
        if not self._left:
            raise refuse(
                400, "Error in the JQL Query: The query ends where a value or an operator is expected."
            )
        token = self._left.pop(0)
        if token[0] in "\"'":
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        return token


def holds(query: Query, value_of: Callable[[str], Any]) -> bool:
    return any(all(_true(it, value_of(it.field)) for it in group) for group in query.any_of)


def _tokens(text: str) -> list[str]:
    found, at = list[str](), 0
    while text[at:].strip():
        token = TOKEN.match(text, at)
        if token is None:
            raise refuse(400, f"Error in the JQL Query: The character '{text[at:].strip()[0]}' is reserved.")
        found.append(token[1])
        at = token.end()
    return found


def _instant(text: str, name: str, zone: ZoneInfo) -> str:
    """In minutes, and in the zone of who asks."""
    for form in DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC).isoformat()
        except ValueError:
            continue
    said = "Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format"
    raise refuse(400, f"Date value '{text}' for field '{name}' is invalid. {said} e.g. '-5d', '4w 2d'.")


def _true(clause: Clause, value: Any) -> bool:
    if clause.operator in ("~", "!~"):
        return _has_words(str(value or ""), clause.values[0]) is (clause.operator == "~")
    if isinstance(value, datetime):
        return _compared(value, clause.operator, datetime.fromisoformat(clause.values[0]))
    if isinstance(value, float):
        return any(_compared(value, clause.operator.replace("in", "="), float(it)) for it in clause.values)
    there = {it.casefold() for it in _texts(value)}
    found = any(it.casefold() in there for it in clause.values)
    return not found if clause.operator == "!=" else found


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, list | tuple):
        return [str(it) for it in value]
    return [] if value is None else [str(value)]


def _compared(value: Any, operator: str, wanted: Any) -> bool:
    return bool(
        {
            "=": value == wanted,
            "!=": value != wanted,
            ">": value > wanted,
            ">=": value >= wanted,
            "<": value < wanted,
            "<=": value <= wanted,
        }[operator]
    )


def _has_words(text: str, wanted: str) -> bool:
    """All of them, in whatever order; the index knows nothing of what stands between words."""
    there = {it.casefold() for it in WORDS.findall(text)}
    return {it.casefold() for it in WORDS.findall(wanted)} <= there
