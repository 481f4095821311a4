"""How the services are, for whoever looks: no account's data is here."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from syncline_console.own import Own
from syncline_console.pages.page import show
from syncline_console.pages.visitor import ByAnybody

router = APIRouter(include_in_schema=False)
ABOUT = {
    "registry": "Networks and the systems in them",
    "connections": "Connections between two systems",
    "sync": "Runs, links, events",
    "matching": "Which records are the same thing",
}
STATES = {
    "ok": ("good", "Running"),
    "degraded": ("warn", "Needs a look"),
    "unready": ("bad", "Not ready"),
    "away": ("bad", "Does not answer"),
}


@router.get("/status")
async def status(request: Request, visitor: ByAnybody) -> Response:
    found = await Own.of(request).health.all()
    services = [
        {"name": name, "about": ABOUT[name], "state": STATES[it.status], "why": _why(it.facts)}
        for name, it in found.items()
    ]
    return show(request, "pages/status.html", visitor, services=services)


def _why(facts: Mapping[str, Any]) -> str:
    """What is not as it should be, in words."""
    found = [f"database {facts['database']}"] if facts.get("database", "ok") != "ok" else []
    found += [f"bus {facts['bus']}"] if facts.get("bus", "ok") != "ok" else []
    loops = facts.get("loops", {})
    found += [f"{name} {state}" for name, state in loops.items() if state != "ok"]
    return ", ".join(found)
