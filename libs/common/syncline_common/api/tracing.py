"""One id per request, taken from the caller's `traceparent` or made here; in every log line and problem."""

import re
import secrets
from contextvars import ContextVar

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")

trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)


def trace_of(traceparent: str | None) -> tuple[str, str | None]:
    """The trace, and the caller's span in it if there is one."""
    given = TRACEPARENT.fullmatch(traceparent or "")
    if given is None or {"0"} in (set(given[1]), set(given[2])):
        return secrets.token_hex(16), None
    return given[1], given[2]
