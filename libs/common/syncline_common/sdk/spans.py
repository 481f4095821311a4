"""A span for each exchange with a system: which trace it belongs to, and who hears of it when it is over."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

caller_span: ContextVar[str | None] = ContextVar("caller_span", default=None)  # of whoever asked us


@dataclass(frozen=True, slots=True)
class Span:
    trace: str
    id: str
    parent: str | None

    @classmethod
    def begin(cls) -> "Span":
        """Under the trace of whatever caused it, or a trace of its own."""
        trace = structlog.contextvars.get_contextvars().get("trace_id")
        return cls(
            str(trace or secrets.token_hex(16)), secrets.token_hex(8), caller_span.get() if trace else None
        )

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace}-{self.id}-01"


@dataclass(frozen=True, slots=True)
class Ended:
    """An exchange that is over, just now. Nothing of it is secret: no query, no header, no body."""

    span: Span
    kind: str
    method: str
    host: str
    path: str
    status: int | None  # None: there was no answer
    seconds: float


Hearer = Callable[[Ended], None]
_hearers: list[Hearer] = []


@contextmanager
def heard_by(hearer: Hearer) -> Iterator[None]:
    """In this process, as long as it is entered. Whoever hears does not wait, and raises nothing."""
    _hearers.append(hearer)
    try:
        yield
    finally:
        _hearers.remove(hearer)


def tell(ended: Ended) -> None:
    for hearer in _hearers:
        hearer(ended)
