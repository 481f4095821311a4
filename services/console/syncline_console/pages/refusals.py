"""What is shown when there is no page: what happened, to what, why, and what to do, in that order."""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from syncline_common.api.tracing import trace_id
from syncline_common.errors import DomainError, Retryable, Unauthenticated
from syncline_console.client.line import Refused, Turned
from syncline_console.pages.page import show, to_sign_in

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    status: int
    title: str
    why: str
    todo: str


NOT_HERE = Trouble(
    404,
    "There is no such page",
    "It was removed, the address is not right, or it belongs to a network that you were not granted.",
    "Go back, or start at your networks.",
)
OURS = Trouble(
    500,
    "Something went wrong on our side",
    "It has been recorded under the trace id below.",
    "Try again. If it stays like this, send the trace id to whoever runs Syncline.",
)


def install_error_pages(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Retryable, _away)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(Exception, _ours)


async def _domain(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, DomainError)
    if isinstance(exc, Unauthenticated):
        return to_sign_in(request)
    return _page(request, _trouble(exc.status, exc.message))


async def _refused(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Refused)
    return to_sign_in(request) if isinstance(exc, Turned) else _page(request, _trouble(exc.status, exc.title))


def _trouble(status: int, said: str) -> Trouble:
    if status == 404:
        return NOT_HERE
    if status == 403:
        return Trouble(403, "You may not do this", said, "Ask an administrator of your account.")
    if status == 412:
        return Trouble(412, "This was changed meanwhile", said, "Go back, load the page again and repeat.")
    if status == 429:
        return Trouble(429, "That was too much at once", said, "Wait a little, then try again.")
    return Trouble(status, "This could not be done", said, "Go back and try again.")


async def _away(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Retryable)
    log.warning("unavailable", error=exc.message, detail=exc.detail)
    why = "A part of Syncline is starting, or can't be reached. Nothing was lost."
    answer = _page(request, Trouble(503, exc.message, why, "Load the page again in a moment."))
    answer.headers["Retry-After"] = "3"
    return answer


async def _malformed(request: Request, exc: Exception) -> Response:
    """An id that is none answers as one that is not there."""
    return _page(request, NOT_HERE)


async def _unrouted(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    cause = exc.__cause__
    if isinstance(cause, DomainError):
        return await _domain(request, cause)
    if exc.status_code == 405:
        why = "This address takes forms only, or none."
        return _page(
            request, Trouble(405, "This can't be opened like that", why, "Go back to the page before.")
        )
    return _page(request, NOT_HERE)


async def _ours(request: Request, exc: Exception) -> Response:
    log.error("failed on our side", exc_info=exc)
    return _page(request, OURS)


def _page(request: Request, trouble: Trouble) -> Response:
    return show(request, "pages/trouble.html", status=trouble.status, trouble=trouble, trace=trace_id.get())
