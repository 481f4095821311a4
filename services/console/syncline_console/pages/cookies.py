"""The console's cookies: the session, a visit of somebody who isn't signed in yet, a word for the next page."""

from urllib.parse import quote, unquote

from fastapi import Request, Response

from syncline_console.own import Own
from syncline_console.sessions import new_secret

SESSION, VISIT, SAID = "syncline_session", "syncline_visit", "syncline_said"
LONGEST_WORD = 300
THIRTY_DAYS = 30 * 24 * 3600


def session_of(request: Request) -> str | None:
    return request.cookies.get(SESSION)


def visit_of(request: Request) -> str:
    """Of this browser, before anybody has signed in: it ties a form to the browser that it was shown in."""
    given = request.cookies.get(VISIT)
    if given is not None and len(given) >= 40:
        return given
    made: str = request.scope.setdefault("syncline_visit", new_secret())
    return made


def keep(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=Own.of(request).secure or request.url.scheme == "https",
    )


def say(request: Request, response: Response, word: str) -> None:
    """On the next page, once."""
    keep(request, response, SAID, quote(word[:LONGEST_WORD]), 60)


def said(request: Request) -> str | None:
    given = request.cookies.get(SAID)
    return unquote(given)[:LONGEST_WORD] if given else None
