"""Who changed what, in all services together."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from syncline_console.client.audit import PAGE, SERVICES, merged, older
from syncline_console.pages.page import show
from syncline_console.pages.visitor import ByAdministrator

router = APIRouter(prefix="/audit", include_in_schema=False)
NOUNS = (
    *("network", "person", "api_key", "session", "system", "node", "connection", "draft", "version"),
    *("run", "issue", "conflict", "subscription"),
)


@router.get("")
async def audit(
    request: Request,
    visitor: ByAdministrator,
    noun: str = "",
    action: str = "",
    before: Annotated[list[str], Query()] = [],  # noqa: B006 (the framework copies it)
) -> Response:
    """`before`: service and row, where the last page ended."""
    starts = dict(it.split(":", 1) for it in before if it.partition(":")[0] in SERVICES)
    sought = {"noun": noun, "action": action.strip()}
    rows, away = await merged(visitor.line, starts, sought)
    more = [f"{name}:{id}" for name, id in older(rows, starts).items()] if len(rows) == PAGE else []
    facts: dict[str, Any] = {"rows": rows, "away": away, "more": more, "nouns": NOUNS, "sought": sought}
    return show(request, "pages/audit.html", visitor, **facts)
