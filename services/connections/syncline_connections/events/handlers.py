"""What the connections service does when something happens elsewhere."""

from syncline_common.access.revocations import follow_access
from syncline_common.bus.router import EventRouter
from syncline_common.db.tx import Tx
from syncline_common.events.registry import (
    CredentialRejected,
    CredentialRenewed,
    NetworkCreated,
    NetworkDeleted,
)
from syncline_common.events.sync import ConnectionStopped, RunCompleted
from syncline_connections.actions import networks, troubles
from syncline_connections.store.tables import metadata

router = EventRouter("connections")
follow_access(router, metadata)


@router.on(NetworkCreated)
async def remember_the_network(event: NetworkCreated, tx: Tx) -> None:
    """So that a connection can be refused in a network that does not exist, without asking the registry."""
    await networks.remember(tx, event.account_id, event.network_id)


@router.on(NetworkDeleted)
async def forget_the_network(event: NetworkDeleted, tx: Tx) -> None:
    await networks.forget(tx, event.account_id, event.network_id)


@router.on(CredentialRejected)
async def put_its_connections_into_error(event: CredentialRejected, tx: Tx) -> None:
    await troubles.stop_at_node(tx, event.account_id, event.node_id)


@router.on(CredentialRenewed)
async def let_its_connections_go_on(event: CredentialRenewed, tx: Tx) -> None:
    await troubles.go_on_at_node(tx, event.account_id, event.node_id)


@router.on(ConnectionStopped)
async def put_it_into_error(event: ConnectionStopped, tx: Tx) -> None:
    await troubles.stop(tx, event.account_id, event.connection_id, event.cause, event.tried_at)


@router.on(RunCompleted)
async def note_the_run(event: RunCompleted, tx: Tx) -> None:
    """A test run lets the draft it tested count as tested; one that moves something is the connection's last run."""
    await troubles.note_run(tx, event.account_id, event.run)
