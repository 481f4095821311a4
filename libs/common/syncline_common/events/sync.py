"""What the sync worker announces."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from syncline_common.events.base import Event

RunKindName = Literal["continuous", "manual", "test", "replay", "reconcile", "undo"]
RunStatusName = Literal[
    "requested",
    "running",
    "awaiting_approval",
    "stopping",
    "stopped",
    "succeeded",
    "completed_with_issues",
    "failed",
]


class SideCounts(BaseModel):
    """Writes count on the side that was written, the rest on the side of the record that was looked at first."""

    scanned: int = 0
    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: int = 0
    held_back: int = 0
    conflicts: int = 0
    set_aside: int = 0


class RunCounts(BaseModel):
    a: SideCounts = SideCounts()
    b: SideCounts = SideCounts()


class RunProgress(BaseModel):
    """Records; `total` is what is known of by now."""

    done: int
    total: int | None = None
    seconds_left: int | None = None


class RunFacts(BaseModel):
    """A run, as `GET /sync/v1/runs/{id}` shows it."""

    id: UUID
    connection_id: UUID
    network_id: UUID
    kind: RunKindName
    configuration_version: int | None = Field(
        description="Of what was published; none: it is about the draft alone."
    )
    draft_revision: int | None = Field(default=None, description="Of a test run or a replay: which draft.")
    replay_days: int | None = Field(default=None, description="Of a replay: how far back it looks.")
    undoes: UUID | None = Field(
        default=None, description="Of kind undo: whose writes it gives back. Of kind test: it only shows how."
    )
    status: RunStatusName
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: RunCounts
    progress: RunProgress
    cause: str | None = Field(
        default=None,
        description="Why it failed, or what it left out. While it is open: what it waits for, and until when.",
    )


class RunStarted(Event):
    """A run began: something is due, or somebody asked."""

    topic, about = "sync.run.started", "run_id"
    network_id: UUID
    run_id: UUID
    run: RunFacts


class RunCompleted(Event):
    """A run came to its end: all that was due has been done, or set aside with its cause."""

    topic, about = "sync.run.completed", "run_id"
    network_id: UUID
    run_id: UUID
    run: RunFacts


class RunFailed(Event):
    """A run could not be carried through; `run.cause` says why. What it had done is remembered."""

    topic, about = "sync.run.failed", "run_id"
    network_id: UUID
    run_id: UUID
    run: RunFacts


class RunHeld(Event):
    """A run would destroy more than its guard allows: what is beyond waits for approval, the rest flows on."""

    topic, about = "sync.run.held", "run_id"
    network_id: UUID
    run_id: UUID
    run: RunFacts


class RecordSetAside(Event):
    """A record failed with a cause it had not failed with before. It waits; the run goes on."""

    topic, about = "sync.record.set_aside", "issue_id"
    network_id: UUID
    connection_id: UUID
    issue_id: UUID
    run_id: UUID | None = None
    flow_id: str
    side: Literal["a", "b"]
    kind: str


class ConflictFound(Event):
    """The same value was changed on both sides. Both are kept; `winner` none: a person decides."""

    topic, about = "sync.conflict.found", "conflict_id"
    network_id: UUID
    connection_id: UUID
    conflict_id: UUID
    link_id: UUID
    rule_id: str
    run_id: UUID | None = None
    winner: Literal["a", "b"] | None = None


class ConnectionStopped(Event):
    """A system turned us away for a reason that only a person can mend. Nothing of the connection moves until then."""

    topic, about = "sync.connection.stopped", "connection_id"
    network_id: UUID
    connection_id: UUID
    cause: str  # a code, such as scope_missing
    tried_at: datetime | None = None  # when what was turned away had begun; who went on later is not meant
