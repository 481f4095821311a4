"""Asking for a system, wherever that is done: look up, check, check anew. Each answers with the page it came from."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from syncline_console.own import Own, database_of, home_of
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import go
from syncline_console.pages.visitor import BySignedIn
from syncline_console.wizard.asking import BY_CODE, Asking
from syncline_console.wizard.book import Book

router = APIRouter(prefix="/begun", include_in_schema=False)
Part = Literal["system-a", "system-b", "system"]


def _book(request: Request, visitor: BySignedIn) -> Book:
    key = Own.of(request).wizard_key
    return Book(database_of(request), key, visitor.me.account.id, visitor.me.id)


ByBook = Annotated[Book, Depends(_book)]


def _asking(request: Request, visitor: BySignedIn, book: ByBook) -> Asking:
    return Asking(visitor.registry, book, home_of(request).platform.clock)


ByAsking = Annotated[Asking, Depends(_asking)]


@router.post("/{begun_id}/{part}/lookup")
async def look_up(
    request: Request, begun_id: UUID, part: Part, form: ByForm, book: ByBook, asking: ByAsking
) -> Response:
    entry = await book.read(begun_id)
    if entry.wizard.connection_id is None or part == "system":
        anew = request.headers.get("hx-request") != "true"
        await asking.look_up(entry, part, form["url"], form["kind"] or None, anew=anew)
    return go(request, f"/begun/{begun_id}/{part}")


@router.post("/{begun_id}/{part}/check")
async def check(
    request: Request, begun_id: UUID, part: Part, form: ByForm, book: ByBook, asking: ByAsking
) -> Response:
    entry = await book.read(begun_id)
    at, scheme = f"/begun/{begun_id}/{part}", form["scheme"]
    sent = form.starting(f"auth.{scheme}.")
    if not entry.wizard.candidate(part).needs_credential:
        return go(request, at)
    if scheme == BY_CODE:
        await asking.sign_in_there(entry, part, sent, f"{at}/signed-in")
    else:
        await asking.check(entry, part, scheme, sent)
    return go(request, at)


@router.get("/{begun_id}/{part}/signed-in")
async def signed_in(
    request: Request,
    begun_id: UUID,
    part: Part,
    book: ByBook,
    asking: ByAsking,
    ticket: str = "",
    problem: str = "",
) -> Response:
    """Where the registry sends the browser after the vendor's page."""
    await asking.came_back(await book.read(begun_id), part, ticket[:100], problem[:60])
    return go(request, f"/begun/{begun_id}/{part}")


@router.post("/{begun_id}/{part}/again")
async def check_again(request: Request, begun_id: UUID, part: Part, form: ByForm, book: ByBook) -> Response:
    """The boxes for the credential come back, and what was proven is forgotten."""
    await book.change(begun_id, lambda it: it.candidate(part).forget_proof())
    return go(request, f"/begun/{begun_id}/{part}")
