"""The shorter ways that ask for one system: adding it, giving it another credential, retrying a build with one."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.own import home_of
from syncline_console.pages.begun import ByBook
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByChanger, BySignedIn, Visitor
from syncline_console.wizard.book import Entry
from syncline_console.wizard.wizard import Purpose, Wizard

router = APIRouter(prefix="/begun/{begun_id}", include_in_schema=False)
IN_NETWORK = "This system is part of the network already; there is nothing to add"


@router.get("/system")
async def system(request: Request, visitor: BySignedIn, begun_id: UUID, book: ByBook) -> Response:
    return await _page(request, visitor, await book.read(begun_id))


@router.post("/system/finish")
async def finish(
    request: Request, visitor: ByChanger, begun_id: UUID, form: ByForm, book: ByBook
) -> Response:
    entry = await book.read(begun_id)
    why_not = _why_not(request, entry.wizard)
    if why_not is None and form["shown"] != entry.wizard.a.url:
        why_not = "The address was changed in another tab; look at it again"
    if why_not is not None:
        return await _page(request, visitor, entry, status=409, stopped=why_not)
    try:
        answer = await _finished(request, visitor, entry)
    except Refused as refused:
        await book.change(begun_id, lambda it: it.a.forget_proof())
        return await _page(request, visitor, entry, status=status_of(refused), refused=refused)
    await book.forget(begun_id)
    return answer


async def _finished(request: Request, visitor: Visitor, entry: Entry) -> Response:
    it, at = entry.wizard, f"/networks/{entry.network_id}"
    ticket = it.a.proof.ticket if it.a.proof else ""
    if it.purpose == Purpose.CREDENTIAL and it.system_id is not None:
        await visitor.registry.renew_credential(it.system_id, entry.network_id, ticket)
        return go(request, f"{at}/systems/{it.system_id}", "The new credential is in use.")
    if it.purpose == Purpose.RETRY and it.connection_id is not None:
        await visitor.connections.retry(it.connection_id, {it.side: ticket})
        return go(request, f"{at}/connections/{it.connection_id}/build")
    facts = {"network_id": str(entry.network_id), "url": it.a.url}
    facts |= {"ticket": ticket} if ticket else {}
    facts |= {"kind": it.a.chosen} if it.a.chosen else {}
    made = await visitor.registry.import_system(facts, str(entry.id))
    return go(request, f"{at}/systems", f"{made.name or made.url} is part of this network.")


def _why_not(request: Request, wizard: Wizard) -> str | None:
    why_not = wizard.a.why_not(home_of(request).platform.clock.now())
    known = wizard.a.lookup is not None and wizard.a.lookup.status == "in_network"
    return IN_NETWORK if why_not is None and known and wizard.purpose == Purpose.SYSTEM else why_not


async def _page(
    request: Request, visitor: Visitor, entry: Entry, *, status: int = 200, **facts: object
) -> Response:
    network, _ = await visitor.registry.network(entry.network_id)
    return show(
        request,
        "pages/begun_system.html",
        visitor,
        status=status,
        entry=entry,
        wizard=entry.wizard,
        network=network,
        kinds=await visitor.registry.kinds(),
        why_not=_why_not(request, entry.wizard),
        **{"stopped": None, **facts},
    )
