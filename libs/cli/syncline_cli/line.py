"""The way to Syncline: one request, one answer, or a clear word about why there is none."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr

from syncline_cli.failures import Misused, Refused, Reply, Unreachable
from syncline_cli.waiting import pause

CONNECT, ANSWER, SILENCE = 5.0, 60.0, 45.0  # seconds; a stream says something every 15
BEFORE_REPEATING = 0.3
IN_BETWEEN = (502, 504)  # a proxy's own answers
FILES = ("application/yaml", "text/csv", "application/zip")
LOST = (httpx2.NetworkError, httpx2.RemoteProtocolError)


@dataclass(frozen=True, slots=True)
class Call:
    """`what` completes "Could not ..."."""

    method: str
    path: str
    what: str
    body: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False  # doing it twice is doing it once
    expected: tuple[int, ...] = ()  # statuses that are answers, beside 2xx
    patience: float = ANSWER


@dataclass(frozen=True, slots=True)
class Sent:
    """One server-sent event. `position` is what a stream goes on after."""

    position: str
    kind: str
    text: str


class Line:
    def __init__(self, url: str) -> None:
        self.url = url
        near = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        limits = httpx2.Limits(keepalive_expiry=3)  # before the other end gives up
        self._http = httpx2.Client(trust_env=not near, limits=limits, headers={"User-Agent": "syncline-cli"})

    def close(self) -> None:
        self._http.close()

    def send(self, call: Call, token: SecretStr | None) -> Reply:
        """Refused, unless it is an answer that was hoped for."""
        try:
            return self._once(call, token)
        except LOST as exc:
            if not (call.repeatable or isinstance(exc, httpx2.ConnectError)):
                raise self._lost(call) from None
        except httpx2.TransportError as exc:
            raise self._away(call.what, exc) from None
        pause(BEFORE_REPEATING)
        try:
            return self._once(call, token)
        except httpx2.TransportError as exc:
            raise self._away(call.what, exc) from None

    @contextmanager
    def events(self, call: Call, token: SecretStr | None) -> Iterator[Iterator[Sent]]:
        """Open when entered. Unreachable if the line breaks later on."""
        timeout = httpx2.Timeout(SILENCE, connect=CONNECT)
        headers = {"Accept": "text/event-stream", **call.headers, **_bearer(token)}
        address = f"{self.url}{call.path}"
        try:
            with self._http.stream(
                call.method, address, params=call.params, headers=headers, timeout=timeout
            ) as answer:
                if answer.status_code != 200:
                    answer.read()
                    self._judge(call, answer)
                    raise self._stranger(call.what)
                yield (Sent(it.id, it.event, it.data) for it in httpx2.EventSource(answer))
        except httpx2.TransportError as exc:
            raise self._away(call.what, exc) from None

    def _once(self, call: Call, token: SecretStr | None) -> Reply:
        answer = self._http.request(
            call.method,
            f"{self.url}{call.path}",
            params=call.params,
            json=call.body,
            headers={**call.headers, **_bearer(token)},
            timeout=httpx2.Timeout(call.patience, connect=CONNECT),
        )
        return self._judge(call, answer)

    def _judge(self, call: Call, answer: httpx2.Response) -> Reply:
        try:
            document = answer.json() if answer.content and not _is_file(answer) else None
        except ValueError:
            raise self._stranger(call.what) from None
        is_text = not answer.headers.get("content-type", "").startswith("application/zip")
        text = answer.text if is_text else ""
        reply = Reply(answer.status_code, text, document, answer.headers, answer.content)
        if answer.is_success or answer.status_code in call.expected:
            return reply
        if answer.status_code in IN_BETWEEN or not isinstance(document, dict) or "code" not in document:
            raise self._stranger(call.what)
        raise Refused(call.what, reply)

    def _away(self, what: str, exc: httpx2.TransportError) -> Unreachable:
        slow = isinstance(exc, httpx2.TimeoutException)
        why = "it took too long" if slow else str(exc) or type(exc).__name__
        return Unreachable(
            f"Could not {what}.",
            why=f"Syncline at {self.url} does not answer: {why}.",
            advice="Is it running there? Another address is set by `syncline login --url`, or by SYNCLINE_URL.",
        )

    def _lost(self, call: Call) -> Unreachable:
        return Unreachable(
            f"Could not learn what came of it: {call.what}.",
            why=f"The connection to {self.url} was lost before the answer. It may have happened.",
            advice="Look first, then repeat the command if it is still needed.",
        )

    def _stranger(self, what: str) -> Unreachable:
        return Unreachable(
            f"Could not {what}.",
            why=f"Something answers at {self.url}, but not as Syncline does; a proxy that does not reach it?",
            advice="Check the address that you signed in at, or SYNCLINE_URL.",
        )


def checked_url(text: str) -> str:
    """An address that paths can be put behind."""
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username or parts.password or parts.query or parts.fragment:
        raise Misused(
            "This is no address of Syncline.",
            why="It has to be http:// or https://, a host, and nothing secret.",
            advice="For instance: https://syncline.example.com",
        )
    return url


def _is_file(answer: httpx2.Response) -> bool:
    kind = str(answer.headers.get("content-type", ""))
    return answer.is_success and kind.startswith(FILES)


def _bearer(token: SecretStr | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
