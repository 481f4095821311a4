"""Telling every service that tokens made before now are void."""

from uuid import UUID

from syncline_common.access.revocations import revoke
from syncline_common.db.tx import Tx
from syncline_common.events.registry import AccessChanged
from syncline_registry.store.tables import metadata


async def announce_change(tx: Tx, account_id: UUID, actor_id: UUID) -> None:
    now = await tx.now()
    await revoke(tx, metadata.tables["revocation"], actor_id, now)  # here at once, elsewhere by the event
    await tx.publish(AccessChanged(account_id=account_id, actor_id=actor_id, changed_at=now))
