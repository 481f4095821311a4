"""Encoded queries, and where a feed goes on.

ServiceNow drops a condition that it does not understand and answers with everything: what is put into a query is
checked first, and what comes out is compared with what was asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.servicenow.records import ID, UPDATED, moment, wire_time
from syncline_common.connectors.times import EPOCH
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.values import FieldType, Values

SAFE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
SAFE_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
SAFE_VALUE = re.compile(r"[^\^,=\r\n]{1,200}")
SPLITTING = re.compile(r"[\^\r\n]+")
BY_TIME = f"ORDERBY{UPDATED}^ORDERBY{ID}"


@dataclass(frozen=True, slots=True)
class Place:
    """After the row (time, id); `skipped` rows on are hidden from us, and have to be stepped over."""

    time: datetime
    id: str = ""
    skipped: int = 0

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls((since or EPOCH).replace(microsecond=0))
        time, id, skipped = token.split("|")
        return cls(moment(time), id, int(skipped))

    @property
    def token(self) -> str:
        return f"{wire_time(self.time)}|{self.id}|{self.skipped}"

    @property
    def question(self) -> str:
        """`^OR` belongs to the condition right before it."""
        time = wire_time(self.time)
        later = f"^{UPDATED}>{time}^OR{ID}>{checked(self.id)}" if self.id else ""
        return f"{UPDATED}>={time}{later}^{BY_TIME}"

    def next(self, rows: Sequence[Mapping[str, Any]], page: int) -> "Place":
        if not rows:
            return Place(self.time, self.id, self.skipped + page)
        return Place(moment(rows[-1][UPDATED]), rows[-1][ID])

    def must_hold(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """In order, and not before this place: else a condition was dropped."""
        times = [moment(it[UPDATED]) for it in rows]
        if times and (times[0] < self.time or times != sorted(times)):
            raise ContractBroken("ServiceNow did not keep to the query", detail=UPDATED)
        if (self.time, self.id) in {(at, it[ID]) for at, it in zip(times, rows, strict=True)}:
            raise ContractBroken("ServiceNow repeated a page", detail=UPDATED)


def everything(token: str | None) -> tuple[str, int]:
    """By id, after the last one; and how many rows to step over."""
    last, _, skipped = (token or "|0").partition("|")
    after = f"{ID}>{checked(last)}^" if last else ""
    return f"{after}ORDERBY{ID}", int(skipped)


def after_all(token: str | None, rows: Sequence[Mapping[str, Any]], page: int) -> str:
    last, _, skipped = (token or "|0").partition("|")
    if last in {it[ID] for it in rows}:
        raise ContractBroken("ServiceNow repeated a page", detail=ID)
    return f"{rows[-1][ID]}|0" if rows else f"{last}|{int(skipped) + page}"


def one_of(ids: Sequence[str]) -> str:
    """Ids that can't be real are left out: nothing has them."""
    return f"{ID}IN{','.join(it for it in ids if SAFE_ID.fullmatch(it))}"


def alike(values: Values) -> str:
    """How `^` would be written within a value is nowhere certain: of such a one its longest part is looked for."""
    asked = [_condition(name, str(it)) for name, it in sorted(values.items())]
    return "^".join([*asked, f"ORDERBY{ID}"])


def _condition(name: str, value: str) -> str:
    parts = [it.strip() for it in SPLITTING.split(value)]
    longest = max(parts, key=len)
    if not longest:
        raise RecordRejected("This value can't be asked for", detail=name)
    return f"{table(name)}{'=' if len(parts) == 1 else 'LIKE'}{longest}"


def said(condition: Condition, kind: FieldType | None) -> str | None:
    """None if an encoded query has no words for it, or there is no such column: the condition would be dropped unseen."""
    ordered = condition.operator not in ("==", "in")
    values = [str(it).lower() if isinstance(it, bool) else str(it) for it in condition.values]
    if kind is None or (ordered and kind is not FieldType.NUMBER) or kind is FieldType.LIST:
        return None
    if not SAFE_NAME.fullmatch(condition.field) or not all(SAFE_VALUE.fullmatch(it) for it in values):
        return None
    sign = {"==": "=", "in": "IN"}.get(condition.operator, condition.operator)
    return f"{condition.field}{sign}{','.join(values)}"


def must_name(rows: Sequence[Mapping[str, Any]], tables: Sequence[str]) -> None:
    """Rows about tables that were not asked for: a condition was dropped."""
    if not {it["name"] for it in rows} <= set(tables):
        raise ContractBroken("ServiceNow did not keep to the query", detail="name")


def checked(id: str) -> str:
    if not SAFE_ID.fullmatch(id):
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return id


def table(name: str) -> str:
    """Of a path or a query."""
    if not SAFE_NAME.fullmatch(name):
        raise RecordRejected("There is no such table", detail=name[:40])
    return name
