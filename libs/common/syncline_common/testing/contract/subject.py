"""What a connector brings along to be put through the contract: a simulated system, and the way to it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter


class Sort(StrEnum):
    """What may be concluded when a request goes wrong."""

    READ = "read"  # whatever its verb: nothing has happened
    PLAIN = "plain"  # a write that may have happened, and must not be repeated unseen
    MUTE = "mute"  # likewise, and a status is all that is answered to it
    DELETE = "delete"
    STAGED = "staged"  # a write that shows only once another one refers to it
    FILE = "file"  # content as it is, not JSON


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as the simulated system has it in its ledger."""

    operation: str
    target: str  # path and query


@dataclass(frozen=True, slots=True)
class Done:
    """An effect of a request: by the ledger, not by what was answered."""

    what: str
    stream: str
    id: str
    request: int | None  # its number among those that were heard, from 1; None: a person did it


@dataclass(frozen=True, slots=True)
class Scene:
    """What a furnished system holds: records with ids as named, all of one stream."""

    ids: Sequence[str]
    marked: str  # the one that bears `marker`, and the parent of `discussed`
    marker: str
    discussed: str  # ... that has a comment, and a file
    content: bytes  # of the file


class Simulated(Protocol):
    """A system whose strings the test holds. What is done here, a person does, not Syncline."""

    def furnish(self) -> Scene: ...

    def fill(self, count: int, *, per_second: int) -> list[str]:
        """Records, so many of them in each second; the clock moves on."""

    def add(self) -> str: ...

    def edit(self, id: str) -> None: ...

    def clone(self, id: str) -> str:
        """A copy made in the vendor's own pages, marker and all."""

    def remove(self, id: str) -> None: ...

    def move(self, seconds: float) -> None:
        """Its clock, which else stands still."""

    def late(self, seconds: float) -> None:
        """Searches don't find what is younger."""

    def versions(self) -> Mapping[str, str]:
        """Of all records of the stream that are there, by id."""

    def bearing(self, marker: str) -> list[str]: ...

    def order(self, fault: str, *, skip: int = 0, count: int | None = None, operation: str = "*") -> None: ...

    def lift(self) -> None: ...

    def file(self, name: str, size: int) -> str:
        """On a record that has none yet; the record's id."""

    @property
    def heard(self) -> Sequence[Heard]: ...

    @property
    def done(self) -> Sequence[Done]: ...


@dataclass(frozen=True, slots=True)
class Ports:
    reader: WholeReader
    writer: WholeWriter


class Subject(Protocol):
    kind: str
    stream: str
    project: str | None
    person: str  # part of a person's name
    sample: Values  # of a new record
    change: Values  # ... of a changed one
    key: str  # a field of a short text
    unique: str | None  # a field that every record needs, and no two may have alike; None: there is none
    secret: str  # that the ports use
    asks_nothing: Collection[str]  # operations whose answer is known without the vendor
    lacks: Collection[
        str
    ]  # operations that the vendor has nothing for: there is nothing to read, and a write is refused
    changes_by: Collection[str]  # the methods by which a record is changed
    ties_by: Collection[str]  # the simulated system's operations of which one makes a tie
    elsewhere: str  # the address of another host, that hears whatever it is sent

    def system(self) -> Simulated:
        """A new one, in the place of the one before; always the same."""

    def ports(self, wrap: Callable[[Out], Out] | None = None) -> Ports:
        """As a process has them that has just been started. `wrap` comes between connector and gateway."""

    def sort_of(self, heard: Heard) -> Sort: ...

    def heard_elsewhere(self) -> Sequence[str]:
        """All that was sent to another host than the system's."""

    def sings(self, text: str) -> bool:
        """Whether the secret is in it, in whatever form."""
