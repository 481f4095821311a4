"""API keys of the account. A key is shown on the page that answers its making, and nowhere again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.own import home_of
from syncline_console.pages.forms import ByForm, Form
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.people import every_network, names_of_networks
from syncline_console.pages.visitor import ByAdministrator, Visitor

router = APIRouter(prefix="/api-keys", include_in_schema=False)
LIVES = {"30": "30 days", "90": "90 days", "365": "A year", "": "Until it is revoked"}


@router.get("")
async def api_keys(request: Request, visitor: ByAdministrator, cursor: str | None = None) -> Response:
    page, names = await visitor.registry.api_keys(cursor), await names_of_networks(visitor)
    return show(request, "pages/api_keys.html", visitor, page=page, names=names)


@router.get("/new")
async def new_key(request: Request, visitor: ByAdministrator) -> Response:
    return await _form_page(request, visitor, {"name": "", "role": "viewer", "days": "90", "network_ids": []})


@router.post("/new")
async def create_key(request: Request, visitor: ByAdministrator, form: ByForm) -> Response:
    """Not by way of another page: a redirect would have to carry the key."""
    try:
        made, key = await visitor.registry.create_api_key(_facts(request, form))
    except Refused as refused:
        values = {**form, "network_ids": form.all("network_ids")}
        return await _form_page(request, visitor, values, refused)
    return show(request, "pages/api_key_made.html", visitor, made=made, key=key)


@router.get("/{key_id}/revoke")
async def ask_revocation(
    request: Request, visitor: ByAdministrator, key_id: UUID, name: str = ""
) -> Response:
    return show(request, "pages/api_key_revoke.html", visitor, key_id=key_id, name=name[:200])


@router.post("/{key_id}/revoke")
async def revoke_key(request: Request, visitor: ByAdministrator, key_id: UUID, form: ByForm) -> Response:
    await visitor.registry.revoke_api_key(key_id)
    return go(request, "/api-keys", "The key is revoked; within a minute nobody takes it.")


def _facts(request: Request, form: Form) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": form.text("name"), "role": form["role"]}
    if facts["role"] != "administrator":
        facts["network_ids"] = form.all("network_ids")
    if form["days"] in LIVES and form["days"]:
        until = home_of(request).platform.clock.now() + timedelta(days=int(form["days"]))
        facts["expires_at"] = until.isoformat()
    return facts


async def _form_page(
    request: Request, visitor: Visitor, values: dict[str, Any], refused: Refused | None = None
) -> Response:
    facts = {
        "values": values,
        "refused": refused,
        "lives": LIVES,
        "networks": await every_network(visitor),
    }
    status = status_of(refused) if refused else 200
    return show(request, "pages/api_key_new.html", visitor, status=status, **facts)
