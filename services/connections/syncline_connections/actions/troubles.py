"""What happens elsewhere and concerns connections: credentials that go bad and come right, runs that end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.errors import CredentialRejected
from syncline_common.events.connections import ConnectionFailed, ConnectionPaused, ConnectionResumed
from syncline_common.events.sync import RunFacts
from syncline_connections.actions.askers import ourselves
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.states import State
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore

CREDENTIALS = "credentials"
WENT_THROUGH = ("succeeded", "completed_with_issues")


async def stop_at_node(tx: Tx, account_id: UUID, node_id: UUID) -> None:
    """Nothing is lost: what changes meanwhile waits. Being told twice changes nothing."""
    for connection in await ConnectionStore(tx, ourselves(account_id)).at_node(node_id):
        if connection.fail(CREDENTIALS):
            await tx.publish(ConnectionFailed(**_ids(connection), stage="sync", cause=CREDENTIALS))


async def stop(
    tx: Tx, account_id: UUID, connection_id: UUID, code: str, tried_at: datetime | None = None
) -> None:
    """Something that only a person can mend. Resuming it, or a new credential, is how they say that they have.

    Of a credential the registry tells once: who resumes a connection without a new one hears it from here.
    """
    cause = CREDENTIALS if code == CredentialRejected.code else code
    connection = await ConnectionStore(tx, ourselves(account_id)).find(connection_id, for_change=True)
    if connection is not None and connection.fail(cause, tried_at):
        await tx.publish(ConnectionFailed(**_ids(connection), stage="sync", cause=cause))


async def go_on_at_node(tx: Tx, account_id: UUID, node_id: UUID) -> None:
    """Each back to where it was; what was paused stays paused."""
    for connection in await ConnectionStore(tx, ourselves(account_id)).at_node(node_id):
        if connection.recover(CREDENTIALS, await tx.now()):
            it = ConnectionResumed if connection.state is State.ACTIVE else ConnectionPaused
            await tx.publish(it(**_ids(connection)))


async def note_run(tx: Tx, account_id: UUID, run: RunFacts) -> None:
    """A test run counts for the very draft that it tested; those that move something are shown as the last run."""
    connection = await ConnectionStore(tx, ourselves(account_id)).find(run.connection_id, for_change=True)
    if connection is None:
        return
    if run.kind == "test":
        await _tested(tx, connection, run)
    elif run.kind != "replay" and _is_newer(connection, run):
        connection.last_run = run.model_dump(mode="json", include={"id", "kind", "status", "finished_at"})


async def _tested(tx: Tx, connection: Connection, run: RunFacts) -> None:
    draft = await DraftStore(tx, connection).find(for_change=True)
    if draft is None or run.draft_revision is None or run.status not in WENT_THROUGH:
        return
    if draft.tested(run.id, run.draft_revision):
        connection.tested()


def _is_newer(connection: Connection, run: RunFacts) -> bool:
    """By their ids, which sort by the time they were made."""
    return connection.last_run is None or UUID(connection.last_run["id"]) <= run.id


def _ids(connection: Connection) -> dict[str, Any]:
    return {
        "account_id": connection.account_id,
        "network_id": connection.network_id,
        "connection_id": connection.id,
    }
