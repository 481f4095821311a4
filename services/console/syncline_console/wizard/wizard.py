"""What somebody has begun: a connection in five steps, or one of the shorter ways that ask for a system alike."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from syncline_console.client.views import Connection, Kind
from syncline_console.wizard.candidate import Candidate

STEPS = {
    "system-a": "System A",
    "system-b": "System B",
    "name": "Name",
    "review": "Review",
    "progress": "Progress",
}


class Purpose(StrEnum):
    CONNECTION = "connection"
    SYSTEM = "system"  # into a network, beforehand
    CREDENTIAL = "credential"  # another one for a system that is there
    RETRY = "retry"  # of a build that failed, with another credential


class Wizard(BaseModel):
    purpose: Purpose = Purpose.CONNECTION
    a: Candidate = Candidate()
    b: Candidate = Candidate()
    name: str = ""
    description: str = ""
    name_problem: str | None = None
    connection_id: UUID | None = None
    system_id: UUID | None = None
    side: str = "a"

    def candidate(self, part: str) -> Candidate:
        return self.b if part == "system-b" else self.a

    def doubled(self, kinds: Mapping[str, Kind]) -> str | None:
        """Why these two can't be connected, if they are one."""
        if self.a.lookup is None or self.b.lookup is None or self.a.url != self.b.url:
            return None
        kind = kinds.get(self.a.kind or "")
        if kind is None or kind.capabilities.projects:
            return None
        return (
            f"This is System A. A {kind.label} system has no projects, so it can't be connected with itself"
        )

    def why_not(self, step: str, now: datetime, kinds: Mapping[str, Kind]) -> str | None:
        """Why one can't go on from a step."""
        match step:
            case "system-a":
                return self.a.why_not(now)
            case "system-b":
                return self.doubled(kinds) or self.b.why_not(now)
            case "name":
                return None if self.name and not self.name_problem else "Give the connection a name"
        return None

    def first_open(self, now: datetime, kinds: Mapping[str, Kind]) -> str:
        """The step to do next. Once there is a connection, only its progress is left."""
        if self.connection_id is not None:
            return "progress"
        open_ = (it for it in ("system-a", "system-b", "name") if self.why_not(it, now, kinds) is not None)
        return next(open_, "review")

    def may_see(self, step: str, now: datetime, kinds: Mapping[str, Kind]) -> bool:
        order, first = list(STEPS), self.first_open(now, kinds)
        if first == "progress" or step == "progress":
            return step == first
        return order.index(step) <= order.index(first)

    @property
    def title(self) -> str:
        ends = " and ".join(it.url.removeprefix("https://") for it in (self.a, self.b) if it.typed)
        return self.name or ends or "Nothing entered yet"


def name_key(name: str) -> str:
    """Names that people can't tell apart are one name."""
    return " ".join(name.split()).casefold()


def taken(name: str, wizard: Wizard, others: list[Connection]) -> bool:
    """Between these two systems, whatever their order."""
    pair = {wizard.a.url, wizard.b.url}
    return any(name_key(it.name) == name_key(name) and {it.a.url, it.b.url} == pair for it in others)
