"""The seam to what is simulated: the engine, or the small stand-ins by which the world itself is tested."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from sqlalchemy import MetaData

from simulation.database import open_simulated
from simulation.ports import TrackerReader, TrackerWriter
from simulation.remembered import Remembered
from simulation.tracker import Tracker
from syncline_common.clock import Clock
from syncline_common.db.tx import Database
from syncline_common.schemas.connector import Priority, Reader, Writer
from syncline_common.schemas.values import Side


class TrackerSystems:
    """A system's id is the name of its side."""

    def __init__(self, trackers: Mapping[Side, Tracker]) -> None:
        self.trackers = trackers

    async def reader(self, system_id: str, priority: Priority) -> Reader:
        return TrackerReader(self.trackers[Side(system_id)])

    async def writer(self, system_id: str, priority: Priority) -> Writer:
        return TrackerWriter(self.trackers[Side(system_id)])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject finds itself."""

    clock: Clock
    elapsed: Callable[[], float]
    systems: TrackerSystems
    streams: Mapping[Side, str]
    random: Callable[[str], Random]  # one's own, by name

    def database(self, metadata: MetaData) -> Database:
        """Each process opens its own; all see the same rows."""
        return open_simulated(metadata, self.clock)


class Subject(Protocol):
    """Everything but `worker` is done from outside the workers, as by an API."""

    metadata: MetaData | None  # None: it needs no database

    async def prepare(self, place: Place) -> None: ...

    async def worker(self, name: str) -> None:
        """A process of it, until it is killed."""

    async def publish(self, version: int, document: dict[str, Any]) -> None: ...

    async def pause(self) -> None: ...

    async def resume(self) -> None: ...

    async def remove(self) -> None:
        """The connection is deleted."""

    async def restored(self, side: Side) -> None:
        """A person has entered a credential that works."""

    async def hint(self, side: Side, id: str) -> None:
        """A webhook came in; it may be late, doubled, or out of order."""

    async def remembered(self) -> Remembered: ...
