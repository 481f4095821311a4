"""Removing a connection: what is lost is named, and its name has to be typed."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByChanger, Visitor

router = APIRouter(prefix="/networks/{network_id}/connections/{connection_id}", include_in_schema=False)


@router.get("/remove")
async def ask(request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID) -> Response:
    return await _page(request, visitor, connection_id, "", None)


@router.post("/remove")
async def remove(
    request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID, form: ByForm
) -> Response:
    """Records in the vendors' systems stay as they are, always."""
    it, _ = await visitor.connections.get(connection_id)
    if form.text("name") != it.name:
        return await _page(
            request, visitor, connection_id, f"Type {it.name} exactly as it is written here", None
        )
    try:
        await visitor.connections.remove(connection_id, with_systems=form["systems"] == "on")
    except Refused as refused:
        return await _page(request, visitor, connection_id, "", refused)
    return go(request, f"/networks/{network_id}", f"{it.name} is being removed.")


async def _page(
    request: Request, visitor: Visitor, connection_id: UUID, mismatch: str, refused: Refused | None
) -> Response:
    it, _ = await visitor.connections.get(connection_id)
    network, _ = await visitor.registry.network(it.network_id)
    status = status_of(refused) if refused else 422 if mismatch else 200
    facts = {"connection": it, "network": network, "mismatch": mismatch, "refused": refused}
    return show(request, "pages/connection_remove.html", visitor, status=status, **facts)
