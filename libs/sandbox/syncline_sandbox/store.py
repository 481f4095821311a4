"""What a vendor holds: records with every version they ever had, in one order of changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncline_sandbox.clock import VendorClock
from syncline_sandbox.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Version:
    sequence: int  # across all records of the vendor
    number: int
    at: datetime
    written_at: datetime  # the same, uncut
    by: str
    values: Mapping[str, Any]  # all of them
    changed: Mapping[str, tuple[Any, Any]]  # from, to


@dataclass(slots=True)
class Stored:
    stream: str
    id: str
    history: list[Version]
    deleted_at: datetime | None = None
    deleted_by: str | None = None

    @property
    def latest(self) -> Version:
        return self.history[-1]

    @property
    def first(self) -> Version:
        return self.history[0]

    @property
    def values(self) -> Mapping[str, Any]:
        return self.latest.values

    @property
    def number(self) -> int:
        return self.latest.number

    def seen_at(self, moment: datetime) -> Version | None:
        """What a search finds that knows nothing younger than `moment`."""
        return next((it for it in reversed(self.history) if it.written_at <= moment), None)


@dataclass(slots=True)
class Store:
    clock: VendorClock
    ledger: Ledger
    first_number: int = 1  # of a record that was just created
    lag: timedelta = timedelta(0)  # how late a search sees what was written
    records: dict[str, Stored] = field(default_factory=dict)
    sequence: int = 0

    def add(self, stream: str, id: str, values: Mapping[str, Any], by: str) -> Stored:
        stored = self.begin_with(stream, id, values, by)
        self._note(stored, "created", by, stored.first.changed)
        return stored

    def begin_with(self, stream: str, id: str, values: Mapping[str, Any], by: str) -> Stored:
        """What a vendor comes with: the ledger knows nothing of it."""
        changed = {name: (None, value) for name, value in values.items()}
        stored = Stored(stream, id, [self._version(self.first_number, by, values, changed)])
        self.records[id] = stored
        return stored

    def change(self, stored: Stored, values: Mapping[str, Any], by: str) -> Version:
        """`values` are merged in; a new version even if none of them differs, since the caller decided so."""
        before = stored.values
        changed = {
            name: (before.get(name), value) for name, value in values.items() if before.get(name) != value
        }
        version = self._version(stored.number + 1, by, {**before, **values}, changed)
        stored.history.append(version)
        self._note(stored, "changed", by, changed)
        return version

    def touch(self, stored: Stored, by: str) -> Version:
        """Something that hangs on a record moves its time; the ledger is told of that thing, not of this."""
        version = self._version(stored.number + 1, by, stored.values, {})
        stored.history.append(version)
        return version

    def bin(self, stored: Stored, by: str) -> None:
        stored.deleted_at, stored.deleted_by = self.clock.stamp(), by
        self._note(stored, "deleted", by, {})

    def restore(self, stored: Stored, by: str) -> None:
        stored.deleted_at = stored.deleted_by = None
        self._note(stored, "restored", by, {})

    def destroy(self, stored: Stored, by: str) -> None:
        del self.records[stored.id]
        self._note(stored, "destroyed", by, {})

    def noted(self, stored: Stored, what: str, by: str, after: Mapping[str, Any]) -> None:
        """Of something that hangs on a record and is no version of it."""
        self._note(stored, what, by, {name: (None, value) for name, value in after.items()})

    def find(self, id: str) -> Stored | None:
        stored = self.records.get(id)
        return stored if stored and stored.deleted_at is None else None

    def searched(
        self, streams: frozenset[str] | None = None, ids: frozenset[str] | None = None
    ) -> Iterator[tuple[Stored, Version]]:
        """As a search sees them: what was written within the lag is missing, or old. `ids`: of these alone."""
        moment = self.clock.now() - self.lag
        wanted = self.records.values() if ids is None else self._named(ids)
        for stored in list(wanted):
            if stored.deleted_at is None and (streams is None or stored.stream in streams):
                version = stored.seen_at(moment)
                if version is not None:
                    yield stored, version

    def _named(self, ids: frozenset[str]) -> list[Stored]:
        """In the order in which they were made, as everywhere."""
        there = (self.records[it] for it in ids if it in self.records)
        return sorted(there, key=lambda it: it.first.sequence)

    def versions(self, after: int = 0) -> list[tuple[Stored, Version]]:
        """In the order they were made, of records that still exist or are in the bin."""
        moment = self.clock.now() - self.lag
        found = [
            (stored, version)
            for stored in self.records.values()
            for version in stored.history
            if version.sequence > after and version.written_at <= moment
        ]
        return sorted(found, key=lambda it: it[1].sequence)

    def next_sequence(self) -> int:
        self.sequence += 1
        return self.sequence

    def _version(
        self, number: int, by: str, values: Mapping[str, Any], changed: Mapping[str, tuple[Any, Any]]
    ) -> Version:
        at, written_at = self.clock.stamp(), self.clock.now()
        return Version(self.next_sequence(), number, at, written_at, by, dict(values), changed)

    def _note(self, stored: Stored, what: str, by: str, changed: Mapping[str, tuple[Any, Any]]) -> None:
        before = {name: old for name, (old, _) in changed.items() if old is not None}
        after = {name: new for name, (_, new) in changed.items()}
        place = (stored.stream, stored.id, stored.number)
        self.ledger.note(self.clock.now(), by, what, place, before=before, after=after)
