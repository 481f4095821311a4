"""What of a filter a vendor can be asked for: the comparisons that it joins by `&&`. The rest is for us to judge, record by record."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syncline_common.configuration.filters import STRINGS
from syncline_common.schemas.values import Value

LITERAL: Final = r"(?:\x00\d+|-?\d+(?:\.\d+)?|true|false)"
FIELD: Final = r"record(?:\[\s*(?P<quoted>\x00\d+)\s*\]|(?P<path>(?:\.[A-Za-z_]\w*)+))"
COMPARED = re.compile(rf"{FIELD}\s*(?P<operator>==|<=|>=|<|>)\s*(?P<value>{LITERAL})")
ONE_OF = re.compile(rf"{FIELD}\s+(?P<operator>in)\s*\[\s*(?P<value>{LITERAL}(?:\s*,\s*{LITERAL})*)\s*\]")
TEXT = re.compile(r"\x00(\d+)")


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is as one of the values, or on one side of the only one."""

    field: str
    operator: str  # ==, <, <=, >, >=, in
    values: tuple[Value, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records: those of a stream, in these projects or all, as far as conditions can say it."""

    stream: str
    projects: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


def conditions_in(source: str) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """Those that a vendor may be asked for, and the parts of the filter that remain, as they are written."""
    texts: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        texts.append(found[0])
        return f"\x00{len(texts) - 1}"

    bare = STRINGS.sub(put_aside, source.replace("\x00", " ")).strip()
    parts = _joined(bare) if bare else []
    found, rest = [], []
    for part in parts:
        written = TEXT.sub(lambda it: texts[int(it[1])], part)
        one = _condition(part, written, texts)
        if one is None:
            rest.append(written)
        else:
            found.append(one)
    return tuple(found), tuple(rest)


def _joined(bare: str) -> list[str]:
    """Its parts; the whole, if it says more at its top than `and`."""
    pieces = [(at, depth, sign) for at, depth, sign in _signs(bare) if depth == 0]
    if any(sign != "&&" for _, _, sign in pieces):
        return [bare]
    ends = [at for at, _, _ in pieces]
    starts = [0, *(at + 2 for at in ends)]
    return [bare[start:end].strip() for start, end in zip(starts, [*ends, len(bare)], strict=True)]


def _signs(bare: str) -> Iterator[tuple[int, int, str]]:
    depth = 0
    for found in re.finditer(r"&&|\|\||\?|[(\[{]|[)\]}]", bare):
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth -= 1
        else:
            yield found.start(), depth, found[0]


def _condition(part: str, written: str, texts: list[str]) -> Condition | None:
    found = COMPARED.fullmatch(part) or ONE_OF.fullmatch(part)
    if found is None:
        return None
    field = found["path"][1:] if found["path"] else _value(found["quoted"], texts)
    values = [_value(it, texts) for it in re.findall(LITERAL, found["value"])]
    if not isinstance(field, str) or None in values:
        return None
    return Condition(field, found["operator"], tuple(values), written)


def _value(literal: str, texts: list[str]) -> Value:
    """None for a text that is written in a way of its own."""
    if literal.startswith("\x00"):
        text = texts[int(literal[1:])]
        plain = text[:1] in "\"'" and "\\" not in text
        return text[1:-1] if plain else None
    return json.loads(literal)
