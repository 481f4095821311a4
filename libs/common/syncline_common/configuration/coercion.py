"""Types convert by themselves where nothing is lost. What would lose something needs a transform; the rest is impossible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from syncline_common.schemas.values import FieldType, Value

T = FieldType
LARGEST = Decimal("1e300")  # what every system can hold as a number


class Inconvertible(Exception):
    """A value that can't be said in another type or form; the message names it."""


@dataclass(frozen=True, slots=True)
class Fit:
    possible: bool
    lossless: bool = False
    hint: str | None = None  # the transform that says how to lose what is lost


def fit(source: FieldType, target: FieldType) -> Fit:
    if source is target or (source, target) in FREE:
        return Fit(True, lossless=True)
    if hint := LOSSY.get((source, target)):
        return Fit(True, hint=hint)
    return Fit(False)


def coerce(value: Value, source: FieldType, target: FieldType) -> Value:
    """`value`, which is not empty, as `target` has it. Inconvertible if just this one can't be."""
    if source is target:
        return value
    convert = FREE.get((source, target))
    if convert is None:
        raise Inconvertible(f"{_shown(value)} is {source.value} and can't become {target.value} by itself")
    return convert(value)


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def plain(value: Value) -> str:
    """A scalar as people write it: 1 and not 1.0, true and not True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        raise Inconvertible(f"{_shown(value)} is no text")
    return str(value)


def number(value: Value) -> int | float:
    text = str(value).strip()
    try:
        read = Decimal(text)
    except InvalidOperation as error:
        raise Inconvertible(f"{_shown(value)} is no number") from error
    if isinstance(value, bool) or not read.is_finite():
        raise Inconvertible(f"{_shown(value)} is no number")
    if abs(read) >= LARGEST:
        raise Inconvertible(f"{_shown(value)} is too large a number")
    return int(read) if read == read.to_integral() and abs(read) < Decimal(2**63) else float(read)


def boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in ("true", "false"):
        raise Inconvertible(f"{_shown(value)} is neither true nor false")
    return word == "true"


def day(value: Value) -> str:
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError as error:
        raise Inconvertible(f"{_shown(value)} is no date") from error


def instant(value: Value) -> str:
    """In UTC, where it has no zone of its own."""
    return moment(value).isoformat().replace("+00:00", "Z")


def moment(value: Value) -> datetime:
    try:
        read = datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise Inconvertible(f"{_shown(value)} is no time") from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _itself(value: Value) -> Any:
    return value


FREE: Mapping[tuple[FieldType, FieldType], Callable[[Value], Value]] = {
    (T.TEXT, T.RICH_TEXT): plain,
    (T.TEXT, T.NUMBER): number,
    (T.TEXT, T.BOOLEAN): boolean,
    (T.TEXT, T.DATE): day,
    (T.TEXT, T.INSTANT): instant,
    (T.TEXT, T.CHOICE): plain,
    (T.TEXT, T.PERSON): plain,
    (T.NUMBER, T.TEXT): plain,
    (T.NUMBER, T.CHOICE): plain,
    (T.NUMBER, T.RICH_TEXT): plain,
    (T.BOOLEAN, T.TEXT): plain,
    (T.BOOLEAN, T.CHOICE): plain,
    (T.BOOLEAN, T.RICH_TEXT): plain,
    (T.DATE, T.TEXT): plain,
    (T.DATE, T.RICH_TEXT): plain,
    (T.DATE, T.INSTANT): instant,
    (T.INSTANT, T.TEXT): plain,
    (T.INSTANT, T.RICH_TEXT): plain,
    (T.CHOICE, T.TEXT): _itself,
    (T.CHOICE, T.RICH_TEXT): plain,
    (T.CHOICE, T.NUMBER): number,
    (T.CHOICE, T.BOOLEAN): boolean,
    (T.PERSON, T.TEXT): plain,
    (T.PERSON, T.RICH_TEXT): plain,
}
LOSSY: Mapping[tuple[FieldType, FieldType], str] = {
    (T.RICH_TEXT, T.TEXT): "text",
    (T.RICH_TEXT, T.CHOICE): "text",
    (T.INSTANT, T.DATE): "date",
    (T.LIST, T.TEXT): "join",
    (T.LIST, T.RICH_TEXT): "join",
    (T.LIST, T.CHOICE): "first",
    (T.TEXT, T.LIST): "split",
    (T.CHOICE, T.LIST): "split",
}
