"""A network's connections: the list, one of them, and what can be done to it."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.client.views import Connection
from syncline_console.pages.begun import ByAsking, ByBook
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByChanger, BySignedIn, Visitor
from syncline_console.wizard.candidate import Candidate
from syncline_console.wizard.wizard import Purpose, Wizard

router = APIRouter(prefix="/networks/{network_id}", include_in_schema=False)
Move = Literal["publish", "pause", "resume"]
DONE = {
    "publish": "Published: changes flow.",
    "pause": "Paused. Changes wait and are not lost.",
    "resume": "Resumed.",
}


@router.get("")
async def connections(
    request: Request, visitor: BySignedIn, network_id: UUID, state: str = "", cursor: str | None = None
) -> Response:
    network, _ = await visitor.registry.network(network_id)
    page = await visitor.connections.listed(network_id, state, cursor)
    facts: dict[str, Any] = {
        "network": network,
        "page": page,
        "chosen": state,
        "kinds": await visitor.registry.kinds(),
    }
    return show(request, "pages/connections.html", visitor, **facts)


@router.get("/connections/{connection_id}")
async def connection(
    request: Request, visitor: BySignedIn, network_id: UUID, connection_id: UUID
) -> Response:
    it, _ = await visitor.connections.get(connection_id)
    if it.state in ("building", "build_failed"):
        return go(request, f"/networks/{network_id}/connections/{connection_id}/build")
    return await _overview(request, visitor, it)


@router.get("/connections/{connection_id}/build")
async def build(request: Request, visitor: BySignedIn, network_id: UUID, connection_id: UUID) -> Response:
    it, _ = await visitor.connections.get(connection_id)
    facts = await _frame(visitor, it)
    facts["build"] = await visitor.connections.build(connection_id)
    return show(request, "pages/connection_build.html", visitor, **facts)


@router.get("/connections/{connection_id}/versions")
async def versions(request: Request, visitor: BySignedIn, network_id: UUID, connection_id: UUID) -> Response:
    it, _ = await visitor.connections.get(connection_id)
    facts = await _frame(visitor, it)
    facts["versions"] = await visitor.connections.versions(connection_id)
    return show(request, "pages/connection_versions.html", visitor, **facts)


@router.get("/connections/{connection_id}/edit")
async def edit(request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID) -> Response:
    it, etag = await visitor.connections.get(connection_id)
    facts = await _frame(visitor, it)
    facts["values"] = {"name": it.name, "description": it.description, "etag": etag or ""}
    return show(request, "pages/connection_edit.html", visitor, **facts)


@router.post("/connections/{connection_id}/edit")
async def change(
    request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID, form: ByForm
) -> Response:
    facts = {"name": form.text("name"), "description": form.text("description")}
    try:
        await visitor.connections.change(connection_id, form["etag"], facts)
    except Refused as refused:
        it, _ = await visitor.connections.get(connection_id)
        frame: dict[str, Any] = {**await _frame(visitor, it), "values": form, "refused": refused}
        return show(request, "pages/connection_edit.html", visitor, status=status_of(refused), **frame)
    return go(request, f"/networks/{network_id}/connections/{connection_id}", "Saved.")


@router.post("/connections/{connection_id}/build/retry")
async def retry(
    request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID, form: ByForm
) -> Response:
    await visitor.connections.retry(connection_id, {})
    return go(request, f"/networks/{network_id}/connections/{connection_id}/build")


@router.post("/connections/{connection_id}/build/credentials")
async def other_credentials(
    request: Request,
    visitor: ByChanger,
    connection_id: UUID,
    form: ByForm,
    book: ByBook,
    asking: ByAsking,
) -> Response:
    """For one side of a build that failed; the retry follows once they are proven."""
    it, _ = await visitor.connections.get(connection_id)
    side = "b" if form["side"] == "b" else "a"
    end = it.b if side == "b" else it.a
    wizard = Wizard(
        purpose=Purpose.RETRY,
        a=Candidate(asks=True),
        name=end.name,
        connection_id=it.id,
        side=side,
    )
    entry = await book.begin(it.network_id, wizard)
    await asking.look_up(entry, "system", end.url, end.kind)
    return go(request, f"/begun/{entry.id}/system")


@router.get("/connections/{connection_id}/{move}")
async def ask_move(
    request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID, move: Move
) -> Response:
    it, _ = await visitor.connections.get(connection_id)
    return show(request, "pages/connection_move.html", visitor, **await _frame(visitor, it), move=move)


@router.post("/connections/{connection_id}/{move}")
async def make_move(
    request: Request, visitor: ByChanger, network_id: UUID, connection_id: UUID, move: Move, form: ByForm
) -> Response:
    try:
        await visitor.connections.move(connection_id, move)
    except Refused as refused:
        it, _ = await visitor.connections.get(connection_id)
        facts: dict[str, Any] = {**await _frame(visitor, it), "move": move, "refused": refused}
        return show(request, "pages/connection_move.html", visitor, status=status_of(refused), **facts)
    return go(request, f"/networks/{network_id}/connections/{connection_id}", DONE[move])


async def _overview(request: Request, visitor: Visitor, it: Connection) -> Response:
    facts = await _frame(visitor, it)
    facts["draft"] = await visitor.connections.draft(it.id)
    facts["health"] = await visitor.sync.health(it.id) if it.published_version else None
    return show(request, "pages/connection.html", visitor, **facts)


async def _frame(visitor: Visitor, it: Connection) -> dict[str, Any]:
    """What every page of a connection shows around its own."""
    network, _ = await visitor.registry.network(it.network_id)
    return {"network": network, "connection": it, "kinds": await visitor.registry.kinds()}
