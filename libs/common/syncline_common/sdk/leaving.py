"""Whether a write may still leave: while it waited for its turn, or its process stood still, it may have become another's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from syncline_common.errors import NotSent

MAY_LEAVE: ContextVar[Callable[[], bool]] = ContextVar("may_leave", default=lambda: True)


@contextmanager
def only_while(sure: Callable[[], bool]) -> Iterator[None]:
    """Asked again right before each write that is made within."""
    token = MAY_LEAVE.set(sure)
    try:
        yield
    finally:
        MAY_LEAVE.reset(token)


def leaving(where: str = "") -> None:
    if not MAY_LEAVE.get()():
        raise NotSent("Its turn came too late; it is made anew", detail=where)
