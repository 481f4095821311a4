"""Questions in JQL, and where a feed goes on. JQL knows minutes, in the zone of who asks."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.jira.client import REPEATED
from syncline_common.connectors.jira.fields import Fields, schema_of, to_type
from syncline_common.connectors.times import instant
from syncline_common.errors import ContractBroken
from syncline_common.schemas.values import FieldType, Value, Values

WORDS, LINES = re.compile(r"\w+"), re.compile(r"[\r\n\t]+")
SAFE_ID = re.compile(r"[0-9]{1,18}")
THINGS = (
    "option",
    "priority",
    "resolution",
    "status",
    "component",
    "version",
    "user",
    "project",
    "issuetype",
)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Of a list that is ordered by `by`: from `since` on; or after the page that ended with `last`, at `reached`."""

    by: str
    since: datetime | None = None
    page: str | None = None  # the vendor's token
    last: tuple[str, str] | None = None  # id and time, as they came
    question: str = ""  # a token is of one question alone

    @classmethod
    def at(cls, by: str, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls(by, since)
        try:
            start, page, last, question = json.loads(token)
            return cls(by, instant(start) if start else None, str(page), (last[0], last[1]), str(question))
        except (ValueError, TypeError, IndexError):
            raise ContractBroken("A cursor of ours can't be read", detail=by) from None

    @property
    def token(self) -> str:
        return json.dumps(
            [self.since.isoformat() if self.since else None, self.page, self.last, self.question]
        )

    def asked(self, stream: str, zone: tzinfo) -> "Place":
        """With its question. Without a start it is about everything."""
        if self.question:
            return self
        later = f' AND {self.by} >= "{minute(self.since, zone)}"' if self.since else ""
        return replace(self, question=f"{of_type(stream)}{later} ORDER BY {self.by} ASC, key ASC")

    def anew(self) -> "Place":
        """From the minute that was reached: the vendor's token is no longer good."""
        return Place(self.by, instant(self.last[1]) if self.last else self.since)

    def must_hold(self, issues: Sequence[Mapping[str, Any]]) -> None:
        times = [instant(it["fields"][self.by]) for it in issues]
        if self.since and any(it < self.since.replace(second=0, microsecond=0) - HOUR for it in times):
            raise ContractBroken("Jira did not keep to the query", detail=self.by)
        if self.last is not None and self.last in [_mark(it, self.by) for it in issues]:
            raise ContractBroken(REPEATED, detail=self.by)

    def next(self, told: Mapping[str, Any]) -> "Place | None":
        """None only where the vendor says that this is the end."""
        token, issues = told.get("nextPageToken"), told["issues"]
        if not token or told.get("isLast") is True:
            if told.get("isLast") is False:
                raise ContractBroken("Jira stopped in the middle of a list", detail=self.by)
            return None
        if token == self.page:
            raise ContractBroken(REPEATED, detail=self.by)
        return replace(self, page=str(token), last=_mark(issues[-1], self.by) if issues else self.last)


def _mark(issue: Mapping[str, Any], by: str) -> tuple[str, str]:
    return str(issue["id"]), str(issue["fields"][by])


def minute(at: datetime, zone: tzinfo) -> str:
    """Rounded down. A time that the clocks show twice is left for the hour before it: more is read, and nothing missed."""
    local = at.astimezone(zone)
    while local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        local = (local.astimezone(UTC) - HOUR).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}"


def of_type(stream: str) -> str:
    return f"issuetype = {quoted(stream)}"


def marked(stream: str, marker: str) -> str:
    return f"{of_type(stream)} AND labels = {quoted(marker)} ORDER BY created ASC, key ASC"


def alike(stream: str, values: Values, fields: Fields) -> str:
    told = [said for id, it in sorted(values.items()) if (said := _is(id, fields.get(id, {}), it))]
    return " AND ".join([of_type(stream), *told]) + " ORDER BY created ASC, key ASC"


def scoped(stream: str, projects: Sequence[str], told: Sequence[str]) -> str:
    where = [f"project in ({', '.join(quoted(it) for it in projects)})"] if projects else []
    return " AND ".join([of_type(stream), *where, *told])


def _is(id: str, field: Mapping[str, Any], value: Value) -> str | None:
    """What JQL can't compare is left to whoever asked."""
    kind = to_type(field)
    if kind is FieldType.NUMBER and isinstance(value, int | float):
        return f"{clause_name(id, field)} = {value}"
    if schema_of(field).get("type") in THINGS and isinstance(value, str) and value:
        return f"{clause_name(id, field)} = {quoted(value)}"
    if schema_of(field).get("type") == "string" and isinstance(value, str):
        words = " ".join(WORDS.findall(value.lower()))  # all of them; in capitals some are operators
        return f"{clause_name(id, field)} ~ {quoted(words)}" if words else None
    return None


def said(condition: Condition, field: Mapping[str, Any] | None) -> str | None:
    """None if JQL has no words for it, or there is no such field."""
    kind = schema_of(field or {}).get("type")
    values = condition.values
    if kind == "number" and all(isinstance(it, int | float) and not isinstance(it, bool) for it in values):
        told = [str(it) for it in values]
    elif condition.operator in ("==", "in") and (kind in THINGS or condition.field == "labels"):
        told = [quoted(str(it)) for it in values if isinstance(it, str) and it]
    else:
        return None
    if len(told) != len(values):
        return None
    name = clause_name(condition.field, field or {})
    if condition.operator == "in":
        return f"{name} in ({', '.join(told)})"
    return f"{name} {condition.operator.replace('==', '=')} {told[0]}"


def clause_name(id: str, field: Mapping[str, Any]) -> str:
    number = schema_of(field).get("customId")
    return f"cf[{int(number)}]" if number is not None else id


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + LINES.sub(" ", escaped) + '"'
