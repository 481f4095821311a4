"""Encoded queries: taken apart as the vendor does, which drops what it does not understand without a word."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

OPERATORS = (
    "ISNOTEMPTY", "ISEMPTY", "NOT LIKE", "NOTLIKE", "NOT IN", "STARTSWITH", "ENDSWITH", "CONTAINS", "LIKE", "BETWEEN", "IN",
    "!=", ">=", "<=", "=", ">", "<",
)  # fmt: skip
CLAUSE = re.compile(rf"([A-Za-z0-9_.]+?)({'|'.join(OPERATORS)})(.*)", re.DOTALL)
ORDER = re.compile(r"ORDERBY(DESC)?([A-Za-z0-9_.]+)")


@dataclass(frozen=True, slots=True)
class Clause:
    field: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """Any of `sets` has to hold; a set holds if each of its groups has a clause that does."""

    sets: tuple[tuple[tuple[Clause, ...], ...], ...]
    order: tuple[tuple[str, bool], ...]  # and whether it falls
    dropped: tuple[str, ...]  # what was not understood

    @property
    def ids(self) -> frozenset[str] | None:
        """The only rows that can be meant, if it names them by id: an index, as any database has one."""
        groups = self.sets[0] if len(self.sets) == 1 else ()
        named = (it[0] for it in groups if len(it) == 1 and it[0].field == "sys_id")
        texts = (it.value for it in named if it.operator in ("=", "IN") and it.value == it.value.lower())
        return next((frozenset(part.strip() for part in it.split(",")) for it in texts), None)


def parse(text: str, knows: Callable[[str], bool]) -> Encoded:
    """`knows` tells whether a field is one of the table's, dots included."""
    order: list[tuple[str, bool]] = []
    dropped: list[str] = []
    sets: list[list[list[Clause]]] = [[]]
    for piece in _split(text):
        kind, rest = _kind(piece)
        ordered = ORDER.fullmatch(rest)
        if ordered:
            if knows(ordered[2]):
                order.append((ordered[2], bool(ordered[1])))
            continue
        if kind == "NQ":
            sets.append([])
        clause = _clause(rest)
        if rest in ("", "EQ"):
            continue
        if clause is None or not knows(clause.field):
            dropped.append(rest)
        elif kind == "OR" and sets[-1]:
            sets[-1][-1].append(clause)
        else:
            sets[-1].append([clause])
    kept = tuple(tuple(tuple(group) for group in it) for it in sets)
    return Encoded(kept, tuple(order), tuple(dropped))


def holds(query: Encoded, value_of: Callable[[str], str]) -> bool:
    return any(all(any(_true(it, value_of) for it in group) for group in groups) for groups in query.sets)


def _split(text: str) -> list[str]:
    """At `^`; a doubled one belongs to the value."""
    return [it.replace("\0", "^") for it in text.replace("^^", "\0").split("^")]


def _kind(piece: str) -> tuple[str, str]:
    for kind in ("NQ", "OR"):
        if piece.startswith(kind) and not piece.startswith("ORDERBY"):
            return kind, piece.removeprefix(kind)
    return "", piece


def _clause(text: str) -> Clause | None:
    found = CLAUSE.fullmatch(text)
    return Clause(found[1], found[2], found[3]) if found else None


def _true(clause: Clause, value_of: Callable[[str], str]) -> bool:
    return TESTS[clause.operator](value_of(clause.field), clause.value)


def _ordered(mine: str, wanted: str) -> tuple[str | float, str | float]:
    """Numbers as numbers; times sort as text."""
    try:
        return float(mine), float(wanted)
    except ValueError:
        return mine, wanted


def _less(mine: str, wanted: str) -> bool:
    one, other = _ordered(mine, wanted)
    return mine != "" and one < other  # type: ignore[operator]


def _between(mine: str, wanted: str) -> bool:
    low, _, high = wanted.partition("@")
    return mine != "" and not _less(mine, low) and not _less(high, mine)


def _same(mine: str, wanted: str) -> bool:
    return mine.lower() == wanted.lower()


def _has(mine: str, wanted: str) -> bool:
    return wanted.lower() in mine.lower()


def _one_of(mine: str, wanted: str) -> bool:
    return mine.lower() in [it.strip().lower() for it in wanted.split(",")]


TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": _same,
    "!=": lambda mine, wanted: not _same(mine, wanted),
    ">": lambda mine, wanted: mine != "" and _less(wanted, mine),
    ">=": lambda mine, wanted: mine != "" and not _less(mine, wanted),
    "<": _less,
    "<=": lambda mine, wanted: mine != "" and not _less(wanted, mine),
    "LIKE": _has,
    "CONTAINS": _has,
    "NOT LIKE": lambda mine, wanted: not _has(mine, wanted),
    "NOTLIKE": lambda mine, wanted: not _has(mine, wanted),
    "STARTSWITH": lambda mine, wanted: mine.lower().startswith(wanted.lower()),
    "ENDSWITH": lambda mine, wanted: mine.lower().endswith(wanted.lower()),
    "IN": _one_of,
    "NOT IN": lambda mine, wanted: not _one_of(mine, wanted),
    "ISEMPTY": lambda mine, _: mine == "",
    "ISNOTEMPTY": lambda mine, _: mine != "",
    "BETWEEN": _between,
}
