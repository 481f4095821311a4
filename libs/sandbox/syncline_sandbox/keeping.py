"""Where vendors that outlive their process are kept: in a file of their own, written before anybody is told of a change."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncline_sandbox.calls import call_of, match
from syncline_sandbox.vendor import Vendor

FORM = 1  # of what is kept; the next number when an older file would be misread
READERS = ("GET", "HEAD", "OPTIONS")
TOLD = "{path} was written by another version. Remove it: the systems begin anew, but what is linked to them is not found."
Keep = Callable[[], None]
Kept = TypeVar("Kept")


class Unreadable(Exception):
    """What was kept can't be used; the message is for people."""


@dataclass(frozen=True, slots=True)
class Drawer(Generic[Kept]):
    """One file with one thing. It is written by us alone, where only its owner can."""

    path: Path
    kind: type[Kept]

    def found(self) -> Kept | None:
        if not self.path.exists():
            return None
        with self._told():
            form, kept = pickle.loads(self.path.read_bytes())
            if form == FORM and isinstance(kept, self.kind):
                return kept
        raise Unreadable(TOLD.format(path=self.path))

    def put(self, kept: Kept) -> None:
        """Whole, or as it was before."""
        draft = self.path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pickle.dumps((FORM, kept), pickle.HIGHEST_PROTOCOL))
        draft.replace(self.path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError):
            raise Unreadable(TOLD.format(path=self.path)) from None


def kept_before_answers(app: Any, vendor: Vendor, keep: Keep) -> ASGIApp:
    """A vendor does not forget what it has answered, however its process ends."""

    async def keeping(scope: Scope, receive: Receive, send: Send) -> None:
        async def after_keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                keep()
            await send(message)

        changes = scope["type"] == "http" and _may_change(scope, vendor)
        await app(scope, receive, after_keeping if changes else send)

    return keeping


def _may_change(scope: Scope, vendor: Vendor) -> bool:
    if scope["method"] in READERS:
        return False
    call = call_of(scope["method"], vendor.address, scope["raw_path"].decode(), {})
    operation, _, _ = match(vendor.operations, call)
    return operation is None or operation.writes
