"""What becomes of a connection that is being deleted, and of systems that are to go with it."""

from dataclasses import dataclass

from syncline_common.db.tx import Database
from syncline_common.errors import InUse, NotFound, Retryable
from syncline_connections.actions import removals
from syncline_connections.registry import Registry


@dataclass(frozen=True, slots=True)
class Remover:
    db: Database
    registry: Registry

    async def delete_once(self) -> int:
        """One connection with all its rows, and the event that says so."""
        async with self.db.read() as tx:
            if not await removals.is_any_to_delete(tx):
                return 0
        async with self.db.begin() as tx:
            return await removals.delete_next(tx)

    async def remove_once(self) -> int:
        """One system that nobody uses any more; while the registry has not heard of the deletion it says otherwise."""
        async with self.db.read() as tx:
            if not await removals.is_any_to_remove(tx):
                return 0
        async with self.db.begin() as tx:
            removal = await removals.claim_removal(tx)
        if removal is None:
            return 0
        try:
            await self.registry.remove(*removal)
        except (InUse, Retryable):
            return 1  # it was put off when it was claimed
        except NotFound:
            pass  # it is gone already
        async with self.db.begin() as tx:
            await removals.forget_removal(tx, removal)
        return 1
