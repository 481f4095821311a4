"""Alive, ready, and in figures: what a load balancer and Prometheus ask, under each service's own path."""

from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from syncline_common.api.metrics import REGISTRY


class Checked(Protocol):
    async def check(self) -> dict[str, Any]:
        """`status` is ok, degraded (works, but look at it) or unready (send nothing here)."""

    async def note_figures(self) -> None:
        """Bring the gauges up to date."""


def health_routes(service: str) -> APIRouter:
    router = APIRouter(prefix=f"/{service}", tags=["health"])

    @router.get("/healthz", summary="Alive")
    async def alive() -> dict[str, str]:
        """The process answers. Nothing else is looked at."""
        return {"status": "ok"}

    @router.get("/readyz", summary="Ready", responses={503: {"description": "Not ready"}})
    async def ready(request: Request) -> JSONResponse:
        """Database, bus, oldest waiting events, loops. A broker that is away degrades; requests are taken all the same."""
        health: Checked = request.app.state.health
        found = await health.check()
        return JSONResponse(found, 503 if found["status"] == "unready" else 200)

    @router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def metrics(request: Request) -> Response:
        """In its text format: requests, loops, and what waits in outbox and inbox."""
        health: Checked = request.app.state.health
        await health.note_figures()
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router
