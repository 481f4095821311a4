"""Networks: the list, and making, renaming and removing one."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.client.views import Network
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByAdministrator, BySignedIn

router = APIRouter(prefix="/networks", include_in_schema=False)


@router.get("")
async def networks(request: Request, visitor: BySignedIn, cursor: str | None = None) -> Response:
    page = await visitor.registry.networks(cursor)
    return show(request, "pages/networks.html", visitor, page=page)


@router.get("/new")
async def new_network(request: Request, visitor: ByAdministrator) -> Response:
    return show(request, "pages/network_new.html", visitor, values={"name": "", "description": ""})


@router.post("/new")
async def create_network(request: Request, visitor: ByAdministrator, form: ByForm) -> Response:
    try:
        made = await visitor.registry.create_network(form.text("name"), form.text("description"))
    except Refused as refused:
        return show(
            request,
            "pages/network_new.html",
            visitor,
            status=status_of(refused),
            values=form,
            refused=refused,
        )
    return go(request, f"/networks/{made.id}", f"Network {made.name} is made.")


@router.get("/{network_id}/edit")
async def edit_network(request: Request, visitor: ByAdministrator, network_id: UUID) -> Response:
    network, etag = await visitor.registry.network(network_id)
    values = {"name": network.name, "description": network.description, "etag": etag or ""}
    return show(request, "pages/network_edit.html", visitor, network=network, values=values)


@router.post("/{network_id}/edit")
async def change_network(
    request: Request, visitor: ByAdministrator, network_id: UUID, form: ByForm
) -> Response:
    network, _ = await visitor.registry.network(network_id)
    facts = {"name": form.text("name"), "description": form.text("description")}
    try:
        await visitor.registry.change_network(network_id, form["etag"], facts)
    except Refused as refused:
        facts_ = {"network": network, "values": form, "refused": refused}
        return show(request, "pages/network_edit.html", visitor, status=status_of(refused), **facts_)
    return go(request, f"/networks/{network_id}", "Saved.")


@router.get("/{network_id}/remove")
async def ask_removal(request: Request, visitor: ByAdministrator, network_id: UUID) -> Response:
    network, _ = await visitor.registry.network(network_id)
    return _removal(request, visitor, network)


@router.post("/{network_id}/remove")
async def remove_network(
    request: Request, visitor: ByAdministrator, network_id: UUID, form: ByForm
) -> Response:
    """Only once its name was typed: it can't be undone."""
    network, _ = await visitor.registry.network(network_id)
    if form.text("name") != network.name:
        mismatch = f"Type {network.name} exactly as it is written here"
        return _removal(request, visitor, network, mismatch=mismatch)
    try:
        await visitor.registry.remove_network(network_id)
    except Refused as refused:
        return _removal(request, visitor, network, refused=refused)
    return go(request, "/networks", f"Network {network.name} is removed.")


def _removal(
    request: Request,
    visitor: ByAdministrator,
    network: Network,
    *,
    mismatch: str = "",
    refused: Refused | None = None,
) -> Response:
    status = status_of(refused) if refused else 422 if mismatch else 200
    facts = {"network": network, "mismatch": mismatch, "refused": refused}
    return show(request, "pages/network_remove.html", visitor, status=status, **facts)
