"""Rows of an instance as they look from outside: raw or for display, walked along references, hidden where they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from syncline_sandbox.servicenow.accounts import Account
from syncline_sandbox.servicenow.dictionary import Column, columns_of
from syncline_sandbox.store import Store, Stored, Version

Seen = tuple[Stored, Version]  # a record, as a search sees it
FORM = "%Y-%m-%d %H:%M:%S"


@lru_cache(2**18)
def text_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):{FORM}}"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a caller wants rows."""

    fields: tuple[str, ...]  # empty: all
    display: str  # false, true or all
    links: bool
    base: str


SYSTEM_VALUES: Mapping[str, Callable[[Stored, Version], str]] = {
    "sys_id": lambda stored, version: stored.id,
    "sys_created_on": lambda stored, version: text_of(stored.first.at),
    "sys_created_by": lambda stored, version: stored.first.by,
    "sys_updated_on": lambda stored, version: text_of(version.at),
    "sys_updated_by": lambda stored, version: version.by,
    "sys_mod_count": lambda stored, version: str(version.number),
}


class Rows:
    def __init__(self, store: Store) -> None:
        self._store = store

    def raw(self, seen: Seen, name: str) -> str:
        """A column as it is stored; the journals are kept elsewhere and look empty."""
        stored, version = seen
        system = SYSTEM_VALUES.get(name)
        return system(stored, version) if system else str(version.values.get(name) or "")

    def walk(self, seen: Seen, name: str) -> tuple[Column | None, str]:
        """A column, or one of the record that a column refers to; None if there is no such column."""
        first, _, rest = name.partition(".")
        column = columns_of(seen[0].stream).get(first)
        value = self.raw(seen, first)
        if column is None or not rest:
            return column, value
        other = self._store.find(value)
        return self.walk((other, other.latest), rest) if other else (column, "")

    def knows(self, table: str, name: str) -> bool:
        first, _, rest = name.partition(".")
        column = columns_of(table).get(first)
        return column is not None and (
            not rest or (bool(column.reference) and self.knows(column.reference, rest))
        )

    def hidden(self, stored: Stored, account: Account) -> bool:
        company = self._store.find(str(stored.values.get("company") or ""))
        return company is not None and company.values.get("name") in account.hidden_companies

    def document(self, stored: Stored, account: Account, shape: Shape) -> dict[str, Any]:
        names: Sequence[str] = shape.fields or tuple(columns_of(stored.stream))
        document = {}
        for name in names:
            column, value = self.walk((stored, stored.latest), name)
            if self.knows(stored.stream, name) and name not in account.hidden_columns and column:
                document[name] = self._shown(column, value, stored, account, shape)
        return document

    def label(self, column: Column, value: str, account: Account) -> str:
        """What a person sees."""
        if column.reference:
            other = self._store.find(value)
            return str(other.values.get("number") or other.values.get("name") or "") if other else ""
        if column.type == "glide_date_time" and value:
            at = datetime.strptime(value, FORM).replace(tzinfo=UTC)
            return f"{at + account.zone:{FORM}}"
        return dict(column.choices).get(value, value)

    def entries(self, stored: Stored, element: str, account: Account) -> str:
        """All entries of a journal in one text, the newest first."""
        found = [
            it
            for it in self._store.records.values()
            if it.stream == "sys_journal_field"
            and it.values["element_id"] == stored.id
            and it.values["element"] == element
        ]
        heading = "Work notes" if element == "work_notes" else "Additional comments"
        return "".join(
            f"{it.first.at + account.zone:{FORM}} - {self._name(it.first.by)} ({heading})\n{it.values['value']}\n\n"
            for it in reversed(found)
        )

    def _name(self, user_name: str) -> str:
        users = (it for it in self._store.records.values() if it.stream == "sys_user")
        return next(
            (str(it.values["name"]) for it in users if it.values["user_name"] == user_name), user_name
        )

    def _shown(self, column: Column, value: str, stored: Stored, account: Account, shape: Shape) -> Any:
        link = f"{shape.base}/api/now/table/{column.reference}/{value}"
        linked = bool(column.reference and value)
        if shape.display not in ("all", "true"):
            return {"link": link, "value": value} if linked and shape.links else value
        label = self.label(column, value, account)
        if column.type == "journal_input":
            label = self.entries(stored, column.name, account)
        if shape.display == "all":
            both = {"display_value": label, "value": value}
            return both | ({"link": link} if linked and shape.links else {})
        return {"display_value": label, "link": link} if linked and shape.links else label


def given_as_label(column: Column, value: str, account: Account, rows: Mapping[str, Stored]) -> str:
    """A label as the value that is stored; dates come in the caller's zone."""
    if column.reference:
        for stored in rows.values():
            if stored.stream == column.reference and value in (
                stored.values.get("name"),
                stored.values.get("number"),
            ):
                return stored.id
        return value
    if column.type == "glide_date_time" and value:
        return shifted(value, -account.zone)
    return {label: key for key, label in column.choices}.get(value, value)


def shifted(text: str, by: timedelta) -> str:
    """Nothing of what is no time."""
    try:
        return f"{datetime.strptime(text, FORM).replace(tzinfo=UTC) + by:{FORM}}"
    except (ValueError, OverflowError):
        return ""


def time_or_nothing(text: str) -> str:
    return shifted(text, timedelta(0))
