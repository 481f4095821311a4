"""The wizard: System A, System B, Name, Review, Progress. What was entered is kept here, per person, until it is made."""

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.own import home_of
from syncline_console.pages.begun import ByBook
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByChanger, BySignedIn, Visitor
from syncline_console.wizard.book import Book, Entry
from syncline_console.wizard.wizard import STEPS, Wizard, taken

router = APIRouter(include_in_schema=False)
SystemStep = Literal["system-a", "system-b"]
TAKEN = "There is a connection of this name between these two systems already; choose another"


@router.get("/networks/{network_id}/connections/add")
async def add_connection(request: Request, visitor: ByChanger, network_id: UUID, book: ByBook) -> Response:
    network, _ = await visitor.registry.network(network_id)
    entries = [it for it in await book.newest(network_id) if _is_open(it.wizard)]
    return show(request, "pages/add_connection.html", visitor, network=network, entries=entries)


@router.post("/networks/{network_id}/connections/add")
async def begin(
    request: Request, visitor: ByChanger, network_id: UUID, form: ByForm, book: ByBook
) -> Response:
    network, _ = await visitor.registry.network(network_id)
    entry = await book.begin(network.id, Wizard())
    return go(request, f"/begun/{entry.id}/system-a")


@router.get("/begun/{begun_id}/system-a")
async def system_a(request: Request, visitor: BySignedIn, begun_id: UUID, book: ByBook) -> Response:
    return await _step(request, visitor, await book.read(begun_id), "system-a")


@router.get("/begun/{begun_id}/system-b")
async def system_b(request: Request, visitor: BySignedIn, begun_id: UUID, book: ByBook) -> Response:
    return await _step(request, visitor, await book.read(begun_id), "system-b")


@router.get("/begun/{begun_id}/name")
async def name(request: Request, visitor: BySignedIn, begun_id: UUID, book: ByBook) -> Response:
    return await _step(request, visitor, await book.read(begun_id), "name")


@router.get("/begun/{begun_id}/review")
async def review(request: Request, visitor: BySignedIn, begun_id: UUID, book: ByBook) -> Response:
    return await _step(request, visitor, await book.read(begun_id), "review")


@router.get("/begun/{begun_id}/progress")
async def progress(request: Request, visitor: BySignedIn, begun_id: UUID, book: ByBook) -> Response:
    return await _step(request, visitor, await book.read(begun_id), "progress")


@router.post("/begun/{begun_id}/{step}/next")
async def next_step(
    request: Request, visitor: ByChanger, begun_id: UUID, step: SystemStep, form: ByForm, book: ByBook
) -> Response:
    """The button is closed before a check has passed; the server decides all the same."""
    entry = await book.read(begun_id)
    kinds = await visitor.registry.kinds()
    why_not = entry.wizard.why_not(step, _now(request), kinds)
    if form["shown"] != entry.wizard.candidate(step).url:
        why_not = "The address was changed in another tab; look at it again"
    if why_not is not None:
        return await _step(request, visitor, entry, step, status=409, stopped=why_not)
    return go(request, f"/begun/{begun_id}/{'system-b' if step == 'system-a' else 'name'}")


@router.post("/begun/{begun_id}/name")
async def give_name(
    request: Request, visitor: ByChanger, begun_id: UUID, form: ByForm, book: ByBook
) -> Response:
    """A name that is taken is told here, before the review."""
    entry = await book.read(begun_id)
    given, problem = form.text("name"), None
    if not given:
        problem = "Give the connection a name"
    elif taken(given, entry.wizard, await visitor.connections.everywhere()):
        problem = TAKEN

    def note(wizard: Wizard) -> None:
        wizard.name, wizard.description, wizard.name_problem = given, form.text("description"), problem

    entry = await book.change(begun_id, note)
    if problem is not None:
        return await _step(request, visitor, entry, "name", status=409 if given else 422)
    return go(request, f"/begun/{begun_id}/review")


@router.post("/begun/{begun_id}/create")
async def create(
    request: Request, visitor: ByChanger, begun_id: UUID, form: ByForm, book: ByBook
) -> Response:
    """Sent twice, it makes one: the key is that of what was begun."""
    entry = await book.read(begun_id)
    first = entry.wizard.first_open(_now(request), await visitor.registry.kinds())
    if first == "review":
        try:
            made = await visitor.connections.create(_facts(entry), str(entry.id))
        except Refused as refused:
            return await _not_made(request, visitor, book, entry, refused)
        await book.change(begun_id, lambda it: setattr(it, "connection_id", made.id))
        first = "progress"
    return go(request, f"/begun/{begun_id}/{first}")


@router.post("/begun/{begun_id}/discard")
async def discard(request: Request, begun_id: UUID, form: ByForm, book: ByBook) -> Response:
    entry = await book.read(begun_id)
    await book.forget(begun_id)
    return go(request, f"/networks/{entry.network_id}", "Discarded.")


def _facts(entry: Entry) -> dict[str, object]:
    it = entry.wizard
    return {
        "network_id": str(entry.network_id),
        "name": it.name,
        "description": it.description,
        "a": it.a.as_end(),
        "b": it.b.as_end(),
    }


async def _not_made(
    request: Request, visitor: Visitor, book: Book, entry: Entry, refused: Refused
) -> Response:
    """Back to the step that it is about."""
    told = refused.at("/name") or (TAKEN if refused.code == "name_taken" else None)
    if told is not None:
        entry = await book.change(entry.id, lambda it: setattr(it, "name_problem", told))
        return await _step(request, visitor, entry, "name", status=409)
    for step in ("system-a", "system-b"):
        about = [it.message for it in refused.errors if it.pointer.startswith(f"/{step[-1]}")]
        if about:
            entry = await book.change(entry.id, partial(_forget_proof, step=step))
            return await _step(request, visitor, entry, step, status=409, stopped=about[0])
    return await _step(request, visitor, entry, "review", status=status_of(refused), refused=refused)


def _forget_proof(wizard: Wizard, step: str) -> None:
    wizard.candidate(step).forget_proof()


async def _step(
    request: Request, visitor: Visitor, entry: Entry, step: str, *, status: int = 200, **facts: object
) -> Response:
    """A step, or the one that has to be done before it."""
    it, now, kinds = entry.wizard, _now(request), await visitor.registry.kinds()
    if not it.may_see(step, now, kinds):
        return go(request, f"/begun/{entry.id}/{it.first_open(now, kinds)}")
    network, _ = await visitor.registry.network(entry.network_id)
    shown = {"stopped": None, "connection": None, "build": None, **facts}
    if step == "progress" and it.connection_id is not None:
        shown["connection"], _ = await visitor.connections.get(it.connection_id)
        shown["build"] = await visitor.connections.build(it.connection_id)
    return show(
        request,
        f"pages/wizard_{step.replace('system-a', 'system').replace('system-b', 'system')}.html",
        visitor,
        status=status,
        entry=entry,
        wizard=it,
        network=network,
        kinds=kinds,
        step=step,
        why_not=it.why_not(step, now, kinds),
        steps=_stepper(entry, step, now_open=it.first_open(now, kinds)),
        **shown,
    )


def _stepper(entry: Entry, here: str, now_open: str) -> list[tuple[str, str | None, str]]:
    order = list(STEPS)
    return [_mark(entry, step, here, order.index(step) - order.index(now_open)) for step in order]


def _mark(entry: Entry, step: str, here: str, ahead: int) -> tuple[str, str | None, str]:
    if step == here:
        return STEPS[step], None, "here"
    if entry.wizard.connection_id is not None:  # it is made: there is no way back into it
        return STEPS[step], None, "done"
    how = "done" if ahead < 0 else "later"
    return STEPS[step], f"/begun/{entry.id}/{step}" if ahead <= 0 else None, how


def _now(request: Request) -> datetime:
    return home_of(request).platform.clock.now()


def _is_open(wizard: Wizard) -> bool:
    return wizard.purpose == "connection" and wizard.connection_id is None and bool(wizard.a.typed)
