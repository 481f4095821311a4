"""WIQL, as far as a connector needs it: taken apart here, evaluated in `search`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syncline_sandbox.azure_devops.catalogue import FIELDS
from syncline_sandbox.azure_devops.refusals import refuse
from syncline_sandbox.calls import Refused

LONGEST = 32 * 1024
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|(?P<field>\[[^\]]+\])|(?P<macro>@\w+)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z][\w.]*)|(?P<sign><>|<=|>=|[=<>(),+-]))"
)
SIGNS = ("=", "<>", "<", ">", "<=", ">=")


@dataclass(frozen=True, slots=True)
class Literal:
    kind: str  # text, number, macro
    text: str
    days: int = 0  # added to @today


@dataclass(frozen=True, slots=True)
class Comparison:
    field: str
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = Comparison | Both | Either | Not


@dataclass(frozen=True, slots=True)
class Query:
    columns: tuple[str, ...]
    where: Condition
    order: tuple[tuple[str, bool], ...]  # and whether it falls


def syntax_error(near: str, why: str = "Expecting something else.") -> Refused:
    return refuse(
        400,
        "WorkItemTrackingQueryException",
        f"TF51006: The query statement is not valid. {why} The error is caused by «{near}».",
    )


def parse(text: str) -> Query:
    if len(text) > LONGEST:
        message = f"TF51004: The query is too long: {len(text)} characters, {LONGEST} are allowed."
        raise refuse(400, "WorkItemTrackingQueryException", message)
    return _Parser(list(_tokens(text))).query()


def field_named(name: str) -> str:
    """Reference names and friendly names, whatever the case."""
    wanted = name.strip("[]").lower()
    for field in FIELDS.values():
        if wanted in (field.ref.lower(), field.name.lower()):
            return field.ref
    message = f"TF51005: The query references a field that does not exist. The error is caused by «{name}»."
    raise refuse(400, "WorkItemTrackingQueryException", message)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            raise syntax_error(text[at : at + 20].strip())
        kind = found.lastgroup or ""
        yield kind, found[kind]
        at = found.end()


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at = [*tokens, ("end", "")], 0

    def query(self) -> Query:
        self._must("SELECT")
        columns = [self._field()]
        while self._is(","):
            columns.append(self._field())
        self._must("FROM")
        if not self._is("WORKITEMS"):
            raise syntax_error(self._peek(), "The sandbox knows FROM WorkItems only.")
        where = self._either() if self._is("WHERE") else Both(())
        order = tuple(self._order()) if self._is("ORDER") else ()
        if self._tokens[self._at][0] != "end":
            raise syntax_error(self._peek())
        return Query(tuple(columns), where, order)

    def _order(self) -> Iterator[tuple[str, bool]]:
        self._must("BY")
        more = True
        while more:
            field = self._field()
            falls = self._is("DESC")
            if not falls:
                self._is("ASC")
            yield field, falls
            more = self._is(",")

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._is("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._is("AND"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _single(self) -> Condition:
        if self._is("NOT"):
            return Not(self._single())
        if self._is("("):
            inner = self._either()
            self._must(")")
            return inner
        field = self._field()
        return self._compared(field)

    def _compared(self, field: str) -> Condition:
        if self._is("NOT"):
            return Not(self._compared(field))
        for sign in SIGNS:
            if self._is(sign):
                return Comparison(field, sign, (self._value(),))
        for word in ("CONTAINS", "UNDER"):
            if self._is(word):
                self._is("WORDS")
                return Comparison(field, word, (self._value(),))
        if self._is("IN"):
            self._must("(")
            values = [self._value()]
            while self._is(","):
                values.append(self._value())
            self._must(")")
            return Comparison(field, "IN", tuple(values))
        raise syntax_error(self._peek(), "Expecting an operator.")

    def _value(self) -> Literal:
        kind, text = self._tokens[self._at]
        negative = self._is("-")
        kind, text = self._tokens[self._at]
        if kind not in ("text", "number", "macro") or (negative and kind != "number"):
            raise syntax_error(self._peek(), "Expecting a value.")
        self._at += 1
        if kind == "text":
            return Literal(kind, text[1:-1].replace(text[0] * 2, text[0]))
        if kind == "macro":
            return Literal(kind, text.lower(), self._days())
        return Literal(kind, f"-{text}" if negative else text)

    def _days(self) -> int:
        sign = 1 if self._is("+") else -1 if self._is("-") else 0
        if not sign:
            return 0
        days = self._value()
        if days.kind != "number":
            raise syntax_error(days.text, "Expecting a number of days.")
        return sign * int(float(days.text))

    def _field(self) -> str:
        kind, text = self._tokens[self._at]
        if kind not in ("field", "word"):
            raise syntax_error(self._peek(), "Expecting a field.")
        self._at += 1
        return field_named(text)

    def _peek(self) -> str:
        return self._tokens[self._at][1] or "the end of the query"

    def _is(self, wanted: str) -> bool:
        if self._tokens[self._at][0] in ("word", "sign") and self._tokens[self._at][1].upper() == wanted:
            self._at += 1
            return True
        return False

    def _must(self, wanted: str) -> None:
        if not self._is(wanted):
            raise syntax_error(self._peek(), f"Expecting {wanted}.")
