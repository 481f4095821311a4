"""Webhooks as they were stored become offers: whatever they say, only the fetch that follows is evidence."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncline_common.configuration.identifiers import with_ids
from syncline_common.db.tx import Tx
from syncline_common.errors import NotFound
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.task import Task, TaskState
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.link_store import linked
from syncline_sync_worker.store.task_store import TaskReads
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.tools import Tools

AT_ONCE = 100


async def hooks_once(tools: Tools) -> int:
    """The oldest first. Gone in the transaction that offers what they hint at."""
    async with tools.db.begin() as tx:
        taken = await HookStore(tx).take(AT_ONCE)
        for connection, hook in taken:
            try:
                task = await TaskReads(tx).get(connection)
            except NotFound:  # deleted meanwhile
                continue
            await _offer(tx, task, hook)
    return len(taken)


async def _offer(tx: Tx, task: Task, hook: Hook) -> None:
    """What is not linked waits behind what is: a flood of new records keeps nobody's edits waiting."""
    if task.state is TaskState.DELETING:
        return
    ends = [end for hint in json.loads(hook.headers["hints"]) for end in await _ends(tx, task, hook, hint)]
    known, now = await linked(tx, task.connection, ends), await tx.now()
    offers = [
        Offer(*end, _reason(hook, end[2]), now, Priority.WEBHOOK if end in known else Priority.BACKFILL)
        for end in ends
    ]
    await WorkStore(tx).offer(task.connection, offers)


async def _ends(tx: Tx, task: Task, hook: Hook, hint: Mapping[str, Any]) -> list[tuple[str, Side, RecordRef]]:
    """In each flow that has its stream; none before a first scan: that reads all there is."""
    try:
        document = await TaskReads(tx).document(task.connection, task.version)
    except NotFound:
        return []
    ref = RecordRef(hint["stream"], hint["id"])
    return [
        (flow["id"], side, ref)
        for flow in with_ids(document)["flows"]
        for side in _sides(task, hook)
        if flow[side.value]["stream"] == ref.stream
    ]


def _sides(task: Task, hook: Hook) -> Iterator[Side]:
    return (side for side in Side if str(task.node(side).id) == hook.headers["node"])


def _reason(hook: Hook, ref: RecordRef) -> Reason:
    hints: Sequence[Mapping[str, Any]] = json.loads(hook.headers["hints"])
    gone = any(it["deleted"] for it in hints if (it["stream"], it["id"]) == (ref.stream, ref.id))
    return Reason.RECORD | Reason.DELETION if gone else Reason.RECORD
