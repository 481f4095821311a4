"""What happens in a history, as data: it can be printed, left out and done again."""

from dataclasses import dataclass

from simulation.faults import Rates
from syncline_common.schemas.values import Side, Value


@dataclass(frozen=True, slots=True)
class Step:
    at: float


@dataclass(frozen=True, slots=True)
class Create(Step):
    side: Side
    who: str  # the record's key, on both sides
    values: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Edit(Step):
    side: Side
    who: str
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Comment(Step):
    side: Side
    who: str
    body: str


@dataclass(frozen=True, slots=True)
class Mark(Step):
    side: Side
    who: str
    kind: str  # delete; hide: moved out of our permission; show: back again


@dataclass(frozen=True, slots=True)
class Clone(Step):
    side: Side
    who: str
    as_who: str


@dataclass(frozen=True, slots=True)
class Revoke(Step):
    side: Side


@dataclass(frozen=True, slots=True)
class Restore(Step):
    side: Side


@dataclass(frozen=True, slots=True)
class Pause(Step):
    pass


@dataclass(frozen=True, slots=True)
class Resume(Step):
    pass


@dataclass(frozen=True, slots=True)
class Remove(Step):
    """The connection is deleted: from then on, nothing is owed and nothing may be written."""


@dataclass(frozen=True, slots=True)
class Publish(Step):
    version: int  # counts from 1; the first one is there from the beginning


@dataclass(frozen=True, slots=True)
class Kill(Step):
    worker: int
    points: int  # once it has passed so many more: a statement, a commit, a request


@dataclass(frozen=True, slots=True)
class Freeze(Step):
    worker: int
    points: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Start(Step):
    worker: int


@dataclass(frozen=True, slots=True)
class Sicken(Step):
    """From now on, this many requests go wrong; 0 of all is calm."""

    side: Side
    rates: Rates
