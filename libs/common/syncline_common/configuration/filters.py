"""Which records are in: CEL over `record`, with caps, because the language has no limit of cost of its own."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import cel

from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import Values

LONGEST, DEEPEST, OFTEN, SUMS = 1_000, 16, 3, 10
ITEMS, TEXT = 1_000, 10_000
STRINGS = re.compile(
    r"""\b(?:[bB]?[rR]|[rR][bB])(?:"[^"\n]*"|'[^'\n]*')|(?:\b[bB])?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
)
CALL = re.compile(r"\b(\w+)\s*\(|[(\[{]|[)\]}]")
LOOPS = frozenset(["all", "exists", "exists_one", "filter"])
NAMED = re.compile(r"""\brecord\s*(?:\[\s*"(\d+)"\s*\]|((?:\s*\.\s*[A-Za-z_]\w*)+)(\s*\()?)""")
FAILS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


class FilterFault(ValueError):
    """A filter that can't be used, in words for its author."""


@dataclass(frozen=True, slots=True)
class Verdict:
    admitted: bool
    reason: str | None = None  # why a filter could not be evaluated and so does not admit


@dataclass(frozen=True, slots=True)
class Filter:
    source: str
    program: cel.Program = field(repr=False, compare=False)
    paths: tuple[str, ...]  # what it names, as written: `System.Title`, `priority`

    def admits(self, values: Values) -> bool:
        return self.verdict(values).admitted

    def verdict(self, values: Values) -> Verdict:
        """What can't be compared (an empty field, a division by zero) is not admitted, and the reason is told.

        Absence is not evidence: if a field that the filter names was not read, nobody knows whether the record is in.
        That is RecordRejected, so that the record waits and is not taken for one that has left.
        """
        for path in self.paths:
            if not named_by(path, values):
                raise RecordRejected(f"The filter needs {path}, which was not read.")
        try:
            told = self.program.execute({"record": _record(values)})
        except FAILS as error:
            return Verdict(False, f"The filter could not be evaluated: {str(error)[:200]}")
        if isinstance(told, bool):
            return Verdict(told)
        return Verdict(False, "The filter says neither true nor false.")


def compile_filter(source: str) -> Filter | None:
    """None for an empty filter, which admits all. FilterFault in words for its author."""
    if not source.strip():
        return None
    if len(source) > LONGEST:
        raise FilterFault(f"a filter has at most {LONGEST} characters")
    if '"""' in source or "'''" in source:
        raise FilterFault("text stands between single or double quotes, not triple ones")
    texts: list[str] = []
    bare = STRINGS.sub(partial(_put_aside, texts), source)
    for fault in _too_costly(bare):
        raise FilterFault(fault)
    try:
        program = cel.compile(source)
    except ValueError as error:
        raise FilterFault(_parser_says(str(error))) from error
    if "record" not in program.variables():
        raise FilterFault("it does not look at `record`")
    return Filter(source, program, tuple(dict.fromkeys(_paths(bare, texts))))


def named_by(path: str, names: Any) -> str | None:
    """The field that a path starts with: `System.Title` in `System.Title.size`, whichever is there and longest."""
    parts = path.split(".")
    candidates = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((it for it in candidates if it in names), None)


def _put_aside(texts: list[str], found: re.Match[str]) -> str:
    """A text's number stands for it, so that nothing in it is taken for code."""
    texts.append(found[0].strip("bBrR")[1:-1])
    return f'"{len(texts) - 1}"'


def _paths(bare: str, texts: list[str]) -> Iterator[str]:
    """`record.a.b`, `record["a b"]`; of `record.a.size()` the last part is a function."""
    for number, dotted, called in NAMED.findall(bare):
        if number:
            yield texts[int(number)]
            continue
        parts = [it.strip() for it in dotted.split(".") if it.strip()]
        if called:
            parts.pop()
        if parts:
            yield ".".join(parts)


def _record(values: Values) -> dict[str, Any]:
    """Names with dots may be written as paths; a field of just that name comes first."""
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        if any(".".join(outer[:end]) in values for end in range(1, len(outer) + 1)):
            continue
        place = nested
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = _capped(value)
    return nested | {name: _capped(it) for name, it in values.items()}


def _capped(value: Any) -> Any:
    """More than this would hold up everybody; nobody filters by the end of a long text."""
    if isinstance(value, str):
        return value[:TEXT]
    return value[:ITEMS] if isinstance(value, list) else value


def _too_costly(bare: str) -> Iterator[str]:
    """What makes work out of little text: loops in loops, patterns (compiled at each use), sums of long texts."""
    opened: list[str] = []
    counts = Counter[str]()
    for found in CALL.finditer(bare):
        if found[0] in ")]}":
            opened = opened[:-1]
            continue
        name = found[1] or ""
        counts["loop" if name in LOOPS else name] += 1
        if name == "map" or (name in LOOPS | {"matches"} and LOOPS & set(opened)):
            yield f"{name} has no place {'in a filter' if name == 'map' else 'inside of another loop'}"
        opened.append(name)
        if len(opened) > DEEPEST:
            yield f"brackets are nested more than {DEEPEST} deep"
    if counts["loop"] > OFTEN or counts["matches"] > OFTEN:
        yield f"it goes through lists, or looks for patterns, more than {OFTEN} times"
    if bare.count("+") > SUMS:
        yield f"it adds more than {SUMS} times"


def _parser_says(text: str) -> str:
    """Where it stumbles and over what, without the source, a picture of the place and all that might stand there."""
    found = re.search(r"<input>:(\d+):(\d+): Syntax error: (.{1,160}?)(?: expecting |\n|$)", text)
    if found is None:
        return "it can't be parsed"
    stumbled = found[3].replace("'<EOF>'", "the end")
    return f"it can't be parsed at line {found[1]}, character {found[2]}: {stumbled}"
