"""When nothing works until a person acts: at once, and for all workers. No record fails for it."""

from datetime import datetime

from syncline_common.errors import NeedsPerson
from syncline_sync_worker.actions.told import stopped
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.work.tools import Tools


async def stop(tools: Tools, connection: ConnectionRef, error: NeedsPerson, tried_at: datetime) -> None:
    """`tried_at`: when what failed was claimed. If somebody has acted since, it says nothing any more."""
    if not tools.stops.is_stopped(connection, tried_at):
        tools.stops.stop(connection, tried_at)
        async with tools.db.begin() as tx:
            store = TaskStore(tx)
            if await store.error(connection, error.code, tried_at):
                await tx.publish(stopped(await store.get(connection), error.code, tried_at))
