"""What connectors need of the way out, and what they tell beside the engine's two ports."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol, Self

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.schemas.connector import Reader, Writer
from syncline_common.schemas.records import Record, RecordRef, Tie

Parts = Callable[
    [], AsyncIterator[bytes]
]  # of a file: opened anew for each attempt, and never whole in memory


class Reply(Protocol):
    """An answer that is no error: those were raised."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Asked for in lower case."""

    def json(self) -> Any: ...


class Out(Protocol):
    """The gateway to one system. Paths follow the system's canonical address."""

    @property
    def address(self) -> str:
        """The canonical one: for vendors whose API lies under another, which is told from it."""

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any: ...

    async def send(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | Parts | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        repeatable: bool = False,
    ) -> Reply:
        """A POST or PATCH is `repeatable` if it only reads, or the vendor refuses it the second time.

        `content` in parts needs a Content-Length among the `headers`.
        """

    def download(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncGenerator[bytes, None]: ...


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The vendor's time less ours, give or take `uncertainty`."""

    offset: timedelta
    uncertainty: timedelta


class WebhookWay(StrEnum):
    API = "api"  # we can subscribe, if the credential may
    BY_HAND = "by_hand"  # an administrator of the system has to install something
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found out that later work goes by: kept as JSON, and given back whenever the system is opened."""

    marker_field: str | None = None  # where our markers are left, if not at the connector's usual place
    marker_streams: tuple[str, ...] = ()  # those that have it; empty: all
    clock: ClockOffset | None = None
    webhooks: WebhookWay = WebhookWay.NONE

    def marker_in(self, stream: str) -> str | None:
        there = not self.marker_streams or stream in self.marker_streams
        return self.marker_field if there else None

    @property
    def clock_offset(self) -> timedelta:
        return self.clock.offset if self.clock else timedelta(0)

    def as_json(self) -> dict[str, Any]:
        clock = self.clock and {
            "offset_seconds": self.clock.offset.total_seconds(),
            "uncertainty_seconds": self.clock.uncertainty.total_seconds(),
        }
        return {
            "marker_field": self.marker_field,
            "marker_streams": list(self.marker_streams),
            "clock": clock,
            "webhooks": self.webhooks.value,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        clock = told.get("clock")
        return cls(
            told.get("marker_field"),
            tuple(told.get("marker_streams", ())),
            clock
            and ClockOffset(
                timedelta(seconds=clock["offset_seconds"]), timedelta(seconds=clock["uncertainty_seconds"])
            ),
            WebhookWay(told.get("webhooks", "none")),
        )


NOT_CHECKED = Found()  # of a system that is opened for the first time


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found when a system was checked: for a person in `findings`, for later work in `found`."""

    identity: str
    can_write: bool | None  # None: this system does not tell before the first write
    findings: tuple[str, ...] = ()
    found: Found = NOT_CHECKED


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    key: str  # what a person field holds
    name: str
    email: str | None = None
    login: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Attachment:
    id: str
    name: str
    size: int | None  # None: the vendor does not say
    url: str
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """What is to be attached."""

    name: str
    size: int
    parts: Parts
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records there are, and what the number does not take into account."""

    records: int
    at_least: bool = False  # there may be more: the vendor counts no further
    left_out: tuple[str, ...] = ()


class Surveyor(Protocol):
    """What a person chooses from while a connection is set up. A connector's reader is one, too."""

    async def survey(self) -> Survey:
        """NeedsPerson if the credential can't be used, or can't write. Nothing visible is written."""

    async def projects(self) -> Sequence[Project]: ...

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]: ...

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]: ...

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]: ...

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        """In few requests, however many there are; `projects`: all, if none is named."""

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]: ...


class WholeReader(Reader, Surveyor, Protocol):
    """All that a connector reads."""

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """To records that are there and may be seen."""

    def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        """Whole, or an error at the end: nothing is to be made of the parts before it is through."""


class WholeWriter(Writer, Protocol):
    """All that a connector writes."""

    async def link(self, seen: Record, tie: Tie) -> Record:
        """The record as it is known afterwards. What is tied already stays as it is, so it may be asked for again.

        RecordChanged if it moved on since it was seen; RecordRejected if the other end is not there, or is the record
        itself, or if it has another parent, which is never replaced; UnknownOutcome when it may or may not have happened.
        """

    async def attach(self, seen: Record, file: File) -> Attachment:
        """UnknownOutcome when it may or may not have happened: it is found again by name and size."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A webhook said that this record has changed. Only the fetch that follows is evidence."""

    ref: RecordRef
    deleted: bool = False
