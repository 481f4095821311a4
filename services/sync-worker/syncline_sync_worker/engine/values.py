"""When two values mean the same: compared by type, so that a vendor's way of writing things is no change."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from syncline_common.schemas.values import FieldType, Value

MARKUP, WORDS = re.compile(r"<[^<>]*>|&[a-z#0-9]+;", re.IGNORECASE), re.compile(r"\w+")
TRUE, FALSE = frozenset(["true", "yes", "1", "on"]), frozenset(["false", "no", "0", "off"])


def same(kind: FieldType, one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str) and one == other:
        return True  # mostly nothing has changed, and texts are long
    return normalise(kind, one) == normalise(kind, other)


def reworded(one: Value, other: Value) -> bool:
    """The same words, as a system may put them that rewrites what it is given: in other letters, with other markup."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    words = [WORDS.findall(MARKUP.sub(" ", it).casefold()) for it in (one, other)]
    return words[0] == words[1] != []


def is_empty(value: Value) -> bool:
    """None, blank text and a list without items all say "nothing"; 0 and false don't."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not _blanks(value))


def normalise(kind: FieldType, value: Value) -> object:
    """What is compared. What does not fit its type is compared as the text it is, and so never equals what does."""
    if is_empty(value):
        return None
    fitting = BY_TYPE[kind](value)
    return fitting if fitting is not None else ("as text", _text(value))


def _blanks(text: str) -> str:
    """Line ends, hard spaces and blanks at the end of lines differ between systems that mean the same."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _text(value: Value) -> str:
    if isinstance(value, str):
        return _blanks(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return json.dumps(value, sort_keys=True)
    return str(_number(value))


def _rich_text(value: Value) -> object:
    """Text or a tree. In text, how many blank lines stand between paragraphs says nothing."""
    if isinstance(value, str):
        return "\n".join(line for line in _blanks(value).strip().split("\n") if line)
    return _tree(value)


def _tree(value: Value) -> object:
    """A blank at the end of a leaf may stand before a bold word: it counts."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if isinstance(value, Mapping):
        return {key: _tree(it) for key, it in value.items() if it is not None}
    return [_tree(it) for it in value] if isinstance(value, list) else value


def _number(value: Value) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number.quantize(Decimal(1)) if number == number.to_integral() and abs(number) < 10**20 else number


def _boolean(value: Value) -> bool | None:
    word = str(value).strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def _date(value: Value) -> date | None:
    """The day that is written, whatever zone stands behind it."""
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        return None


def _instant(value: Value) -> datetime | None:
    """A time without a zone is UTC: connectors know their vendor's zone and say it."""
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _choice(value: Value) -> str:
    return _text(value).strip()


def _list(value: Value) -> frozenset[str] | None:
    """Tags and the like: systems keep neither their order nor repetitions."""
    return frozenset(_choice(it) for it in value) if isinstance(value, list) else None


BY_TYPE: Mapping[FieldType, Callable[[Value], object]] = {
    FieldType.TEXT: _text,
    FieldType.RICH_TEXT: _rich_text,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.INSTANT: _instant,
    FieldType.CHOICE: _choice,
    FieldType.PERSON: _choice,
    FieldType.LIST: _list,
}
