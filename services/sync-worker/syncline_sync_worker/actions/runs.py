"""What people can do with Runs: ask for one, stop it, approve what it holds back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.errors import InvalidTransition
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_sync_worker.domain.run import CLOSED, Run, RunKind, RunStatus
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.store.run_store import RunReads, RunStore
from syncline_sync_worker.store.task_store import TaskReads

RESUME_FIRST = {
    TaskState.PAUSED: "The connection is paused; what changed meanwhile flows when it is resumed",
    TaskState.ERROR: "The connection waits for a person; see its cause",
    TaskState.DELETING: "The connection is being deleted",
}
ALWAYS_ON = "A continuous run ends by itself; to stop what flows, pause the connection"


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


async def stop(tx: Tx, caller: Caller, run_id: UUID) -> Run:
    """What it has done stays done; what is due for it flows on by itself."""
    run = await RunReads(tx, caller.account_id, caller.network_ids).get(run_id)
    caller.change(run.network_id)
    if run.status in CLOSED:
        raise InvalidTransition(f"The run is over: it {_said(run.status)}", allowed=[])
    if run.kind is RunKind.CONTINUOUS:
        raise InvalidTransition(ALWAYS_ON, allowed=[])
    await RunStore(tx).request_stop(run)
    await _record(tx, caller, "run.stopped", run)
    return await RunReads(tx, caller.account_id).get(run_id)


async def approve(tx: Tx, caller: Caller, run_id: UUID) -> Run:
    run = await RunReads(tx, caller.account_id, caller.network_ids).get(run_id)
    caller.change(run.network_id)
    if run.status is not RunStatus.AWAITING_APPROVAL:
        raise InvalidTransition("The run holds nothing back that could be approved", allowed=[])
    return run


async def visible_task(tx: Tx, caller: Caller, connection_id: UUID) -> Task:
    """NotFound as well if its network was not granted."""
    task = await TaskReads(tx).get(ConnectionRef(caller.account_id, connection_id))
    caller.enter(task.network_id)
    return task


async def _requested(tx: Tx, caller: Caller, run: Run) -> Run:
    await RunStore(tx).request(run)
    await _record(tx, caller, "run.requested", run)
    return run


async def _record(tx: Tx, caller: Caller, action: str, run: Run) -> None:
    after = {"kind": run.kind.value, "connection_id": str(run.connection.id)}
    await record(tx, caller, action, noun="run", noun_id=run.id, network_id=run.network_id, after=after)


def _said(status: RunStatus) -> str:
    return status.value.replace("_", " ")
