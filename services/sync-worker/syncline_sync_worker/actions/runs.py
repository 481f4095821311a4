"""What people can do with Runs: ask for one, stop it, approve what it holds back, undo it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.clients.connections import ConnectionFacts
from syncline_common.db.tx import Tx
from syncline_common.errors import InvalidTransition
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_sync_worker.domain.guarded import GuardState
from syncline_sync_worker.domain.run import CLOSED, LOOKING, Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.store.guard_store import GuardStore
from syncline_sync_worker.store.run_store import RunReads, RunStore
from syncline_sync_worker.store.task_store import TaskReads

RESUME_FIRST = {
    TaskState.PAUSED: "The connection is paused; what changed meanwhile flows when it is resumed",
    TaskState.ERROR: "The connection waits for a person; see its cause",
    TaskState.DELETING: "The connection is being deleted",
}
NOT_PUBLISHED = (
    "A replay compares the draft with what is published, and nothing is; ask for a test run instead"
)
ALWAYS_ON = "A continuous run ends by itself; to stop what flows, pause the connection"
NOT_OVER = "The run is not over yet; stop it, or wait until it is"
WRITES_NOTHING = "Nothing was written by it: it only looked"
NOTHING_HELD = "The run holds nothing back that could be approved"


async def request(tx: Tx, caller: Caller, kind: RunKind, task: Task, ask: Mapping[str, Any]) -> Run:
    """Of a published connection that is active. It begins when a worker takes it on."""
    caller.change(task.network_id)
    if task.state is not TaskState.ACTIVE:
        raise InvalidTransition(RESUME_FIRST[task.state], allowed=["resume"])
    run = Run(new_id(), task.connection, task.network_id, kind, task.version, await tx.now(), ask=dict(ask))
    return await _requested(tx, caller, run)


async def rehearse(
    tx: Tx, caller: Caller, connection_id: UUID, network_id: UUID, ask: Mapping[str, Any]
) -> Run:
    """A test run of the draft: of any connection that is built, published or not. Nothing is written."""
    caller.change(network_id)
    ref = ConnectionRef(caller.account_id, connection_id)
    run = Run(new_id(), ref, network_id, RunKind.TEST, 0, await tx.now(), ask=dict(ask))
    return await _requested(tx, caller, run)


async def replay(
    tx: Tx, caller: Caller, connection_id: UUID, facts: ConnectionFacts, ask: Mapping[str, Any]
) -> Run:
    """Of the published version and the draft. Nothing is written, so a connection that stands still may be replayed, too."""
    caller.change(facts.network_id)
    if facts.published_version is None:
        raise InvalidTransition(NOT_PUBLISHED, allowed=["publish"])
    task = await visible_task(tx, caller, connection_id)
    if task.state is TaskState.DELETING:
        raise InvalidTransition(RESUME_FIRST[task.state], allowed=[])
    ref, at = task.connection, await tx.now()
    run = Run(new_id(), ref, task.network_id, RunKind.REPLAY, task.version, at, ask=dict(ask))
    return await _requested(tx, caller, run)


async def stop(tx: Tx, caller: Caller, run_id: UUID) -> Run:
    """What it has done stays done; what is due for it flows on by itself. What it holds back is given up."""
    run = await RunReads(tx, caller.account_id, caller.network_ids).get(run_id)
    caller.change(run.network_id)
    if run.status in CLOSED:
        raise InvalidTransition(f"The run is over: it {_said(run.status)}", allowed=[])
    if run.kind is RunKind.CONTINUOUS and run.status is not RunStatus.AWAITING_APPROVAL:
        raise InvalidTransition(ALWAYS_ON, allowed=[])
    await RunStore(tx).request_stop(run)
    await _record(tx, caller, "run.stopped", run)
    return await RunReads(tx, caller.account_id).get(run_id)


async def approve(tx: Tx, caller: Caller, run_id: UUID) -> Run:
    """What it holds back by now is planned again, and done if it would still destroy the same."""
    run = await RunReads(tx, caller.account_id, caller.network_ids).get(run_id)
    caller.change(run.network_id)
    if not await RunStore(tx).approve(run):
        raise InvalidTransition(NOTHING_HELD, allowed=[])
    pairs = await GuardStore(tx, run.connection).decide(run, GuardState.APPROVED)
    await _record(tx, caller, "run.approved", run, records=pairs)
    return await RunReads(tx, caller.account_id).get(run_id)


async def undo(tx: Tx, caller: Caller, run_id: UUID, *, preview: bool) -> Run:
    """What it replaced is given back where nobody has changed it since. A preview is a test run: it only shows that."""
    other = await RunReads(tx, caller.account_id, caller.network_ids).get(run_id)
    caller.change(other.network_id)
    if other.kind in LOOKING:
        raise InvalidTransition(WRITES_NOTHING, allowed=[])
    if other.status not in CLOSED:
        raise InvalidTransition(NOT_OVER, allowed=["stop"])
    task = await TaskReads(tx).get(other.connection)
    kind = RunKind.TEST if preview else RunKind.UNDO
    return await request(tx, caller, kind, task, {"undoes": str(other.id)})


async def visible_task(tx: Tx, caller: Caller, connection_id: UUID) -> Task:
    """NotFound as well if its network was not granted."""
    task = await TaskReads(tx).get(ConnectionRef(caller.account_id, connection_id))
    caller.enter(task.network_id)
    return task


async def _requested(tx: Tx, caller: Caller, run: Run) -> Run:
    await RunStore(tx).request(run)
    await _record(tx, caller, "run.requested", run)
    return run


async def _record(tx: Tx, caller: Caller, action: str, run: Run, **more: Any) -> None:
    after = {"kind": run.kind.value, "connection_id": str(run.connection.id), **more}
    await record(tx, caller, action, noun="run", noun_id=run.id, network_id=run.network_id, after=after)


def _said(status: RunStatus) -> str:
    return status.value.replace("_", " ")
