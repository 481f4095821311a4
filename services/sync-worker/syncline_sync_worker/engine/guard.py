"""The mass-change guard: which operations destroy something, and when a run may not do them without a person."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from syncline_common.schemas.values import Side
from syncline_sync_worker.engine.operations import Conflict, Operation, Write
from syncline_sync_worker.engine.values import is_empty


def is_destructive(operation: Operation) -> bool:
    """It replaces a value that nobody on the other side has seen. A plain one-sided update never counts.

    On a first run there is no base, so every value that is there is one that nobody has seen.
    """
    return isinstance(operation, Write) and not operation.expected and not is_empty(operation.old)


@dataclass(frozen=True, slots=True)
class Guard:
    share: float = 0.05
    least: int = 10

    def allows(self, records: int, in_flow: int) -> bool:
        """Whether a run may touch so many `records` destructively, deletions and closings included."""
        return records <= max(self.least, int(self.share * in_flow))


def held(operations: Iterable[Operation]) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Once the guard objects: what waits for approval, and what flows on.

    A conflict waits with the write that decides it, so that nobody reads of a winner that has not won yet.
    """
    operations = tuple(operations)
    waiting = {it.rule_id for it in operations if is_destructive(it)}
    kinds = (Write, Conflict)
    waits = tuple(it for it in operations if it.rule_id in waiting and isinstance(it, kinds))
    return waits, tuple(it for it in operations if it not in waits)


def lost(operations: Iterable[Operation]) -> frozenset[tuple[str, Side, str]]:
    """The very values that would be gone; what is written instead may be another by the time that somebody approves."""
    return frozenset(
        (it.rule_id, it.side, json.dumps(it.old, sort_keys=True))
        for it in operations
        if isinstance(it, Write) and is_destructive(it)
    )
