"""What the registry does when something happens elsewhere."""

from uuid import UUID

from syncline_common.access.revocations import follow_access
from syncline_common.bus.router import EventRouter
from syncline_common.db.tx import Tx
from syncline_common.events.connections import ConnectionCreated, ConnectionDeleted, ConnectionPublished
from syncline_registry.actions.usages import forget_use, name_projects, note_use
from syncline_registry.store.tables import metadata

router = EventRouter("registry")
follow_access(router, metadata)


@router.on(ConnectionCreated)
async def note_that_its_systems_are_used(event: ConnectionCreated, tx: Tx) -> None:
    used = (event.a.system_id, event.b.system_id)
    await note_use(tx, event.account_id, event.connection_id, event.network_id, used)


@router.on(ConnectionPublished)
async def note_which_projects_it_keeps_in_step(event: ConnectionPublished, tx: Tx) -> None:
    projects = dict[UUID, set[str]]()
    for end, names in ((event.a, event.projects.get("a", [])), (event.b, event.projects.get("b", []))):
        projects.setdefault(end.system_id, set()).update(names)
    await name_projects(tx, event.account_id, event.connection_id, event.network_id, projects)


@router.on(ConnectionDeleted)
async def forget_that_its_systems_were_used(event: ConnectionDeleted, tx: Tx) -> None:
    await forget_use(tx, event.account_id, event.connection_id)
