"""Requests that are made on trial: a good credential may lack the scope for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ON_TRIAL: ContextVar[bool] = ContextVar("on_trial", default=False)


@contextmanager
def on_trial() -> Iterator[None]:
    """That they are refused says nothing of others with the same credential."""
    token = ON_TRIAL.set(True)
    try:
        yield
    finally:
        ON_TRIAL.reset(token)
