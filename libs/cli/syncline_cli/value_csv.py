"""A rule's value map as CSV, there and back: side a's value, side b's, one pair a line."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from syncline_cli.failures import Misused

HEAD = ["a", "b"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(values: Mapping[str, Any]) -> str:
    """By RFC 4180. No cell is taken for a formula: an apostrophe before it says that it is text."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEAD, *([_cell(a), _cell(b)] for a, b in values.items())])
    return out.getvalue()


def read(text: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """`before` knows which values of side b are no text: a cell that says one of them is that one."""
    others = {_text(it): it for it in before.values() if not isinstance(it, str)}
    values: dict[str, Any] = {}
    for number, a, b in _pairs(text):
        if not a:
            raise Misused("This is no value map.", why=f"Line {number} has no value of side a.")
        if a in values:
            raise Misused("This is no value map.", why=f"Line {number} has {a!r} for the second time.")
        values[a] = others.get(b, b)
    return values


def _pairs(text: str) -> Iterator[tuple[int, str, str]]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        if next(rows, None) != HEAD:
            raise Misused("This is no value map.", why="The first line has to be: a,b")
        for row in rows:
            if len(row) != len(HEAD):
                raise Misused("This is no value map.", why=f"Line {rows.line_num} has not two cells.")
            yield rows.line_num, _plain(row[0]), _plain(row[1])
    except csv.Error as broken:
        raise Misused("This is no CSV.", why=f"Line {rows.line_num}: {broken}.") from None


def _cell(value: Any) -> str:
    text = _text(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
