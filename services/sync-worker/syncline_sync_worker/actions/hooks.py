"""A webhook that came in: stored for every connection that its system is in, and nothing else."""

from collections.abc import Mapping

from syncline_common.db.tx import Tx
from syncline_common.errors import TooManyRequests
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NodeRef
from syncline_sync_worker.domain.hook import Hook
from syncline_sync_worker.store.hook_store import HookStore
from syncline_sync_worker.store.task_store import TaskReads

WAITING_AT_MOST = 10_000  # of a connection: beyond that its scans find what changed


async def keep(tx: Tx, node: NodeRef, token_hash: str, headers: Mapping[str, str], body: bytes) -> int:
    """How many connections it is for; none is no error: what nobody wants to know is acknowledged as well."""
    store, tasks = HookStore(tx), await TaskReads(tx).using(node)
    for task in tasks:
        if await store.waiting(task.connection) >= WAITING_AT_MOST:
            raise TooManyRequests("More webhooks wait than are kept; send it again later", retry_after=30)
        hook = Hook(new_id(), token_hash, headers, body, await tx.now())
        await store.put(task.connection, hook)
    return len(tasks)
