"""A request and its answer without a network, so that a vendor's rules are plain functions and a batch can call them again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from re import Pattern
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def also(self, headers: Mapping[str, str]) -> "Answer":
        return replace(self, headers={**self.headers, **headers})


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": JSON, **(headers or {})})


def as_text(body: str, status: int, kind: str = "text/plain; charset=utf-8") -> Answer:
    return Answer(status, body.encode(), {"Content-Type": kind})


class Refused(Exception):
    """The vendor says no; `answer` is how."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body[:200]!r}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    base: str  # scheme and host as the client called them
    path: str  # decoded, within the vendor's host
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # by lower-case name
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)  # from the path

    def get(self, name: str, default: str = "") -> str:
        """A query parameter; names are not case-sensitive."""
        return next((value for key, value in self.query if key.lower() == name.lower()), default)

    def flag(self, name: str) -> bool:
        return self.get(name).lower() == "true"

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def call_of(method: str, base: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Call:
    """`target` is path and query, as they travel."""
    split = urlsplit(target)
    query = parse_qsl(split.query, keep_blank_values=True)
    lower = {name.lower(): value for name, value in headers.items()}
    return Call(method, base, unquote(split.path), query, lower, body)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint. Faults are addressed by its name."""

    name: str
    method: str
    path: Pattern[str]
    serve: Callable[[Call, str], Answer]  # with the name of the caller
    scope: str = ""
    writes: bool = False


def match(operations: Sequence[Operation], call: Call) -> tuple[Operation | None, Call, set[str]]:
    """The operation, the call with its path taken apart, and the methods that the path has at all."""
    methods = set()
    for operation in operations:
        found = operation.path.fullmatch(call.path)
        if found:
            methods.add(operation.method)
            if operation.method == call.method:
                params = {name: value for name, value in found.groupdict().items() if value is not None}
                return operation, replace(call, params=params), methods
    return None, call, methods
