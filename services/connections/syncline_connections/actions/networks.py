"""What becomes of the registry's Networks here."""

from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_connections.store.network_store import KnownNetworks


async def remember(tx: Tx, account_id: UUID, network_id: UUID) -> None:
    """Being told twice changes nothing."""
    await KnownNetworks(tx, account_id).add(tx, network_id)


async def forget(tx: Tx, account_id: UUID, network_id: UUID) -> None:
    await KnownNetworks(tx, account_id).remove(network_id)
