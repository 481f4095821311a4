"""Looking after connections over HTTP, should an event have been lost: what the connections service says is so."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from syncline_common.clients.connections import ConnectionFacts
from syncline_common.errors import NotFound
from syncline_sync_worker.actions.tasks import take_on
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.store.task_store import TaskReads, TaskStore
from syncline_sync_worker.work.tools import Tools

AT_ONCE = 200


class States(Protocol):
    async def state(self, account_id: UUID, connection_id: UUID) -> ConnectionFacts:
        """NotFound if it is gone."""


async def follow_once(tools: Tools, states: States) -> int:
    """How many were otherwise than was known here. One at a time: there is no hurry, and events come first."""
    changed, page = 0, await _page(tools, None)
    while page:
        changed += sum([await _follow(tools, states, it) for it in page])
        page = await _page(tools, page[-1].connection.id) if len(page) == AT_ONCE else []
    return changed


async def _page(tools: Tools, after: UUID | None) -> Sequence[Task]:
    async with tools.db.read() as tx:
        return await TaskReads(tx).listed(after=after, limit=AT_ONCE)


async def _follow(tools: Tools, states: States, task: Task) -> bool:
    ref = task.connection
    try:
        facts = await states.state(ref.account_id, ref.id)
    except NotFound:
        async with tools.db.begin() as tx:
            await TaskStore(tx).delete(ref)
        return True
    return await _made_so(tools, ref, facts)


async def _made_so(tools: Tools, ref: ConnectionRef, facts: ConnectionFacts) -> bool:
    """What is in error here stays so until somebody acts: they may not know of it there yet."""
    async with tools.db.begin() as tx:
        store = TaskStore(tx)
        task = await store.get(ref)
        if facts.state == "deleting":
            await store.delete(ref)
            return task.state is not TaskState.DELETING
        newer = facts.published_version is not None and facts.published_version > task.version
        if newer and facts.a and facts.b and facts.published_version and facts.schedule is not None:
            nodes = (facts.a.node_id, facts.b.node_id)
            await take_on(tx, ref, task.network_id, nodes, facts.published_version, facts.schedule)
        if facts.state in ("paused", "error") and task.state is TaskState.ACTIVE:
            await store.pause(ref)
            return True
        if facts.state == "active" and task.state is TaskState.PAUSED:
            await store.resume(ref)
            return True
    return newer
