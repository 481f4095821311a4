"""Evaluating a WIQL query over what a search sees of the work items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from syncline_sandbox.azure_devops.catalogue import FIELDS
from syncline_sandbox.azure_devops.refusals import refuse
from syncline_sandbox.azure_devops.wiql import Both, Comparison, Condition, Either, Literal, Not, Query
from syncline_sandbox.calls import Refused


@dataclass(frozen=True, slots=True)
class Terms:
    """What the query does not say by itself."""

    project: str | None
    me: str
    now: datetime
    zone: timedelta  # of the caller
    precise: bool  # timePrecision


ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda mine, other: mine < other,
    ">": lambda mine, other: mine > other,
    "<=": lambda mine, other: mine <= other,
    ">=": lambda mine, other: mine >= other,
    "CONTAINS": lambda mine, other: str(other) in str(mine),
    "UNDER": lambda mine, other: mine == other or str(mine).startswith(f"{other}\\"),
}


def matching(query: Query, rows: Sequence[Mapping[str, Any]], terms: Terms) -> list[Mapping[str, Any]]:
    check(query.where, terms)
    holds = _test(query.where, terms)
    found = [row for row in rows if holds(row)]
    found.sort(key=lambda row: int(row["System.Id"]))
    for field, falls in reversed(query.order):
        found.sort(key=lambda row: _sortable(row.get(field)), reverse=falls)
    return found


def check(condition: Condition, terms: Terms) -> None:
    """Refused before the first row is looked at, and if there is none."""
    match condition:
        case Both(parts) | Either(parts):
            for part in parts:
                check(part, terms)
        case Not(part):
            check(part, terms)
        case Comparison(field, operator, values):
            if operator == "UNDER" and FIELDS[field].type != "treePath":
                raise _wrong(field, "The operator UNDER needs a tree path.")
            for value in values:
                resolved(field, value, terms)


def _test(condition: Condition, terms: Terms) -> Callable[[Mapping[str, Any]], bool]:
    """Taken apart once, whatever the number of rows."""
    match condition:
        case Both(parts):
            every = [_test(part, terms) for part in parts]
            return lambda row: all(test(row) for test in every)
        case Either(parts):
            some = [_test(part, terms) for part in parts]
            return lambda row: any(test(row) for test in some)
        case Not(part):
            other = _test(part, terms)
            return lambda row: not other(row)
        case Comparison(field, operator, values):
            wanted = [resolved(field, it, terms) for it in values]
            return lambda row: _compare(field, operator, row.get(field), wanted, terms)


def resolved(field: str, literal: Literal, terms: Terms) -> Any:
    """A literal as a value of the field's type."""
    if literal.kind == "macro":
        return _macro(field, literal, terms)
    kind = FIELDS[field].type
    if literal.text == "":
        return None
    try:
        if kind in ("integer", "double"):
            return float(literal.text)
        if kind == "boolean":
            return {"true": True, "false": False}[literal.text.lower()]
        if kind == "dateTime":
            return _date(literal.text, terms)
    except (ValueError, KeyError):
        raise _wrong(literal.text, "The value does not fit the type of the field.") from None
    return literal.text.lower()


def _macro(field: str, literal: Literal, terms: Terms) -> Any:
    is_date = FIELDS[field].type == "dateTime"
    if literal.text == "@project" and not is_date:
        if terms.project is None:
            raise _wrong("@project", "The macro needs a project in the address.")
        return terms.project.lower()
    if literal.text == "@me" and not is_date:
        return terms.me.lower()
    if literal.text == "@today" and is_date:
        local = (terms.now + terms.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return local - terms.zone + timedelta(days=literal.days)
    raise _wrong(literal.text, "The macro is not known, or not for this field.")


def _date(text: str, terms: Terms) -> datetime:
    """Without a zone it is the caller's; a time of day is only for those who asked for precision."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if len(text) > len("2026-01-01") and not terms.precise:
        raise _wrong(
            text, "You cannot supply a time with the date when running a query using date precision."
        )
    return (at if at.tzinfo else at.replace(tzinfo=timezone(terms.zone))).astimezone(UTC)


def _compare(field: str, operator: str, value: Any, wanted: list[Any], terms: Terms) -> bool:
    if operator == "IN":
        return any(_compare(field, "=", value, [it], terms) for it in wanted)
    mine, other = _comparable(field, value, terms), wanted[0]
    if FIELDS[field].type == "dateTime" and not terms.precise and other is not None:
        other = _day(other, terms)
    if operator in ("=", "<>"):
        return (mine == other) is (operator == "=")
    return mine is not None and other is not None and bool(ORDERED[operator](mine, other))


def _comparable(field: str, value: Any, terms: Terms) -> Any:
    kind = FIELDS[field].type
    if value is None or value == "":
        return None
    if kind == "dateTime":
        at = _stored_date(str(value))
        return at if terms.precise else _day(at, terms)
    if kind in ("integer", "double"):
        return float(value)
    return value if kind == "boolean" else str(value).lower()


@lru_cache(2**18)
def _stored_date(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _day(at: datetime, terms: Terms) -> Any:
    return (at + terms.zone).date()


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value if isinstance(value, int | float) else str(value).lower())


def _wrong(near: str, why: str) -> Refused:
    return refuse(400, "WorkItemTrackingQueryException", f"{why} The error is caused by «{near}».")
