"""/sync/asyncapi.json: every event on the bus, described for programs."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from syncline_common.api.application import VERSION
from syncline_common.api.problems import problems
from syncline_common.errors import NotFound
from syncline_common.events.asyncapi import asyncapi_document
from syncline_common.events.catalogue import BY_KEY, EVENTS

router = APIRouter(prefix="/sync", tags=["events"])


@router.get("/asyncapi.json", summary="The AsyncAPI document of the bus")
async def get_asyncapi(request: Request) -> JSONResponse:
    """What is published on RabbitMQ, and how to consume and replay it."""
    namespace = request.app.state.home.platform.bus.bus_namespace
    return JSONResponse(asyncapi_document(EVENTS, version=VERSION, namespace=namespace))


@router.get(
    "/events/{event_type}.json", summary="The JSON Schema of one event's data", responses=problems(NotFound)
)
async def get_event_schema(event_type: str) -> dict[str, Any]:
    """Where an event's `dataschema` points."""
    if event_type not in BY_KEY:
        raise NotFound("There is no such event type")
    return BY_KEY[event_type].data_schema()
