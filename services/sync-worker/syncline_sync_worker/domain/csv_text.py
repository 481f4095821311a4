"""Lines of CSV by RFC 4180, in which no cell is taken for a formula."""

from collections.abc import Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
QUOTED = (",", '"', "\r", "\n")


def line(cells: Sequence[object]) -> bytes:
    return (",".join(map(_cell, cells)) + "\r\n").encode()


def _cell(value: object) -> str:
    text = defused("" if value is None else str(value))
    if any(it in text for it in QUOTED) or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def defused(text: str) -> str:
    """A spreadsheet would run it: a leading apostrophe makes it text."""
    return f"'{text}" if text.startswith(FORMULA) else text
