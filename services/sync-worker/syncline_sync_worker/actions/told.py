"""What the world is told of runs, records and conflicts: the same facts over HTTP and on the bus."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from syncline_common.events.sync import (
    ConflictFound,
    ConnectionStopped,
    RecordSetAside,
    RunCompleted,
    RunCounts,
    RunFacts,
    RunFailed,
    RunHeld,
    RunProgress,
    RunStarted,
    SideCounts,
)
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.report import Conflict, Issue
from syncline_sync_worker.domain.run import CLOSED, Run, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef, Task

CALLED = {"ignored": "skipped"}  # where people have another word


def facts_of(run: Run, waiting: int = 0) -> RunFacts:
    """`waiting`: records that are due and still to be done for it."""
    done = run.total("scanned")
    total = run.ask.get("found", done + waiting) if run.status not in CLOSED else done
    read = run.read_at is not None or "found" in run.ask
    known = run.status in CLOSED or read or run.kind.value == "continuous"
    return RunFacts(
        id=run.id,
        connection_id=run.connection.id,
        network_id=run.network_id,
        kind=run.kind.value,
        configuration_version=run.version or None,
        draft_revision=run.ask.get("draft_revision"),
        undoes=run.undoes,
        replay_days=run.ask.get("replay_days"),
        status=run.status.value,
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        counts=RunCounts(a=_counts(run, Side.A), b=_counts(run, Side.B)),
        progress=RunProgress(done=done, total=total if known else None),
        cause=run.cause,
    )


def started(run: Run) -> RunStarted:
    return RunStarted(
        account_id=run.connection.account_id, network_id=run.network_id, run_id=run.id, run=facts_of(run)
    )


def held(run: Run) -> RunHeld:
    return RunHeld(
        account_id=run.connection.account_id, network_id=run.network_id, run_id=run.id, run=facts_of(run)
    )


def ended(run: Run, status: RunStatus, now: datetime, cause: str | None = None) -> RunCompleted | RunFailed:
    """As it is once it is closed."""
    kind = RunFailed if status is RunStatus.FAILED else RunCompleted
    closed = replace(run, status=status, finished_at=now, cause=cause)
    return kind(
        account_id=run.connection.account_id, network_id=run.network_id, run_id=run.id, run=facts_of(closed)
    )


def stopped(task: Task, cause: str, tried_at: datetime) -> ConnectionStopped:
    return ConnectionStopped(
        account_id=task.connection.account_id,
        network_id=task.network_id,
        connection_id=task.connection.id,
        cause=cause,
        tried_at=tried_at,
    )


def set_aside(connection: ConnectionRef, network_id: UUID, issue: Issue) -> RecordSetAside:
    return RecordSetAside(
        account_id=connection.account_id,
        network_id=network_id,
        connection_id=connection.id,
        issue_id=issue.id,
        run_id=issue.run_id,
        flow_id=issue.flow_id,
        side=issue.side.value,
        kind=issue.kind,
    )


def found(connection: ConnectionRef, network_id: UUID, conflict: Conflict) -> ConflictFound:
    return ConflictFound(
        account_id=connection.account_id,
        network_id=network_id,
        connection_id=connection.id,
        conflict_id=conflict.id,
        link_id=conflict.link_id,
        rule_id=conflict.rule_id,
        run_id=conflict.run_id,
        winner=conflict.winner.value if conflict.winner else None,
    )


def _counts(run: Run, side: Side) -> SideCounts:
    names = (
        "scanned",
        "created",
        "updated",
        "removed",
        "unchanged",
        "ignored",
        "held_back",
        "conflicts",
        "set_aside",
    )
    return SideCounts(**{CALLED.get(name, name): run.counts.get(f"{name}_{side}", 0) for name in names})
