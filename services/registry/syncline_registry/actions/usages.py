"""Who uses a system: learnt from the connections service, so that what is in use is not removed."""

from collections.abc import Collection
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_registry.store.usage_store import UsageStore


async def note_use(
    tx: Tx, account_id: UUID, connection_id: UUID, network_id: UUID, system_ids: Collection[UUID]
) -> None:
    await UsageStore(tx, account_id).note(connection_id, network_id, system_ids)


async def forget_use(tx: Tx, account_id: UUID, connection_id: UUID) -> None:
    await UsageStore(tx, account_id).forget(connection_id)
