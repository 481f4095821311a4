"""What the engine itself has written down, in the oracle's words: it may excuse, and must explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncline_common.schemas.values import Value


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a record is not as its partner is: set aside, ignored, waiting for a person."""

    id: str  # of the record in its tracker
    code: str
    field: str | None = None  # None: the whole record


@dataclass(frozen=True, slots=True)
class RunKept:
    id: str
    state: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A row of the ledger. `act` is what was planned and applied together."""

    id: str
    field: str
    version: int
    act: str


@dataclass(frozen=True, slots=True)
class Remembered:
    links: Sequence[tuple[str, str]] = ()  # ids in a and b
    explained: Sequence[Explained] = ()
    failed: Sequence[Explained] = ()  # whatever ever was set aside, also if it went through later
    kept: Mapping[str, Sequence[Value]] = field(default_factory=dict)  # by id: losing and old values
    runs: Sequence[RunKept] = ()
    written: Sequence[Written] = ()

    def explains(self, id: str, name: str | None = None) -> bool:
        return any(it.id == id and it.field in (None, name) for it in self.explained)
