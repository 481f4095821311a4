"""Webhooks that came in: stored for every connection that their system is in, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncline_common.db.tx import Tx
from syncline_common.errors import TooManyRequests
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NodeRef
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.task_store import TaskReads

WAITING_AT_MOST = 10_000  # of a connection: beyond that its scans find what changed


@dataclass(frozen=True, slots=True)
class Arrival:
    node: NodeRef
    token_hash: str
    headers: Mapping[str, str]
    body: bytes


async def keep(tx: Tx, arrivals: Sequence[Arrival]) -> Sequence[int | TooManyRequests]:
    """Each one's answer: how many connections it is for. None is no error: what nobody wants to know is acknowledged."""
    store, received = HookStore(tx), await tx.now()
    tasks = {node: await TaskReads(tx).using(node) for node in dict.fromkeys(it.node for it in arrivals)}
    room = {it.connection: 0 for of_node in tasks.values() for it in of_node}
    for connection in room:
        room[connection] = WAITING_AT_MOST - await store.waiting(connection)
    kept, answers = list[tuple[ConnectionRef, Hook]](), list[int | TooManyRequests]()
    for it in arrivals:
        connections = [task.connection for task in tasks[it.node]]
        if any(room[connection] <= 0 for connection in connections):
            answers.append(
                TooManyRequests("More webhooks wait than are kept; send it again later", retry_after=30)
            )
            continue
        for connection in connections:
            room[connection] -= 1
            kept.append((connection, Hook(new_id(), it.token_hash, it.headers, it.body, received)))
        answers.append(len(connections))
    await store.put(*kept)
    return answers
