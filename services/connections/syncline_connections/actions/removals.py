"""Deleting connections, and asking for the removal of systems that only they used."""

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.events.connections import ConnectionDeleted
from syncline_common.schemas.values import Side
from syncline_connections.actions.askers import ourselves
from syncline_connections.actions.builds import end_facts
from syncline_connections.domain.connection import Connection
from syncline_connections.store.connection_store import ConnectionStore, has_deleting, next_to_delete
from syncline_connections.store.removal_store import Removal, RemovalStore

BELL = "removal"


async def is_any_to_delete(tx: ReadTx) -> bool:
    return await has_deleting(tx)


async def is_any_to_remove(tx: ReadTx) -> bool:
    return await RemovalStore(tx).has_due(await tx.now())


async def delete_next(tx: Tx) -> int:
    """0 if there is none."""
    found = await next_to_delete(tx)
    if found is None:
        return 0
    account_id, connection_id = found
    store = ConnectionStore(tx, ourselves(account_id))
    connection = await store.get(connection_id, for_change=True)
    if connection.remove_systems:
        await _remove_systems(tx, store, connection)
    ids = {"account_id": account_id, "network_id": connection.network_id, "connection_id": connection.id}
    known = {
        side.value: end_facts(connection.end(side))
        for side in Side
        if connection.end(side).node_id is not None
    }
    await store.remove(connection)
    await tx.publish(ConnectionDeleted(**ids, **known))
    return 1


async def claim_removal(tx: Tx) -> Removal | None:
    """One that is due, put off at once: whoever dies on the way tries again later. One in use again is left alone."""
    store = RemovalStore(tx)
    removal = await store.claim(tx)
    if removal is not None and await ConnectionStore(tx, ourselves(removal.account_id)).uses(
        removal.network_id, removal.system_id
    ):
        await store.forget(removal)
        return None
    return removal


async def forget_removal(tx: Tx, removal: Removal) -> None:
    await RemovalStore(tx).forget(removal)


async def _remove_systems(tx: Tx, store: ConnectionStore, connection: Connection) -> None:
    for system_id in sorted({it for side in Side if (it := connection.end(side).system_id) is not None}):
        if not await store.uses(connection.network_id, system_id, but=connection.id):
            await RemovalStore(tx).add(tx, Removal(connection.account_id, connection.network_id, system_id))
    tx.ring(BELL)
