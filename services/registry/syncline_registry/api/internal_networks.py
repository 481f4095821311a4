"""The names of an account's networks, for our own services: files name networks, events only have their ids."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from syncline_common.api.auth import ByService
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead
from syncline_common.schemas.caller import Caller
from syncline_registry.store.network_store import NetworkStore

router = APIRouter(tags=["internal"])
MOST = 10_000


class NetworkName(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class NetworkNames(BaseModel):
    items: list[NetworkName]


@router.get(
    "/registry/internal/v1/networks",
    include_in_schema=False,
    responses=problems(),
    dependencies=[ByService],
)
async def list_network_names(account_id: UUID, tx: InRead) -> NetworkNames:
    """All of them; who may enter which is for the asking service to see to."""
    caller = Caller(account_id, UUID(int=0), "administrator", None, "service")
    found = await NetworkStore(tx, caller).listed(after=None, limit=MOST)
    return NetworkNames(items=[NetworkName.model_validate(it) for it in found])
