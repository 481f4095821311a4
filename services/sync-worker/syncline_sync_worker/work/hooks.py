"""Webhooks as they were stored become offers: whatever they say, only the fetch that follows is evidence."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

from syncline_common.configuration.identifiers import with_ids
from syncline_common.db.tx import Tx
from syncline_common.errors import NotFound
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.task import ConnectionRef, Task, TaskState
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.link_store import linked
from syncline_sync_worker.store.task_store import TaskReads
from syncline_sync_worker.store.work_offers import End
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.tools import Tools

AT_ONCE = 100


async def hooks_once(tools: Tools) -> int:
    """The oldest first. Gone in the transaction that offers what they hint at."""
    async with tools.db.begin() as tx:
        taken = await HookStore(tx).take(AT_ONCE)
        waiting: dict[ConnectionRef, list[Hook]] = {}
        for connection, hook in taken:
            waiting.setdefault(connection, []).append(hook)
        for connection, hooks in waiting.items():
            with suppress(NotFound):  # deleted meanwhile, or never scanned: the first scan reads all there is
                task = await TaskReads(tx).get(connection)
                if task.state is not TaskState.DELETING:
                    await _offer(tx, task, hooks)
    return len(taken)


async def _offer(tx: Tx, task: Task, hooks: Sequence[Hook]) -> None:
    """What is not linked waits behind what is: a flood of new records keeps nobody's edits waiting."""
    reasons = _reasons(task, await TaskReads(tx).document(task.connection, task.version), hooks)
    known, now = await linked(tx, task.connection, list(reasons)), await tx.now()
    offers = [
        Offer(*end, reason, now, Priority.WEBHOOK if end in known else Priority.BACKFILL)
        for end, reason in reasons.items()
    ]
    await WorkStore(tx).offer(task.connection, offers)


def _reasons(task: Task, document: Mapping[str, Any], hooks: Sequence[Hook]) -> Mapping[End, Reason]:
    """Why each record is to be looked at, in each flow that has its stream: once, however often it was told of."""
    flows, reasons = with_ids(document)["flows"], dict[End, Reason]()
    for hook in hooks:
        for hint in json.loads(hook.headers["hints"]):
            ref = RecordRef(hint["stream"], hint["id"])
            why = Reason.RECORD | Reason.DELETION if hint["deleted"] else Reason.RECORD
            for flow, side in product(flows, _sides(task, hook)):
                if flow[side.value]["stream"] == ref.stream:
                    end = flow["id"], side, ref
                    reasons[end] = reasons.get(end, why) | why
    return reasons


def _sides(task: Task, hook: Hook) -> list[Side]:
    return [side for side in Side if str(task.node(side).id) == hook.headers["node"]]
