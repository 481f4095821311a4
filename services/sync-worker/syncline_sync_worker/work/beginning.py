"""The last look before something is written to a system, and what has to be on record before it is."""

from collections.abc import Collection, Sequence

from syncline_common.db.tx import Tx
from syncline_sync_worker.domain.task import TaskState
from syncline_sync_worker.domain.work import Claimed
from syncline_sync_worker.store.task_store import TaskReads
from syncline_sync_worker.store.work_store import WorkStore
from syncline_sync_worker.work.hand import Hand


async def still_mine(tx: Tx, hand: Hand, pairs: Sequence[Claimed]) -> Collection[int]:
    """By their ids: those that nobody else has taken over, of a connection that nobody has paused or deleted."""
    held = await WorkStore(tx).hold(hand.batch.owner, pairs)
    task = await TaskReads(tx).get(hand.batch.connection)
    return {it.id for it in held} if task.state is TaskState.ACTIVE else frozenset()
