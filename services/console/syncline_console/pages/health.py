"""/healthz and /readyz of the base URL: one answer for all services."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from syncline_console.own import Own

router = APIRouter(include_in_schema=False)
WORST_FIRST = ("away", "unready", "degraded", "ok")


@router.get("/healthz")
async def alive(request: Request) -> JSONResponse:
    """503 if a service does not answer at all."""
    found = {name: it.status for name, it in (await Own.of(request).health.all()).items()}
    is_alive = "away" not in found.values()
    return JSONResponse({"status": "ok" if is_alive else "away", "services": found}, 200 if is_alive else 503)


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    found = await Own.of(request).health.all()
    worst = min((it.status for it in found.values()), key=WORST_FIRST.index)
    facts = {name: {**it.facts, "status": it.status} for name, it in found.items()}
    return JSONResponse({"status": worst, "services": facts}, 503 if worst in ("away", "unready") else 200)
