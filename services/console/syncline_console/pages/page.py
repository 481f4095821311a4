"""A page: a template, who looks at it, and headers that let in no script but our own."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from syncline_console.assets import address_of
from syncline_console.client.line import Refused
from syncline_console.own import home_of
from syncline_console.pages import cookies, words
from syncline_console.pages.visitor import Visitor
from syncline_console.sessions import csrf_of

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
SAFE = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals |= {"asset": address_of, "words": words}


def show(
    request: Request, name: str, visitor: Visitor | None = None, /, *, status: int = 200, **facts: Any
) -> HTMLResponse:
    """`refused` among the facts is shown where it belongs: at its fields, else at the top."""
    facts.setdefault("refused", None)
    facts.setdefault("said", cookies.said(request))
    base = {
        "visitor": visitor,
        "csrf": visitor.csrf if visitor else csrf_of(cookies.visit_of(request)),
        "here": request.url.path,
        "now": home_of(request).platform.clock.now(),
    }
    answer = HTMLResponse(templates.get_template(name).render(**base, **facts), status, SAFE)
    if visitor is None:
        cookies.keep(request, answer, cookies.VISIT, cookies.visit_of(request))
    if cookies.SAID in request.cookies:
        answer.delete_cookie(cookies.SAID)
    return answer


def go(request: Request, path: str, word: str = "") -> Response:
    """The answer to a form that has done its work: the next page, by GET, so that a reload repeats nothing."""
    answer = RedirectResponse(path, 303)
    if word:
        cookies.say(request, answer, word)
    return answer


def status_of(refused: Refused) -> int:
    return refused.status if 400 <= refused.status < 500 else 503


def to_sign_in(request: Request) -> Response:
    """And back to where one was. Parts of a page are asked for by script: there, the whole page goes."""
    by_script = request.headers.get("hx-request") == "true"
    page = urlsplit(request.headers.get("hx-current-url", "") if by_script else str(request.url))
    if not by_script and request.method != "GET":
        page = urlsplit(request.headers.get("referer", ""))
    back = page.path + (f"?{page.query}" if page.query else "")
    address = f"/sign-in?next={quote(back or '/', safe='/')}"
    if by_script:
        return Response(status_code=200, headers={"HX-Redirect": address})
    answer = RedirectResponse(address, 303)
    answer.delete_cookie(cookies.SESSION)
    return answer
