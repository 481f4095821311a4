"""What only our own services ask: a connection's state, and the configurations that runs keep to."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from syncline_common.api.auth import ByService
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead
from syncline_common.clients.connections import LocatedEnd
from syncline_common.errors import NotFound
from syncline_connections.actions.askers import ourselves
from syncline_connections.domain.connection import Connection, End
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore

PATH = "/connections/internal/v1/connections/{connection_id}"
router = APIRouter(tags=["internal"], include_in_schema=False, dependencies=[ByService])


class StateView(BaseModel):
    """Ends are null as long as the build has not made them known; the schedule is the published version's."""

    network_id: UUID
    state: str
    published_version: int | None
    schedule: dict[str, Any] | None
    a: LocatedEnd | None
    b: LocatedEnd | None


class ConfigurationView(BaseModel):
    configuration: dict[str, Any]


class DraftFactsView(ConfigurationView):
    revision: int
    valid: bool


@router.get(f"{PATH}/state", responses=problems(NotFound))
async def get_state(connection_id: UUID, account_id: UUID, tx: InRead) -> StateView:
    connection = await ConnectionStore(tx, ourselves(account_id)).get(connection_id)
    schedule = None
    if connection.published_version is not None:
        version = await DraftStore(tx, connection).version(connection.published_version)
        schedule = version.document.get("schedule") or {}
    return StateView(
        network_id=connection.network_id,
        state=connection.state.value,
        published_version=connection.published_version,
        schedule=schedule,
        a=_known(connection.a),
        b=_known(connection.b),
    )


@router.get(f"{PATH}/versions/{{number}}", responses=problems(NotFound))
async def get_configuration(
    connection_id: UUID, account_id: UUID, tx: InRead, number: int = Path(ge=1, le=2_000_000_000)
) -> ConfigurationView:
    version = await DraftStore(tx, await _connection(tx, account_id, connection_id)).version(number)
    return ConfigurationView(configuration=version.document)


@router.get(f"{PATH}/draft", responses=problems(NotFound))
async def get_draft(connection_id: UUID, account_id: UUID, tx: InRead) -> DraftFactsView:
    """For test runs; the revision is what a test run says it has tested."""
    draft = await DraftStore(tx, await _connection(tx, account_id, connection_id)).get()
    return DraftFactsView(configuration=draft.document, revision=draft.revision, valid=draft.valid)


async def _connection(tx: InRead, account_id: UUID, connection_id: UUID) -> Connection:
    return await ConnectionStore(tx, ourselves(account_id)).get(connection_id)


def _known(end: End) -> LocatedEnd | None:
    return None if end.node_id is None else LocatedEnd.model_validate(end)
