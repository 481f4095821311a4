"""One id per request, taken from the caller's `traceparent` or made here; in every log line and problem."""

import re
import secrets
from contextvars import ContextVar

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)


def trace_of(traceparent: str | None) -> str:
    given = TRACEPARENT.fullmatch(traceparent or "")
    return given[1] if given and set(given[1]) != {"0"} else secrets.token_hex(16)
