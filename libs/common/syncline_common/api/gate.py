"""What every request passes on its way in: a trace id, a limit on its body, a stop-watch."""

import re
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncline_common.api.limits import Allowance
from syncline_common.api.metrics import REQUESTS
from syncline_common.api.problems import refusal
from syncline_common.api.tracing import trace_id, trace_of
from syncline_common.errors import TooLarge, TooManyRequests
from syncline_common.sdk.spans import caller_span

log = structlog.get_logger(__name__)
MIB = 1024 * 1024
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNLIMITED = ("/healthz", "/readyz", "/metrics", "/internal/v1/introspect")
LENGTH = re.compile(r"[0-9]{1,20}")  # anything else is counted as it comes
SECURITY = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


class RequestGate:
    """Plain ASGI: a framework middleware would turn a client's hanging up into lost database connections."""

    def __init__(
        self, app: ASGIApp, service: str, body_caps: Mapping[str, int], allowance: Allowance | None = None
    ) -> None:
        self._app, self._service, self._caps, self._allowance = app, service, body_caps, allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace, span = trace_of(headers.get("traceparent"))
        token, caller = trace_id.set(trace), caller_span.set(span)
        answer = Answering(scope, send)
        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id.get(), service=self._service):
                await self._pass(scope, headers, receive, answer)
        finally:
            self._note(scope, answer)
            trace_id.reset(token)
            caller_span.reset(caller)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, answer: "Answering") -> None:
        cap = next((cap for start, cap in self._caps.items() if scope["path"].startswith(start)), MIB)
        said = headers.get("content-length", "0")
        if LENGTH.fullmatch(said) and int(said) > cap:
            await refusal(_over(cap))(scope, receive, answer.send)
            return
        if self._allowance is not None and not scope["path"].endswith(UNLIMITED):
            try:
                self._allowance.take(_who(scope, headers))
            except TooManyRequests as exc:
                await refusal(exc)(scope, receive, answer.send)
                return
        await self._app(scope, capped(receive, cap), answer.send)

    def _note(self, scope: Scope, answer: "Answering") -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        seconds = time.perf_counter() - answer.started
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(self._service, method, route, str(answer.status)).observe(seconds)


class Answering:
    """Follows an answer out: its status, and the headers that every answer carries."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send, self.status, self.started = send, 500, time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Trace-Id"] = trace_id.get() or ""
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
        await self._send(message)


def _who(scope: Scope, headers: Headers) -> str:
    """The credential if there is one, else the address."""
    client = scope.get("client")
    return headers.get("authorization") or (client[0] if client else "unknown")


def capped(receive: Receive, cap: int) -> Receive:
    """A body that says nothing of its length is counted as it comes."""
    seen = 0

    async def count() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > cap:
            raise _over(cap)
        return message

    return count


def _over(cap: int) -> TooLarge:
    return TooLarge(f"The body is larger than the {cap // 1024} KiB allowed here")
