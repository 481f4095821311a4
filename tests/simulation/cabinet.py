"""What a tracker keeps: its records with all their revisions, and who did what to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from simulation.vendors import Vendor
from syncline_common.errors import RecordGone
from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.records import Changed, Comment, Record, RecordRef
from syncline_common.schemas.values import Value, Values

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class By(StrEnum):
    USER = "user"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Revision:
    values: Values
    number: int
    at: float
    shown_at: float  # in feeds and searches


@dataclass(slots=True)
class Stored:
    id: str
    marker: str | None
    revisions: list[Revision]
    comments: list[tuple[float, str | None, Comment]] = field(default_factory=list)  # shown from, marker
    deleted: bool = False
    hidden: bool = False

    @property
    def now(self) -> Revision:
        return self.revisions[-1]

    @property
    def there(self) -> bool:
        return not (self.deleted or self.hidden)

    def as_shown(self, at: float) -> Revision | None:
        return next((it for it in reversed(self.revisions) if it.shown_at <= at), None)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something changed; `changes` are old and new values, as stored."""

    at: float
    by: By
    kind: str  # create, update, delete, hide, show, comment
    id: str
    key: str | None
    changes: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    marker: str | None = None
    sent_at: float | None = None  # when the request was that had it

    def __str__(self) -> str:
        said = ", ".join(f"{name} {old!r} -> {new!r}" for name, (old, new) in self.changes.items())
        return f"{self.at:8.3f} {self.by} {self.kind} {self.id} ({self.key}) {said}".rstrip()


class Cabinet:
    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.records: dict[str, Stored] = {}
        self.effects: list[Effect] = []
        self.sent_at: float | None = None  # of the request that is being served

    def get(self, id: str) -> Stored:
        found = self.records.get(id)
        if found is None or not found.there:
            raise RecordGone(f"{id} is not there")
        return found

    def by_key(self, key: str) -> Iterator[Stored]:
        name = self.vendor.key
        return (it for it in self.records.values() if it.now.values.get(name) == key)

    def create(self, at: float, shown_at: float, values: Values, by: By, marker: str | None) -> Stored:
        self.vendor.check(values, new=True)
        kept = dict.fromkeys(self.vendor.fields) | self.vendor.stored(values)
        stored = Stored(
            f"{self.vendor.name}-{len(self.records) + 1}", marker, [Revision(kept, 1, at, shown_at)]
        )
        self.records[stored.id] = stored
        self._note(at, by, "create", stored, {k: (None, v) for k, v in kept.items() if v is not None})
        return stored

    def update(self, at: float, shown_at: float, stored: Stored, values: Values, by: By) -> None:
        self.vendor.check(values, new=False)
        old, new = stored.now.values, {**stored.now.values, **self.vendor.stored(values)}
        self.touch(at, shown_at, stored, new)
        self._note(at, by, "update", stored, {k: (old[k], new[k]) for k in values})

    def touch(self, at: float, shown_at: float, stored: Stored, values: Values | None = None) -> None:
        now = stored.now
        stored.revisions.append(Revision(values or now.values, now.number + 1, at, shown_at))

    def mark(self, at: float, stored: Stored, kind: str, by: By) -> None:
        stored.deleted = stored.deleted or kind == "delete"
        stored.hidden = {"hide": True, "show": False}.get(kind, stored.hidden)
        self._note(at, by, kind, stored, {})

    def comment(
        self, at: float, shown_at: float, stored: Stored, body: str, by: By, marker: str | None
    ) -> Comment:
        ref = RecordRef(self.vendor.stream, stored.id)
        number = len(stored.comments) + 1
        comment = Comment(f"{stored.id}-c{number}", ref, body, True, "1", str(by), self.when(at))
        stored.comments.append((shown_at, marker, comment))
        if self.vendor.comments_touch:
            self.touch(at, shown_at, stored)
        self._note(at, by, "comment", stored, {"comment": (None, body)})
        return comment

    def when(self, at: float) -> datetime:
        """By the vendor's clock, as finely as it says it."""
        facts = self.vendor.facts
        return BEGINNING + timedelta(seconds=(at + facts.offset) // facts.granularity * facts.granularity)

    def version(self, revision: Revision) -> str:
        return f"{revision.at:.6f}/{revision.number}" if self.vendor.dated_versions else str(revision.number)

    def record(self, stored: Stored, revision: Revision | None = None) -> Record:
        seen = revision or stored.now
        ref = RecordRef(self.vendor.stream, stored.id)
        created = self.when(stored.revisions[0].at)
        marker = None if self.vendor.facts.creates is RepeatClass.K3 else stored.marker
        return Record(ref, seen.values, self.version(seen), self.when(seen.at), created, marker=marker)

    def changed(self, stored: Stored, revision: Revision) -> Changed:
        return Changed(
            RecordRef(self.vendor.stream, stored.id), self.version(revision), self.when(revision.at)
        )

    def _note(
        self, at: float, by: By, kind: str, stored: Stored, changes: Mapping[str, tuple[Value, Value]]
    ) -> None:
        key = stored.now.values.get(self.vendor.key)
        self.effects.append(Effect(at, by, kind, stored.id, key, changes, stored.marker, self.sent_at))
