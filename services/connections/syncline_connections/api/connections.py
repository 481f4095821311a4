"""/connections/v1/connections"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import ConfigDict

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft, Name, Text
from syncline_common.api.etags import SeenVersion, show_etag
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import InvalidTransition, NameTaken, NotFound, Stale
from syncline_connections.actions import connections as actions
from syncline_connections.actions.connections import Wanted
from syncline_connections.api.ends import NewEnd, NotAnswered
from syncline_connections.api.views import ConnectionView, Template
from syncline_connections.domain.connection import Connection
from syncline_connections.domain.states import State
from syncline_connections.own import ByRegistry
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.work.preparing import prepare

router = routes("/connections/v1/connections", "connections")
EXAMPLE: dict[str, Any] = {
    "network_id": "01900000-0000-7000-8000-00000000000a",
    "name": "Bugs and incidents",
    "a": {"url": "https://dev.azure.com/fabrikam", "ticket": "tk_..."},
    "b": {"system_id": "01900000-0000-7000-8000-00000000000b"},
}


class ConnectionDraft(Draft):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    network_id: UUID
    name: Name
    description: Text = ""
    template: Template = "work_items"
    a: NewEnd
    b: NewEnd


class ConnectionChange(Draft):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Text | None = None


async def _wanted(
    draft: ConnectionDraft, caller: ByCaller, registry: ByRegistry, not_answered: NotAnswered
) -> Wanted | None:
    """The registry is asked before the transaction begins; not at all for an answer that is given again."""
    if not not_answered:
        return None
    facts = {
        "name": draft.name,
        "description": draft.description,
        "template": draft.template,
        "initial": None,
    }
    ends = {"a": draft.a.wanted(), "b": draft.b.wanted()}
    return await prepare(registry, caller, draft.network_id, ends, **facts)


@router.get("", responses=problems())
async def list_connections(
    window: ByWindow,
    caller: ByCaller,
    tx: InRead,
    network_id: UUID | None = None,
    state: State | None = None,
    template: Annotated[Template | None, Query()] = None,
) -> ListView[ConnectionView]:
    """The connections of the networks you may enter, oldest first; filters combine."""
    filters = {"network_id": network_id, "state": state, "template": template}
    store = ConnectionStore(tx, caller)
    found = await store.listed(filters, after=window.cursor, limit=window.limit + 1)
    return ListView[ConnectionView].of(found, window)


@router.post("", response_model=ConnectionView, status_code=202, responses=problems(NotFound, NameTaken))
async def create_connection(
    wanted: Annotated[Wanted | None, Depends(_wanted)], response: Response, caller: ByCaller, tx: InTx
) -> Connection:
    """Begin to build a connection between two systems; both may be new. Follow it at `/{id}/build`.

    A side is `{system_id}`, or `{url, ticket}` with a ticket of the registry's `check-auth`, or `{url, auth}`. The name is
    unique between these two systems in your account. Systems are registered, and join the network, during the build.
    """
    assert wanted is not None
    connection = await actions.create_connection(tx, caller, wanted)
    response.headers["Location"] = f"/connections/v1/connections/{connection.id}"
    show_etag(response, connection.version)
    return connection


@router.get("/{connection_id}", response_model=ConnectionView, responses=problems(NotFound))
async def get_connection(connection_id: UUID, response: Response, caller: ByCaller, tx: InRead) -> Connection:
    """One connection, and in `ETag` the version that a change may ask for."""
    connection = await ConnectionStore(tx, caller).get(connection_id)
    show_etag(response, connection.version)
    return connection


@router.patch(
    "/{connection_id}", response_model=ConnectionView, responses=problems(NotFound, NameTaken, Stale)
)
async def change_connection(
    connection_id: UUID,
    change: ConnectionChange,
    response: Response,
    caller: ByCaller,
    tx: InTx,
    seen: SeenVersion,
) -> Connection:
    """Rename it, or describe it anew."""
    facts = change.model_dump(exclude_unset=True, exclude_none=True)
    connection = await actions.change_connection(tx, caller, connection_id, seen=seen, **facts)
    show_etag(response, connection.version)
    return connection


@router.delete(
    "/{connection_id}",
    response_model=ConnectionView,
    status_code=202,
    responses=problems(NotFound, InvalidTransition),
)
async def delete_connection(
    connection_id: UUID,
    caller: ByCaller,
    tx: InTx,
    remove_systems: Annotated[
        bool, Query(description="Also the systems that only this connection used.")
    ] = False,
) -> Connection:
    """It stops and is gone a moment later, with its configuration. Nothing is deleted in the systems themselves."""
    return await actions.delete_connection(tx, caller, connection_id, remove_systems=remove_systems)


@router.post(
    "/{connection_id}/pause", response_model=ConnectionView, responses=problems(NotFound, InvalidTransition)
)
async def pause_connection(connection_id: UUID, caller: ByCaller, tx: InTx) -> Connection:
    """Changes wait from now on, and none is lost: they flow once it is resumed."""
    return await actions.pause_connection(tx, caller, connection_id)


@router.post(
    "/{connection_id}/resume", response_model=ConnectionView, responses=problems(NotFound, InvalidTransition)
)
async def resume_connection(connection_id: UUID, caller: ByCaller, tx: InTx) -> Connection:
    """Go on where it was paused, or try again after an error."""
    return await actions.resume_connection(tx, caller, connection_id)
