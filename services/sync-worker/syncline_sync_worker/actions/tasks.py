"""What becomes of a Task when its connection changes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.events.connections import ConnectionPublished
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.store.task_store import TaskStore


async def publish(tx: Tx, event: ConnectionPublished) -> None:
    """A version that is older than the one it has is left out. What is not active afterwards waits."""
    ref = ConnectionRef(event.account_id, event.connection_id)
    nodes = (event.a.node_id, event.b.node_id)
    await take_on(tx, ref, event.network_id, nodes, event.configuration_version, event.schedule)
    if event.state != "active":
        await TaskStore(tx).pause(ref)


async def take_on(
    tx: Tx,
    ref: ConnectionRef,
    network_id: UUID,
    nodes: tuple[UUID, UUID],
    version: int,
    schedule: Mapping[str, Any],
) -> None:
    """Everything there is is due to be looked at."""
    task = Task(ref, network_id, *nodes, version, schedule, next_scan=await tx.now())
    await TaskStore(tx).put(task)
