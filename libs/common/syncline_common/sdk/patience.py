"""How long a request waits for its turn in a budget. Most come back later; what somebody waits for may stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PATIENCE: ContextVar[float] = ContextVar("patience", default=0.0)


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Of each request within. It holds up nobody else who wants to ask."""
    token = PATIENCE.set(seconds)
    try:
        yield
    finally:
        PATIENCE.reset(token)
