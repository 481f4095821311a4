"""What the engine may ask of a system: two ports, so that a test run can hold the one that can't write.

Every method raises only RemoteErrors; their disposition says what happens next. Bulk calls answer item by item, in order;
a RemoteError in the place of an item concerns that item alone, one that is raised concerns the whole call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from syncline_common.errors import RemoteError
from syncline_common.schemas.records import ChangePage, Comment, Feed, Record, RecordRef
from syncline_common.schemas.values import Values

ALIKE = 100  # records that a search by values answers at most


class RepeatClass(StrEnum):
    """K1: the vendor refuses a repetition. K2: our marker can be looked up. K3: only a person can tell."""

    K1 = "K1"
    K2 = "K2"
    K3 = "K3"


class Priority(StrEnum):
    USER = "user"
    WEBHOOK = "webhook"
    POLL = "poll"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class StreamTraits:
    """The facts of a stream that the engine reckons with; from the manifest, and from what the check found."""

    granularity: timedelta = timedelta(seconds=1)  # of changed_at
    lag: timedelta = timedelta(0)  # how late the newest change may appear in a feed
    settle: timedelta = timedelta(0)  # how long a search for a marker may miss what was written
    creates: RepeatClass = RepeatClass.K2
    conditional: bool = True  # an update of a stale record is refused by the vendor
    looks: bool = False  # the vendor takes it, and the writer compares versions itself, right before it sends
    batch: int = 100  # records per fetch, create or update
    feeds: tuple[Feed, ...] = (Feed.RECORDS,)
    clock_offset: timedelta = timedelta(0)  # of the vendor's clock, as measured: its time less ours


@dataclass(frozen=True, slots=True)
class NewRecord:
    stream: str
    values: Values
    marker: str  # left on the record, found again by `find`
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    seen: Record  # as it was when this was planned
    values: Values  # only what differs


class Reader(Protocol):
    def traits(self, stream: str) -> StreamTraits: ...

    async def check(self) -> None:
        """NeedsPerson if the credential can't be used."""

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """Records changed at or after `since`, ordered by (changed_at, id); `token` goes on with a page's `next`."""

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        """Every record there is, whatever its age."""

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """What exists and may be seen; an id that is missing in the answer is gone, or hidden from us."""

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        """The records that bear `marker`, oldest first: a clone made inside the vendor's system bears it, too."""

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        """The oldest records that may have these values, `ALIKE` at most: systems compare more loosely than we do."""

    async def comments(self, ref: RecordRef) -> Sequence[Comment]: ...


class Writer(Protocol):
    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        """UnknownOutcome when it may or may not have happened."""

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """What the records look like afterwards; RecordChanged if one moved on since it was seen."""

    async def close(self, seen: Record) -> Record: ...

    async def delete(self, seen: Record) -> None: ...

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment: ...


@dataclass(frozen=True, slots=True, order=True)
class NodeRef:
    """A system's membership in a network: what a credential belongs to."""

    account_id: UUID
    id: UUID


class Readers(Protocol):
    """Where whoever only looks gets its ports: a test run holds nothing that could write."""

    async def reader(self, node: NodeRef, priority: Priority) -> Reader: ...


class Systems(Readers, Protocol):
    """Where the engine gets its ports: the connectors in the product, invented trackers in the simulation."""

    async def writer(self, node: NodeRef, priority: Priority) -> Writer: ...
