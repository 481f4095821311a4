"""The canonical shape every connector speaks."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syncline_common.schemas.values import Values


@dataclass(frozen=True, slots=True)
class RecordRef:
    stream: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """As read, whole or in part: a field that is not in `values` was not read."""

    ref: RecordRef
    values: Values
    version: str  # the system's own concurrency token; opaque to us
    changed_at: datetime  # by the vendor's clock
    created_at: datetime
    project: str | None = None
    marker: str | None = None  # that a create of ours left on it, or on what it was cloned from


class Feed(StrEnum):
    """Something with a cursor of its own."""

    RECORDS = "records"
    COMMENTS = "comments"
    LINKS = "links"
    DELETIONS = "deletions"


@dataclass(frozen=True, slots=True)
class Changed:
    """A record is said to have changed, or to be gone. Only the fetch that follows is evidence."""

    ref: RecordRef
    version: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`next` None is the vendor's own end mark; a read that ends otherwise raises.

    `came` are records that came with it whole, as they were while the page was read, not always all that have changed. Each
    is made out when somebody looks at it: most are known already. None: that one can't be read.
    """

    changed: Sequence[Changed]
    next: str | None
    vendor_now: datetime
    came: Mapping[RecordRef, Callable[[], Record | None]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def records(self) -> list[Record]:
        return self.but(())

    def but(self, known: Container[RecordRef]) -> list[Record]:
        """Those that came with it, without `known`."""
        made = (make() for ref, make in self.came.items() if ref not in known)
        return [it for it in made if it is not None]


class TieKind(StrEnum):
    PARENT = "parent"  # the other one is this one's parent; it has one at most
    RELATED = "related"  # the same from either end


@dataclass(frozen=True, slots=True)
class Tie:
    """Of a record to another one of its own system. A child knows its parent, so each is told at one end alone."""

    kind: TieKind
    to: RecordRef


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    record: RecordRef
    body: str
    public: bool
    version: str
    author: str | None
    created_at: datetime
