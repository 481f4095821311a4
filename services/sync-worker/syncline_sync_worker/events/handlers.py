"""What the sync worker does when something happens, here or elsewhere."""

from collections.abc import Sequence

from syncline_common.access.revocations import follow_access
from syncline_common.bus.router import EventRouter, Received
from syncline_common.db.tx import Tx
from syncline_common.events.catalogue import EVENTS
from syncline_common.events.connections import (
    ConnectionDeleted,
    ConnectionPaused,
    ConnectionPublished,
    ConnectionResumed,
)
from syncline_sync_worker.actions import announcements, tasks
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.tables import metadata
from syncline_sync_worker.store.task_store import TaskStore

router = EventRouter("sync")
follow_access(router, metadata)


@router.on(ConnectionPublished)
async def take_the_version_on(event: ConnectionPublished, tx: Tx) -> None:
    """Its document is fetched when it is first needed: nobody is called from here."""
    await tasks.publish(tx, event)


@router.on(ConnectionPaused)
async def pause_its_task(event: ConnectionPaused, tx: Tx) -> None:
    await TaskStore(tx).pause(_ref(event))


@router.on(ConnectionResumed)
async def resume_its_task(event: ConnectionResumed, tx: Tx) -> None:
    await TaskStore(tx).resume(_ref(event))


@router.on(ConnectionDeleted)
async def delete_what_is_known_of_it(event: ConnectionDeleted, tx: Tx) -> None:
    await TaskStore(tx).delete(_ref(event))


@router.on_every(EVENTS)
async def announce(events: Sequence[Received], tx: Tx) -> None:
    """Every event goes into the stream that clients follow over HTTP."""
    await announcements.announce(tx, events)


def _ref(event: ConnectionPaused | ConnectionResumed | ConnectionDeleted) -> ConnectionRef:
    return ConnectionRef(event.account_id, event.connection_id)
