"""/<service>/v1/parked-events: what a service received and could not apply."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from syncline_common.api.auth import ByAdministrator
from syncline_common.api.lists import ByWindow, ListView
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.bus.parked import ParkedEvents
from syncline_common.errors import NotFound


class ParkedView(BaseModel):
    """An event that failed ten times, and why. Its neighbours went on."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: str
    attempts: int
    error: str | None
    received_at: datetime
    parked_at: datetime


class Replayed(BaseModel):
    replayed: int


def parked_routes(service: str) -> APIRouter:
    router = routes(f"/{service}/v1/parked-events", "parked events")

    @router.get("", responses=problems())
    async def list_parked_events(
        request: Request, window: ByWindow, caller: ByAdministrator, tx: InRead
    ) -> ListView[ParkedView]:
        """Events that could not be applied, oldest first."""
        events = ParkedEvents(tx, request.app.state.home.database.tables["inbox"], caller.account_id)
        return ListView[ParkedView].of(
            await events.listed(after=window.cursor, limit=window.limit + 1), window
        )

    @router.post("/replay", responses=problems())
    async def replay_parked_events(request: Request, caller: ByAdministrator, tx: InTx) -> Replayed:
        """Try all of them again."""
        events = ParkedEvents(tx, request.app.state.home.database.tables["inbox"], caller.account_id)
        return Replayed(replayed=await events.replay(tx))

    @router.post("/{event_id}/replay", responses=problems(NotFound))
    async def replay_parked_event(
        event_id: UUID, request: Request, caller: ByAdministrator, tx: InTx
    ) -> Replayed:
        """Try one of them again."""
        events = ParkedEvents(tx, request.app.state.home.database.tables["inbox"], caller.account_id)
        return Replayed(replayed=await events.replay(tx, event_id))

    return router
