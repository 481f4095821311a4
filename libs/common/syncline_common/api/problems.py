"""Errors over HTTP: one shape (RFC 9457), declared on every route."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from syncline_common.api.tracing import trace_id
from syncline_common.errors import (
    DomainError,
    Forbidden,
    Invalid,
    NeedsPerson,
    Retryable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)

log = structlog.get_logger(__name__)
COME_BACK_IN = 2  # seconds, when it is we who are away
FRAMEWORK_CODES = {404: "not_found", 405: "method_not_allowed"}


class FieldProblem(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    pointer: str
    message: str
    fix: str | None = None


class Problem(BaseModel):
    """What went wrong, in a form for programs (`code`, `errors`) and for people (`title`, `detail`)."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str
    errors: list[FieldProblem] = []
    allowed: list[str] | None = None  # the legal moves, when this one was not
    trace_id: str | None = None


def problems(*kinds: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: the ways a route can refuse, beside those that every route has."""
    every: tuple[type[DomainError], ...] = (
        Unauthenticated,
        Forbidden,
        TooLarge,
        Invalid,
        TooManyRequests,
        *kinds,
    )
    named = {kind.status: kind.code for kind in every} | {400: "invalid", 503: "unavailable"}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": code, "content": content} for status, code in sorted(named.items())}


def install_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(Retryable, _away)
    app.add_exception_handler(NeedsPerson, _to_be_mended)
    app.add_exception_handler(Exception, _ours)


async def _refused(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, DomainError)
    return refusal(exc)


def refusal(exc: DomainError, more: dict[str, str] | None = None) -> JSONResponse:
    faults = [FieldProblem.model_validate(it) for it in exc.faults]
    problem = Problem(title=exc.message, code=exc.code, status=exc.status, errors=faults, **dict(exc.facts()))
    headers = dict(more or {})
    if isinstance(exc, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(exc, TooManyRequests):
        headers["Retry-After"] = str(max(1, round(exc.retry_after)))
    return problem_answer(problem, headers)


async def _malformed(_: Request, exc: Exception) -> JSONResponse:
    """Points at the fields and never repeats what was sent: it may be a secret."""
    assert isinstance(exc, RequestValidationError)
    told = dict.fromkeys((_pointer(it["type"], it["loc"]), plainly(it)) for it in exc.errors())
    found = [FieldProblem(pointer=pointer, message=message) for pointer, message in told]
    return problem_answer(
        Problem(title="Some fields are not valid", code="invalid", status=422, errors=found)
    )


async def _unrouted(_: Request, exc: Exception) -> JSONResponse:
    """The framework's own refusals: an unknown path, a method that a path doesn't know, a body that is no JSON."""
    assert isinstance(exc, HTTPException)
    if isinstance(exc.__cause__, DomainError):  # ours, met while it read the body
        return await _refused(_, exc.__cause__)
    code = FRAMEWORK_CODES.get(exc.status_code, "invalid")
    return problem_answer(
        Problem(title=str(exc.detail), code=code, status=exc.status_code), dict(exc.headers or {})
    )


async def _away(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, Retryable)
    log.warning("unavailable", error=exc.message, detail=exc.detail)
    wait = round(exc.retry_after or COME_BACK_IN)
    return problem_answer(
        Problem(title=exc.message, code="unavailable", status=503), {"Retry-After": str(wait)}
    )


async def _to_be_mended(_: Request, exc: Exception) -> JSONResponse:
    """A system that can't be asked until a person has acted: a credential, a right, a certificate."""
    assert isinstance(exc, NeedsPerson)
    log.info("a system needs a person", code=exc.code, detail=exc.detail)
    return problem_answer(Problem(title=exc.message, code=exc.code, status=409))


async def _ours(_: Request, exc: Exception) -> JSONResponse:
    """A bug. It is logged with its traceback and the trace id, which is what a person can quote."""
    log.error("failed on our side", exc_info=exc)
    title = "Something went wrong on our side; it has been recorded under the trace id"
    return problem_answer(Problem(title=title, code="internal", status=500))


def plainly(error: Mapping[str, Any]) -> str:
    """What was found wrong with a field, where the framework's own words would puzzle people."""
    facts = error.get("ctx", {})
    match error["type"]:
        case "string_pattern_mismatch":
            return "This has a character or a form that is not taken here"
        case "too_short" if (
            facts.get("field_type") == "Value"
        ):  # a secret, whose characters it takes for items
            return f"{facts['min_length']} characters or more are needed"
    return str(error["msg"]).removeprefix("Value error, ")


def _pointer(kind: str, path: tuple[int | str, ...]) -> str:
    if kind == "json_invalid":
        return ""  # the whole of it; the path says at which character
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path[1:])


def problem_answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    problem.trace_id = trace_id.get()
    body = problem.model_dump(exclude_none=True, mode="json")
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")
