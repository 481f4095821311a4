"""What comes round in the registry."""

from syncline_common.db.tx import Database
from syncline_registry.store.ticket_store import purge


async def purge_once(db: Database) -> int:
    """Tickets and sign-ins that are over, with their secrets."""
    async with db.begin() as tx:
        return await purge(tx)
