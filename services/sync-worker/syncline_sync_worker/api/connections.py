"""/sync/v1/connections: how a connection is doing, as its workers know it"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, routes
from syncline_common.clients.connections import LocatedEnd
from syncline_common.connectors.catalogue import manifest_of
from syncline_common.connectors.opening import budget_of
from syncline_common.db.tx import ReadTx
from syncline_common.errors import NotFound
from syncline_common.sdk.gate import Budget
from syncline_sync_worker.domain.task import ConnectionRef, TaskState
from syncline_sync_worker.store.gate_store import gates
from syncline_sync_worker.store.health_store import Health, HealthReads
from syncline_sync_worker.store.passages import budgets_by_class, passages
from syncline_sync_worker.store.task_store import TaskReads
from syncline_sync_worker.work.ends import Ends, known_ends

router = routes("/sync/v1/connections", "connections")


class CursorView(BaseModel):
    """How far a feed was read; `reading`: it is being read now."""

    flow_id: str
    side: Literal["a", "b"]
    stream: str
    feed: str
    since: datetime | None
    reading: bool


class GateView(BaseModel):
    """A budget that the workers' requests to a side go by, all of them together."""

    side: Literal["a", "b"]
    endpoints: str | None = Field(
        description="null: all of its requests; else those that its vendor counts apart."
    )
    limit: int = Field(description="Requests in `per_seconds`, for the workers.")
    per_seconds: float
    paused_until: datetime | None = Field(description="Nobody asks before then.")
    away_since: datetime | None = Field(description="It has not been reached since then.")


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
    gates: list[GateView] | None = Field(description="null: could not be found out just now.")


async def _ends(connection_id: UUID, caller: ByCaller, request: Request) -> Ends | None:
    """Asked before a transaction begins."""
    connections = request.app.state.home.platform.connections
    return await known_ends(connections, caller.account_id, connection_id)


@router.get("/{connection_id}", responses=problems(NotFound))
async def get_connection(
    connection_id: UUID, ends: Annotated[Ends | None, Depends(_ends)], caller: ByCaller, tx: InRead
) -> ConnectionView:
    """How it is doing, and whether its systems are reached. One that was never published is not known here."""
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
        gates=None if ends is None else await _gates(tx, ends),
        **health.counts,
    )


async def _gates(tx: ReadTx, ends: Ends) -> list[GateView]:
    budgets = {side: _budgets(end) for side, end in ends.items()}
    keys = [it.key for one in budgets.values() for it in one.values()]
    states, now = await gates(tx, keys), await tx.now()
    return [
        GateView(side=side.value, **asdict(it))
        for side, one in budgets.items()
        for it in passages(one, states, now)
    ]


def _budgets(end: LocatedEnd) -> dict[str | None, Budget]:
    classes = manifest_of(end.kind).budget.classes
    return budgets_by_class(budget_of(end.kind, end.url, node=end.node_id), classes)


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
