"""A Run: one stretch of work on a connection, under one version of its configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.lease import Held
from syncline_sync_worker.domain.task import ConnectionRef


class RunKind(StrEnum):
    CONTINUOUS = "continuous"
    MANUAL = "manual"
    TEST = "test"
    REPLAY = "replay"
    RECONCILE = "reconcile"
    UNDO = "undo"


class RunStatus(StrEnum):
    REQUESTED = "requested"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    STOPPING = "stopping"
    STOPPED = "stopped"
    SUCCEEDED = "succeeded"
    COMPLETED_WITH_ISSUES = "completed_with_issues"
    FAILED = "failed"


LOOKING = frozenset({RunKind.TEST, RunKind.REPLAY})  # they write nothing, so they wait for nobody
CLOSED = frozenset(
    {RunStatus.STOPPED, RunStatus.SUCCEEDED, RunStatus.COMPLETED_WITH_ISSUES, RunStatus.FAILED}
)
OF_OPERATIONS = ("created", "updated", "removed")  # by the side that was written
OF_RECORDS = ("scanned", "unchanged", "ignored", "set_aside", "held_back", "conflicts")  # by the record's
COUNTS = tuple(f"{name}_{side}" for name in (*OF_OPERATIONS, *OF_RECORDS) for side in Side)


@dataclass(frozen=True, slots=True)
class Run:
    id: UUID
    connection: ConnectionRef
    network_id: UUID
    kind: RunKind
    version: int
    requested_at: datetime
    status: RunStatus = RunStatus.REQUESTED
    counts: Mapping[str, int] = field(default_factory=dict)
    cause: str | None = None
    read_at: datetime | None = (
        None  # all that it was to read has been offered; what is left is to work it off
    )
    approved_at: datetime | None = None  # until what it held back has been offered again
    ask: Mapping[str, Any] = field(default_factory=dict)  # what whoever asked for it chose, as JSON
    stop_requested_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    revision: int = 0  # counts its changes
    held: Held | None = None

    @property
    def undoes(self) -> UUID | None:
        """The run whose writes it gives back, or shows how."""
        told = self.ask.get("undoes")
        return UUID(told) if told else None

    def total(self, name: str) -> int:
        """Of both sides."""
        return sum(self.counts.get(f"{name}_{side}", 0) for side in Side)
