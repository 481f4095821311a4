"""/sync/v1/connections: how a connection is doing, as its workers know it"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, routes
from syncline_common.errors import NotFound
from syncline_sync_worker.domain.task import ConnectionRef, TaskState
from syncline_sync_worker.store.health_store import Health, HealthReads
from syncline_sync_worker.store.task_store import TaskReads

router = routes("/sync/v1/connections", "connections")


class CursorView(BaseModel):
    """How far a feed was read; `reading`: it is being read now."""

    flow_id: str
    side: Literal["a", "b"]
    stream: str
    feed: str
    since: datetime | None
    reading: bool


class ConnectionView(BaseModel):
    """`waiting` records are due; `delayed` ones are due later, most of them set aside."""

    id: UUID
    network_id: UUID
    configuration_version: int
    state: TaskState
    cause: str | None
    next_scan: datetime | None
    last_checked: datetime | None
    last_sweep: datetime | None
    waiting: int
    delayed: int
    webhooks_waiting: int
    links: int
    open_issues: int
    open_conflicts: int
    cursors: list[CursorView]


@router.get("/{connection_id}", responses=problems(NotFound))
async def get_connection(connection_id: UUID, caller: ByCaller, tx: InRead) -> ConnectionView:
    """How it is doing. One that was never published is not known here."""
    ref = ConnectionRef(caller.account_id, connection_id)
    task = await TaskReads(tx).get(ref)
    caller.enter(task.network_id)
    health = await HealthReads(tx, ref).health()
    return ConnectionView(
        id=connection_id,
        network_id=task.network_id,
        configuration_version=task.version,
        state=task.state,
        cause=task.cause,
        next_scan=task.next_scan,
        last_checked=task.last_checked,
        last_sweep=task.last_sweep,
        cursors=_cursors(health),
        **health.counts,
    )


def _cursors(health: Health) -> list[CursorView]:
    return [
        CursorView(
            flow_id=it.key.flow_id,
            side=it.key.side.value,
            stream=it.key.stream,
            feed=it.key.feed.value,
            since=it.since,
            reading=it.token is not None,
        )
        for it in health.cursors
    ]
