"""A network's systems: the list, adding one beforehand, one of them, another credential, removing it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.pages.begun import ByAsking, ByBook
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByChanger, BySignedIn, Visitor
from syncline_console.wizard.candidate import Candidate
from syncline_console.wizard.wizard import Purpose, Wizard

router = APIRouter(prefix="/networks/{network_id}/systems", include_in_schema=False)


@router.get("")
async def systems(
    request: Request, visitor: BySignedIn, network_id: UUID, cursor: str | None = None
) -> Response:
    network, _ = await visitor.registry.network(network_id)
    page = await visitor.registry.systems(network_id, cursor)
    facts: dict[str, Any] = {"network": network, "page": page, "kinds": await visitor.registry.kinds()}
    return show(request, "pages/systems.html", visitor, **facts)


@router.post("/add")
async def add(request: Request, visitor: ByChanger, network_id: UUID, form: ByForm, book: ByBook) -> Response:
    network, _ = await visitor.registry.network(network_id)
    entry = await book.begin(network.id, Wizard(purpose=Purpose.SYSTEM))
    return go(request, f"/begun/{entry.id}/system")


@router.get("/{system_id}")
async def system(request: Request, visitor: BySignedIn, network_id: UUID, system_id: UUID) -> Response:
    return show(request, "pages/system.html", visitor, **await frame(visitor, network_id, system_id))


@router.post("/{system_id}/credential")
async def another_credential(
    request: Request,
    visitor: ByChanger,
    network_id: UUID,
    system_id: UUID,
    form: ByForm,
    book: ByBook,
    asking: ByAsking,
) -> Response:
    found, _ = await visitor.registry.system(system_id)
    wizard = Wizard(purpose=Purpose.CREDENTIAL, a=Candidate(asks=True), system_id=found.id, name=found.name)
    entry = await book.begin(network_id, wizard)
    await asking.look_up(entry, "system", found.url, found.kind)
    return go(request, f"/begun/{entry.id}/system")


@router.get("/{system_id}/remove")
async def ask_removal(request: Request, visitor: ByChanger, network_id: UUID, system_id: UUID) -> Response:
    return show(request, "pages/system_remove.html", visitor, **await frame(visitor, network_id, system_id))


@router.post("/{system_id}/remove")
async def remove(
    request: Request, visitor: ByChanger, network_id: UUID, system_id: UUID, form: ByForm
) -> Response:
    facts = await frame(visitor, network_id, system_id)
    try:
        await visitor.registry.remove_system(system_id, network_id)
    except Refused as refused:
        facts["refused"] = refused
        return show(request, "pages/system_remove.html", visitor, status=status_of(refused), **facts)
    return go(request, f"/networks/{network_id}/systems", f"{facts['system'].name} left this network.")


async def frame(visitor: Visitor, network_id: UUID, system_id: UUID) -> dict[str, Any]:
    network, _ = await visitor.registry.network(network_id)
    found, _ = await visitor.registry.system(system_id)
    facts = {"network": network, "system": found, "node": found.node_in(network_id)}
    return {**facts, "kinds": await visitor.registry.kinds()}
