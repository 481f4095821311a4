"""SOQL as far as the query resource takes it: words, then what they mean. What is not understood is refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from syncline_sandbox.salesforce.refusals import malformed

WORD = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')"
    r"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))"
    r"|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)"
    r"|(?P<sign><=|>=|!=|<>|[=<>(),]))"
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
COMPARED = ("=", "!=", "<>", "<", "<=", ">", ">=", "like")


@dataclass(frozen=True, slots=True)
class Word:
    kind: str  # text, time, date, number, name, sign
    text: str

    def says(self, *words: str) -> bool:
        return self.kind in ("name", "sign") and self.text.lower() in words


@dataclass(frozen=True, slots=True)
class Literal:
    kind: str  # text, time, date, number, boolean, null
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    path: str
    operator: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """By `and` or `or`; `not` has one part."""

    by: str
    parts: tuple["Condition", ...]


Condition = Comparison | Joined


@dataclass(frozen=True, slots=True)
class Query:
    entity: str
    paths: tuple[str, ...]
    counts: bool = False
    where: Condition | None = None
    order: tuple[tuple[str, bool], ...] = ()  # and whether it falls
    limit: int | None = None
    offset: int = 0


@dataclass(slots=True)
class Reading:
    words: Sequence[Word]
    at: int = 0
    read: list[str] = field(default_factory=list)

    def peek(self) -> Word | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def next(self) -> Word:
        word = self.peek()
        if word is None:
            raise malformed("unexpected token: '<EOF>'")
        self.at += 1
        return word

    def takes(self, *words: str) -> bool:
        """If the next ones are these."""
        there = self.words[self.at : self.at + len(words)]
        if len(there) == len(words) and all(it.says(word) for it, word in zip(there, words, strict=True)):
            self.at += len(words)
            return True
        return False

    def must(self, word: str) -> None:
        if not self.takes(word):
            there = self.peek()
            raise malformed(f"unexpected token: '{there.text if there else '<EOF>'}'")

    def name(self) -> str:
        word = self.next()
        if word.kind != "name":
            raise malformed(f"unexpected token: '{word.text}'")
        return word.text


@lru_cache(512)
def parse(text: str) -> Query:
    reading = Reading(_words(text))
    reading.must("select")
    counts = reading.takes("count", "(", ")")
    paths = () if counts else _names(reading)
    reading.must("from")
    entity = reading.name()
    where = _condition(reading) if reading.takes("where") else None
    order = _order(reading) if reading.takes("order", "by") else ()
    limit = _whole(reading) if reading.takes("limit") else None
    offset = _whole(reading) if reading.takes("offset") else 0
    if (left := reading.peek()) is not None:
        raise malformed(f"unexpected token: '{left.text}'")
    return Query(entity, paths, counts, where, order, limit, offset)


def _words(text: str) -> list[Word]:
    found, at = list[Word](), 0
    while text[at:].strip():
        match = WORD.match(text, at)
        if match is None:
            raise malformed(f"line 1:{at} no viable alternative at character '{text[at]}'")
        kind = match.lastgroup or ""
        found.append(Word(kind, match[kind]))
        at = match.end()
    return found


def _names(reading: Reading) -> tuple[str, ...]:
    names = [reading.name()]
    while reading.takes(","):
        names.append(reading.name())
    if len({it.lower() for it in names}) < len(names):
        raise malformed("duplicate field selected")
    return tuple(names)


def _condition(reading: Reading) -> Condition:
    """`and` and `or` don't stand beside each other without parentheses."""
    parts, by = [_part(reading)], ""
    while (word := reading.peek()) is not None and word.says("and", "or"):
        if by and not word.says(by):
            raise malformed(f"unexpected token: '{word.text}'")
        by = reading.next().text.lower()
        parts.append(_part(reading))
    return Joined(by, tuple(parts)) if by else parts[0]


def _part(reading: Reading) -> Condition:
    if reading.takes("not"):
        return Joined("not", (_part(reading),))
    if reading.takes("("):
        inner = _condition(reading)
        reading.must(")")
        return inner
    path = reading.name()
    operator = reading.next().text.lower()
    if operator == "not":
        reading.must("in")
        operator = "not in"
    if operator in ("in", "not in", "includes", "excludes"):
        return Comparison(path, operator, _listed(reading))
    if operator not in COMPARED:
        raise malformed(f"unexpected token: '{operator}'")
    return Comparison(path, "!=" if operator == "<>" else operator, (_literal(reading),))


def _listed(reading: Reading) -> tuple[Literal, ...]:
    reading.must("(")
    found = [_literal(reading)]
    while reading.takes(","):
        found.append(_literal(reading))
    reading.must(")")
    return tuple(found)


def _literal(reading: Reading) -> Literal:
    word = reading.next()
    if word.kind == "text":
        return Literal("text", re.sub(r"\\(.)", _unescaped, word.text[1:-1]))
    if word.says("true", "false"):
        return Literal("boolean", word.text.lower())
    if word.says("null"):
        return Literal("null", "")
    if word.kind in ("time", "date", "number"):
        return Literal(word.kind, word.text)
    raise malformed(f"unexpected token: '{word.text}'")


def _unescaped(found: re.Match[str]) -> str:
    """Where `like` is asked for, a wild card that is escaped has to be known from one that is not."""
    if found[1] in "%_":
        return found[0]
    if found[1] not in "nrtbf'\"\\":
        raise malformed(f"Illegal character escape: {found[0]}")
    return ESCAPES.get(found[1], found[1])


def _order(reading: Reading) -> tuple[tuple[str, bool], ...]:
    found = [_sorted_by(reading)]
    while reading.takes(","):
        found.append(_sorted_by(reading))
    return tuple(found)


def _sorted_by(reading: Reading) -> tuple[str, bool]:
    path = reading.name()
    falls = reading.takes("desc")
    if not falls:
        reading.takes("asc")
    return path, falls


def _whole(reading: Reading) -> int:
    word = reading.next()
    if word.kind != "number" or not word.text.isdigit():
        raise malformed(f"unexpected token: '{word.text}'")
    return int(word.text)
