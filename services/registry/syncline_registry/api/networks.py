"""/registry/v1/networks"""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft, Name, Text
from syncline_common.api.etags import SeenVersion, show_etag
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import InUse, NameTaken, NotFound, Stale
from syncline_registry.actions import networks as actions
from syncline_registry.domain.network import Network
from syncline_registry.store.network_store import NetworkStore

router = routes("/registry/v1/networks", "networks")


class NetworkDraft(Draft):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Support", "description": "Tickets of all teams"}]}
    )

    name: Name
    description: Text = ""


class NetworkChange(Draft):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Text | None = None


class NetworkView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str
    created_at: datetime


@router.get("", responses=problems())
async def list_networks(window: ByWindow, caller: ByCaller, tx: InRead) -> ListView[NetworkView]:
    """The networks you may enter, oldest first."""
    found = await NetworkStore(tx, caller).listed(after=window.cursor, limit=window.limit + 1)
    return ListView[NetworkView].of(found, window)


@router.post("", response_model=NetworkView, status_code=201, responses=problems(NameTaken))
async def create_network(draft: NetworkDraft, response: Response, caller: ByCaller, tx: InTx) -> Network:
    """Make a network: a place in which systems are connected. Its name is unique in your account."""
    network = await actions.create_network(tx, caller, name=draft.name, description=draft.description)
    response.headers["Location"] = f"/registry/v1/networks/{network.id}"
    show_etag(response, network.version)
    return network


@router.get("/{network_id}", response_model=NetworkView, responses=problems(NotFound))
async def get_network(network_id: UUID, response: Response, caller: ByCaller, tx: InRead) -> Network:
    """One network, and in `ETag` the version that a change may ask for."""
    network = await NetworkStore(tx, caller).get(network_id)
    show_etag(response, network.version)
    return network


@router.patch("/{network_id}", response_model=NetworkView, responses=problems(NotFound, NameTaken, Stale))
async def change_network(
    network_id: UUID,
    change: NetworkChange,
    response: Response,
    caller: ByCaller,
    tx: InTx,
    seen: SeenVersion,
) -> Network:
    """Rename it, or describe it anew."""
    facts = change.model_dump(exclude_unset=True, exclude_none=True)
    network = await actions.change_network(tx, caller, network_id, seen=seen, **facts)
    show_etag(response, network.version)
    return network


@router.delete("/{network_id}", status_code=204, responses=problems(NotFound, InUse))
async def delete_network(network_id: UUID, caller: ByCaller, tx: InTx) -> None:
    """Take an empty network away."""
    await actions.delete_network(tx, caller, network_id)
