"""Transforms of numbers, times, truth, lists and rich text."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from syncline_common.configuration.coercion import Inconvertible, boolean, instant, moment, number, plain
from syncline_common.configuration.transforms import Kind, Parameter, Step, Transform, WayBack
from syncline_common.schemas.values import FieldType, Value

T = FieldType
DATE_CODES, TIME_CODES = frozenset("Ymd"), frozenset("HM")


def _clamp(least: float, most: float) -> Step:
    if least > most:
        raise ValueError("least is not above most")
    return Step(lambda value: min(max(number(value), least), most))


def _round(digits: int) -> Step:
    """Half to even, in decimals: 2.675 is 2.68 for people, whatever binary fractions say."""
    unit = Decimal(1).scaleb(-digits)

    def forward(value: Value) -> Value:
        with localcontext(prec=400):  # as many digits as a float may have
            return number(Decimal(str(number(value))).quantize(unit, ROUND_HALF_EVEN))

    return Step(forward)


def _multiply(by: float) -> Step:
    if by == 0:
        raise ValueError("by is not 0")
    factor = Decimal(str(by))
    return Step(
        lambda value: number(Decimal(str(number(value))) * factor),
        lambda value: number(Decimal(str(number(value))) / factor),
    )


def _to_number() -> Step:
    return Step(number, plain)


def _to_boolean(true: list[str], false: list[str]) -> Step:
    words = {it.lower(): True for it in true} | {it.lower(): False for it in false}
    if len(words) < len(set(map(str.lower, true))) + len(set(map(str.lower, false))):
        raise ValueError("no word says both true and false")

    def forward(value: Value) -> Value:
        word = value.strip().lower()
        if word not in words:
            raise Inconvertible(f"{value[:80]!r} is neither true nor false")
        return words[word]

    return Step(forward, lambda value: true[0] if boolean(value) else false[0])


def _to_text() -> Step:
    """The text of a tree, without its marks."""
    return Step(lambda value: "\n".join(_texts(value)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        inner = value.get("text", value.get("content", value.get("children")))
        return [] if inner is None else _texts(inner)
    return [line for it in value for line in _texts(it)] if isinstance(value, list) else []


def _date_format(text: str) -> Step:
    """With year, month and day in it there is a way back; to the minute, with hour and minute as well."""
    codes = [text[at + 1 : at + 2] for at, it in enumerate(text) if it == "%" and text[at - 1 : at] != "%"]
    if not codes or not set(codes) <= DATE_CODES | TIME_CODES | {"S", "%"}:
        raise ValueError("the format has %Y %m %d %H %M %S in it, and no others")

    def backward(value: Value) -> Value:
        try:
            return instant(datetime.strptime(value.strip(), text).isoformat())  # noqa: DTZ007 (UTC, by instant)
        except ValueError as error:
            raise Inconvertible(f"{value[:80]!r} is no time as {text}") from error

    whole = set(codes) >= DATE_CODES | TIME_CODES
    return Step(lambda value: moment(value).strftime(text), backward if whole else None)


def _first() -> Step:
    return Step(lambda value: value[0] if isinstance(value[0], str) else plain(value[0]))


def _whole(name: str, least: float, most: float, default: int | None = None) -> Parameter:
    return Parameter(name, Kind.INTEGER, required=default is None, default=default, least=least, most=most)


ALL = (
    Transform(
        "clamp",
        "not below and not above",
        T.NUMBER,
        T.NUMBER,
        _clamp,
        (Parameter("least", Kind.NUMBER), Parameter("most", Kind.NUMBER)),
    ),
    Transform("round", "to so many digits", T.NUMBER, T.NUMBER, _round, (_whole("digits", 0, 9, 0),)),
    Transform(
        "multiply",
        "times a number: hours into minutes",
        T.NUMBER,
        T.NUMBER,
        _multiply,
        (Parameter("by", Kind.NUMBER),),
        WayBack.EXACT,
    ),
    Transform("number", "read as a number", T.TEXT, T.NUMBER, _to_number, way_back=WayBack.EXACT),
    Transform("text", "rich text without its marks", T.RICH_TEXT, T.TEXT, _to_text),
    Transform(
        "boolean",
        "words for true and for false",
        T.TEXT,
        T.BOOLEAN,
        _to_boolean,
        (
            Parameter("true", Kind.TEXTS, required=False, default=["true", "yes", "1"]),
            Parameter("false", Kind.TEXTS, required=False, default=["false", "no", "0"]),
        ),
        WayBack.EXACT,
    ),
    Transform(
        "date",
        "the day of a time, in UTC",
        T.INSTANT,
        T.DATE,
        lambda: Step(lambda it: moment(it).date().isoformat()),
    ),
    Transform(
        "date_format",
        "a time as text, in UTC",
        T.INSTANT,
        T.TEXT,
        _date_format,
        (Parameter("text"),),
        WayBack.EXACT,
    ),
    Transform("first", "the first of a list", T.LIST, T.TEXT, _first),
)
