"""The way to the services: one request, one answer, or a clear word about why there is none."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import BaseModel

from syncline_common.api.tracing import trace_id
from syncline_common.clients.peers import Peers
from syncline_common.errors import Unavailable

CONNECT, ANSWER, SILENCE = 3.0, 60.0, 45.0  # seconds; a stream says something every 15


class FieldProblem(BaseModel):
    pointer: str
    message: str
    fix: str | None = None


class Refused(Exception):
    """A service said no, and why."""

    def __init__(self, status: int, facts: Mapping[str, Any], retry_after: str | None = None) -> None:
        self.status, self.retry_after = status, retry_after
        self.title = str(facts.get("title") or "The service refused this")
        self.code = str(facts.get("code") or "invalid")
        self.trace_id = facts.get("trace_id")
        self.current = facts.get("current")
        self.allowed = [str(it) for it in facts.get("allowed") or ()]
        self.errors = [FieldProblem.model_validate(it) for it in facts.get("errors") or ()]
        super().__init__(self.title)

    def at(self, pointer: str) -> str | None:
        """What is said of one field."""
        return next((it.message for it in self.errors if it.pointer == pointer), None)


class Turned(Refused):
    """401: the token is not good, or no longer."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str  # its first part is the service
    body: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    patience: float = ANSWER


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    etag: str | None
    text: str


class Lines:
    """To all services, for nobody in particular."""

    def __init__(self, http: httpx2.AsyncClient, peers: Peers) -> None:
        self._http, self._peers = http, peers

    async def send(self, call: Call) -> Answer:
        try:
            answer = await self._http.request(
                call.method,
                self._url(call),
                json=call.body,
                params=_given(call.params),
                headers=_headers(call),
                timeout=httpx2.Timeout(call.patience, connect=CONNECT),
            )
        except httpx2.TransportError as exc:
            raise self._away(call, exc) from None
        if answer.status_code >= 400:
            raise _refusal(answer)
        return Answer(answer.status_code, _json(answer), answer.headers.get("etag"), answer.text)

    @asynccontextmanager
    async def lines_of(self, call: Call) -> AsyncIterator[AsyncIterator[str]]:
        """A stream's lines, as they come. It ends without a word when the other end does."""
        timeout = httpx2.Timeout(SILENCE, connect=CONNECT)
        headers = {"Accept": "text/event-stream", **_headers(call)}
        streaming = self._http.stream(
            call.method, self._url(call), params=_given(call.params), headers=headers, timeout=timeout
        )
        try:
            async with streaming as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                    raise _refusal(answer)
                yield answer.aiter_lines()
        except httpx2.TransportError as exc:
            raise self._away(call, exc) from None

    def _url(self, call: Call) -> str:
        return f"{self._peers.urls[_service(call)]}{call.path}"

    def _away(self, call: Call, exc: Exception) -> Unavailable:
        title = f"The {_service(call)} service does not answer; try again shortly"
        return Unavailable(title, detail=type(exc).__name__)


Token = Callable[[bool], Awaitable[str]]  # an access token; True: a new one, the last was turned away


class Line:
    """To all services, in somebody's name. A token that was turned away is renewed once."""

    def __init__(self, lines: Lines, token: Token) -> None:
        self._lines, self._token = lines, token

    async def send(self, call: Call) -> Answer:
        try:
            return await self._lines.send(_signed(call, await self._token(False)))
        except Turned:
            return await self._lines.send(_signed(call, await self._token(True)))

    async def get(self, path: str, **params: Any) -> Any:
        return (await self.send(Call("GET", path, params=params))).body

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await self.send(Call("POST", path, {} if body is None else body, headers=given))).body

    async def stream(self, path: str, **params: Any) -> Call:
        """The call of a stream, ready to be opened."""
        return _signed(Call("GET", path, params=params), await self._token(False))


def _signed(call: Call, token: str) -> Call:
    headers = {**call.headers, "Authorization": f"Bearer {token}"}
    return Call(call.method, call.path, call.body, call.params, headers, call.patience)


def _headers(call: Call) -> dict[str, str]:
    trace = trace_id.get()
    traced = {"traceparent": f"00-{trace}-{trace[:16]}-01"} if trace and len(trace) == 32 else {}
    return {**traced, **call.headers}


def _service(call: Call) -> str:
    return call.path.removeprefix("/").partition("/")[0]


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value not in (None, "")}


def _json(answer: httpx2.Response) -> Any:
    return answer.json() if "json" in answer.headers.get("content-type", "") and answer.content else None


def _refusal(answer: httpx2.Response) -> Exception:
    if answer.status_code in (502, 503, 504):
        return Unavailable(
            "A part of Syncline is not ready; try again shortly", detail=str(answer.status_code)
        )
    found = _json(answer)
    facts = found if isinstance(found, dict) else {}
    kind = Turned if answer.status_code == 401 else Refused
    return kind(answer.status_code, facts, answer.headers.get("retry-after"))
