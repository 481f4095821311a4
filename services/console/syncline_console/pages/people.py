"""People of the account: who may come in, as what, and to which networks."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.client.registry import EVERY
from syncline_console.client.views import Network, Person
from syncline_console.pages.forms import ByForm, Form
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByAdministrator, Visitor

router = APIRouter(prefix="/people", include_in_schema=False)


@router.get("")
async def people(request: Request, visitor: ByAdministrator, cursor: str | None = None) -> Response:
    page = await visitor.registry.people(cursor)
    names = await names_of_networks(visitor)
    return show(request, "pages/people.html", visitor, page=page, names=names)


@router.get("/new")
async def new_person(request: Request, visitor: ByAdministrator) -> Response:
    values = {"email": "", "name": "", "role": "viewer", "network_ids": []}
    return await _form_page(request, visitor, None, values)


@router.post("/new")
async def create_person(request: Request, visitor: ByAdministrator, form: ByForm) -> Response:
    try:
        made = await visitor.registry.create_person(facts_of(form))
    except Refused as refused:
        return await _form_page(request, visitor, None, typed(form), refused)
    return go(request, "/people", f"{made.name} may come in.")


@router.get("/{person_id}")
async def person(request: Request, visitor: ByAdministrator, person_id: UUID) -> Response:
    found, etag = await visitor.registry.person(person_id)
    values = {**found.model_dump(include={"email", "name", "role"}), "etag": etag or ""}
    values["network_ids"] = [str(it) for it in found.network_ids or ()]
    return await _form_page(request, visitor, found, values)


@router.post("/{person_id}")
async def change_person(
    request: Request, visitor: ByAdministrator, person_id: UUID, form: ByForm
) -> Response:
    found, _ = await visitor.registry.person(person_id)
    try:
        await visitor.registry.change_person(person_id, form["etag"], facts_of(form))
    except Refused as refused:
        return await _form_page(request, visitor, found, typed(form), refused)
    return go(request, "/people", "Saved. What changed holds within seconds.")


@router.get("/{person_id}/remove")
async def ask_removal(request: Request, visitor: ByAdministrator, person_id: UUID) -> Response:
    found, _ = await visitor.registry.person(person_id)
    return show(request, "pages/person_remove.html", visitor, person=found)


@router.post("/{person_id}/remove")
async def remove_person(
    request: Request, visitor: ByAdministrator, person_id: UUID, form: ByForm
) -> Response:
    found, _ = await visitor.registry.person(person_id)
    try:
        await visitor.registry.remove_person(person_id)
    except Refused as refused:
        facts = {"person": found, "refused": refused}
        return show(request, "pages/person_remove.html", visitor, status=status_of(refused), **facts)
    return go(request, "/people", f"{found.name} may no longer come in.")


async def names_of_networks(visitor: Visitor) -> dict[str, str]:
    return {str(it.id): it.name for it in await every_network(visitor)}


async def every_network(visitor: Visitor) -> list[Network]:
    page = await visitor.registry.networks(limit=EVERY)
    found = page.items
    while page.next_cursor is not None:
        page = await visitor.registry.networks(page.next_cursor, limit=EVERY)
        found += page.items
    return found


def facts_of(form: Form) -> dict[str, Any]:
    """An administrator has every network, so none is named."""
    facts: dict[str, Any] = {name: form.text(name) for name in ("email", "name", "role")}
    if facts["role"] != "administrator":
        facts["network_ids"] = form.all("network_ids")
    if form["password"]:
        facts["password"] = form["password"]
    return facts


def typed(form: Form) -> dict[str, Any]:
    return {**form, "network_ids": form.all("network_ids"), "password": ""}


async def _form_page(
    request: Request,
    visitor: Visitor,
    person: Person | None,
    values: dict[str, Any],
    refused: Refused | None = None,
) -> Response:
    facts = {
        "person": person,
        "values": values,
        "refused": refused,
        "networks": await every_network(visitor),
    }
    status = status_of(refused) if refused else 200
    return show(request, "pages/person.html", visitor, status=status, **facts)
