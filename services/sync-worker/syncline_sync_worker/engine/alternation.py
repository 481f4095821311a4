"""Seeing that a field does not round-trip: the same values are written again and again, and no person asked for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncline_common.schemas.values import Side, Value
from syncline_sync_worker.engine.operations import Write

WINDOW = timedelta(minutes=30)
RETURNS = 3


@dataclass(frozen=True, slots=True)
class PastWrite:
    """A line of the ledger. `person`: somebody's edit is known to have caused it."""

    rule_id: str
    side: Side
    value: Value
    at: datetime
    person: bool = False


def recent(writes: Iterable[PastWrite], at: datetime) -> list[PastWrite]:
    """The writes that count: within the window, and of each rule only those after a person's last edit."""
    counting: list[PastWrite] = []
    for it in sorted(writes, key=lambda it: it.at):
        if it.person:
            counting = [other for other in counting if other.rule_id != it.rule_id]
        elif it.at > at - WINDOW:
            counting.append(it)
    return counting


def alternates(write: Write, past: Sequence[PastWrite]) -> bool:
    """A return writes what that side was given before. The third within the window is one too many."""
    given: list[tuple[Side, Value]] = []
    returns = 0
    for side, value in [
        *((it.side, it.value) for it in past if it.rule_id == write.rule_id),
        (write.side, write.value),
    ]:
        returns += (side, value) in given
        given.append((side, value))
    return returns >= RETURNS and (write.side, write.value) in given[:-1]
