"""What all parts of a site share: its projects and people, its records, and what hangs on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncline_sandbox.calls import Call
from syncline_sandbox.jira.accounts import ANONYMOUS, NOBODY, Account
from syncline_sandbox.jira.catalogue import Project
from syncline_sandbox.jira.refusals import no_issue, refuse
from syncline_sandbox.store import Store, Stored

ADDRESS = "https://sandbox.atlassian.net"
API = r"/rest/api/3"
ONE = rf"{API}/issue/(?P<issue>[^/]+)"


@dataclass(slots=True)
class Note:
    """A comment."""

    id: str
    issue: str
    body: dict[str, Any]
    by: str
    at: datetime
    changed: datetime
    visibility: dict[str, Any] | None = None
    properties: list[dict[str, Any]] = field(default_factory=list)

    @property
    def internal(self) -> bool:
        told = (it["value"] for it in self.properties if it.get("key") == "sd.public.comment")
        return any(isinstance(it, dict) and it.get("internal") is True for it in told)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file on an issue."""

    id: str
    issue: str
    name: str
    content: bytes
    kind: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Bond:
    """A link between two issues."""

    id: str
    type: str  # by name
    inward: str
    outward: str


@dataclass
class Board:
    store: Store
    accounts: Sequence[Account]
    projects: Sequence[Project]
    announce: Callable[[str, Stored, Mapping[str, Any]], None]
    notes: dict[str, Note] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    bonds: dict[str, Bond] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # of each project's last issue
    largest_file: int = 10 * 2**30
    _last: int = 10_099

    def new_id(self) -> str:
        """Issues, comments, files and links have numbers of one row."""
        self._last += 1
        return str(self._last)

    def account(self, id: str) -> Account:
        known = (it for it in self.accounts if id in (it.id, it.email, it.name))
        return NOBODY if id == ANONYMOUS else next(known)

    def person(self, id: object) -> Account | None:
        return next((it for it in self.accounts if it.id == id), None)

    def project(self, named: object) -> Project | None:
        return next((it for it in self.projects if str(named) in (it.id, it.key)), None)

    def project_of(self, stored: Stored) -> Project:
        found = self.project(stored.values["project"])
        assert found is not None
        return found

    def visible(self, caller: str) -> Sequence[Project]:
        return self.projects if self.account(caller).may("BROWSE_PROJECTS") else ()

    def issue(self, named: str, caller: str) -> Stored:
        """By number or by key."""
        stored = self.store.find(named) or self._by_key(named)
        if stored is None or not self.account(caller).may("BROWSE_PROJECTS"):
            raise no_issue()
        return stored

    def issue_of(self, call: Call, caller: str) -> Stored:
        return self.issue(call.params["issue"], caller)

    def must(self, caller: str, right: str, said: str, status: int = 403) -> None:
        if not self.account(caller).may(right):
            raise refuse(status, said)

    def children(self, stored: Stored) -> list[Stored]:
        return [it for it in self.store.records.values() if it.values.get("parent") == stored.id]

    def told(self, at: datetime, caller: str) -> str:
        """In the caller's own zone, with an offset that has no colon."""
        local = at.astimezone(ZoneInfo(self.account(caller).zone))
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"

    def _by_key(self, key: str) -> Stored | None:
        records = self.store.records.values() if "-" in key else ()
        return next((it for it in records if it.values["key"] == key), None)


def paged(call: Call, found: Sequence[Any], name: str, most: int = 50, default: int = 50) -> dict[str, Any]:
    """By number of what to leave out; more than the most is cut without a word."""
    at, size = number(call, "startAt", 0), min(number(call, "maxResults", default), most)
    page = list(found[at : at + size])
    last = at + len(page) >= len(found)
    return {"startAt": at, "maxResults": size, "total": len(found), "isLast": last, name: page}


def number(call: Call, name: str, default: int) -> int:
    given = call.get(name)
    if not given:
        return default
    if not given.isdigit():
        raise refuse(400, f"The value '{given}' is not a number for {name}.")
    return int(given)


def parsed_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
