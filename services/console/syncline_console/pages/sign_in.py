"""Signing in and out."""

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.own import Own
from syncline_console.pages import cookies
from syncline_console.pages.forms import ByForm, Form, local
from syncline_console.pages.page import go, show, status_of
from syncline_console.pages.visitor import ByAnybody

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def sign_in_page(request: Request, visitor: ByAnybody, next: str = "/networks") -> Response:
    """Whoever is signed in already goes on."""
    if visitor is not None:
        return go(request, local(next))
    return show(request, "pages/sign_in.html", next=local(next), email="", problem=None)


@router.post("/sign-in")
async def sign_in(request: Request, form: ByForm) -> Response:
    address = request.client.host if request.client else "unknown"
    email, password = form.text("email"), form["password"]
    try:
        session = await Own.of(request).sessions.begin(email, password, address)
    except Refused as refused:
        return _again(request, form, refused)
    answer = go(request, local(form["next"]))
    cookies.keep(request, answer, cookies.SESSION, session.secret, cookies.THIRTY_DAYS)
    answer.delete_cookie(cookies.VISIT)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, visitor: ByAnybody, form: ByForm) -> Response:
    if visitor is not None:
        await Own.of(request).sessions.end(visitor.session)
    answer = go(request, "/sign-in", "You are signed out.")
    answer.delete_cookie(cookies.SESSION)
    return answer


def _again(request: Request, form: Form, refused: Refused) -> Response:
    """What was typed stays, but for the password."""
    wait = f" Try again in {refused.retry_after} seconds." if refused.retry_after else ""
    problem, email = f"{refused.title}.{wait}", form.text("email")
    next_, status = local(form["next"]), status_of(refused)
    return show(request, "pages/sign_in.html", status=status, next=next_, email=email, problem=problem)
