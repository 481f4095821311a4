"""A stand-in for the gateway: it answers as told, and remembers what was asked."""

import json as as_json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_common import errors
from syncline_common.sdk.ports import Parts

DATE = "Tue, 31 Mar 2026 18:40:00 GMT"
STATUS = {  # as the gateway has it
    400: errors.RecordRejected,
    401: errors.CredentialRejected,
    403: errors.PermissionMissing,
    404: errors.RecordGone,
    409: errors.RecordChanged,
    412: errors.RecordChanged,
    413: errors.RecordRejected,
}


@dataclass
class Told:
    """An answer. `body` is what its JSON says."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return as_json.loads(as_json.dumps(self.body))


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    params: Mapping[str, Any]
    json: Any
    headers: Mapping[str, str]
    content: bytes | None  # put together, if it came in parts
    repeatable: bool

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class StandIn:
    """Answers by method and path: one for always, or a list, one a time. Errors are raised, as the gateway does."""

    def __init__(self, answers: Mapping[str, Any], address: str = "https://system.example") -> None:
        self.address = address
        self._answers = {line: [*it] if isinstance(it, list) else it for line, it in answers.items()}
        self.asked: list[Asked] = []

    @property
    def lines(self) -> list[str]:
        return [it.line for it in self.asked]

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return (await self.send("GET", path, params=params)).json()

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | Parts | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        repeatable: bool = False,
    ) -> Told:
        told_json = as_json.loads(as_json.dumps(json))
        whole = b"".join([it async for it in content()]) if callable(content) else content
        asked = Asked(method, path, params or {}, told_json, headers or {}, whole, repeatable)
        self.asked.append(asked)
        told = self._next(asked.line)
        if isinstance(told, Exception):
            raise told
        if told.status >= 400:
            raise STATUS.get(told.status, errors.Unavailable)(f"The system answered {told.status}")
        told.headers = {"date": DATE, "content-type": "application/json; charset=utf-8", **told.headers}
        return told

    async def download(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[bytes, None]:
        yield b""

    def _next(self, line: str) -> "Told | Exception":
        assert line in self._answers, f"nobody told what to answer to {line}"
        answer = self._answers[line]
        told = answer.pop(0) if isinstance(answer, list) else answer
        if isinstance(told, Told | Exception):
            return told
        return Told(told)
