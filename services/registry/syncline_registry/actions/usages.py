"""Who uses a system: learnt from the connections service, so that what is in use is not removed."""

from collections.abc import Collection, Mapping
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_registry.actions.nodes import as_service
from syncline_registry.domain.webhooks import State, Webhooks
from syncline_registry.store.node_store import NodeStore
from syncline_registry.store.system_store import SystemStore
from syncline_registry.store.usage_store import UsageStore, projects_used

WEBHOOKS = "webhooks to look after"


async def note_use(
    tx: Tx, account_id: UUID, connection_id: UUID, network_id: UUID, system_ids: Collection[UUID]
) -> None:
    await UsageStore(tx, account_id).note(connection_id, network_id, system_ids)
    await _look_after(tx, account_id, [(it, network_id) for it in system_ids])


async def name_projects(
    tx: Tx, account_id: UUID, connection_id: UUID, network_id: UUID, projects: Mapping[UUID, Collection[str]]
) -> None:
    """By system. Whose webhooks are subscribed to has them looked at again: others may be needed now."""
    await note_use(tx, account_id, connection_id, network_id, list(projects))
    for system_id, names in projects.items():
        node = await NodeStore(tx, account_id).find(system_id, network_id)
        before = set() if node is None else set(await projects_used(tx, node))
        await UsageStore(tx, account_id).name_projects(connection_id, system_id, sorted(names))
        if node is not None and Webhooks.from_json(node.webhooks).base and set(names) - before:
            node.webhooks_due_at = await tx.now()
            tx.ring(WEBHOOKS)


async def forget_use(tx: Tx, account_id: UUID, connection_id: UUID) -> None:
    store = UsageStore(tx, account_id)
    used = await store.of(connection_id)
    await store.forget(connection_id)
    await _look_after(tx, account_id, used)


async def _look_after(tx: Tx, account_id: UUID, used: Collection[tuple[UUID, UUID]]) -> None:
    """Webhooks that nobody needs any more are undone, those that somebody needs again are made again: soon, by a loop."""
    systems = SystemStore(tx, as_service(account_id, "registry"))
    for system_id, network_id in used:
        node = await NodeStore(tx, account_id).find(system_id, network_id)
        if node is None or node.webhooks is None:
            continue
        told, users = Webhooks.from_json(node.webhooks), await systems.users(node)
        if told.state is State.UNDONE if users else told.base is not None:
            node.webhooks_due_at = await tx.now()
            tx.ring(WEBHOOKS)
