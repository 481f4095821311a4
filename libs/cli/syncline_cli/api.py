"""Syncline's API for commands: the verbs, pages, streams, and a second try with a fresh token."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import uuid4

from syncline_cli.access import Access
from syncline_cli.failures import Refused, Reply
from syncline_cli.line import Call, Line, Sent

PAGE = 500  # as many as a service gives at once
Waiting = Callable[[str], AbstractContextManager[None]]


class Api:
    def __init__(self, line: Line, access: Access, waiting: Waiting) -> None:
        self._line, self._access, self._waiting = line, access, waiting

    @property
    def url(self) -> str:
        return self._line.url

    def get(self, path: str, what: str, params: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        return self.send(Call("GET", path, what, params=params or {}, repeatable=True, **more))

    def post(self, path: str, what: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Reply:
        """Once, however often the connection breaks, where the service keeps its answers."""
        key, safe = {"Idempotency-Key": str(uuid4())}, self._access.keeps_answers
        return self.send(Call("POST", path, what, body, params or {}, key, repeatable=safe))

    def patch(self, path: str, what: str, body: Any, seen: str | None = None) -> Reply:
        return self.send(Call("PATCH", path, what, body, headers=_if_match(seen)))

    def put(self, path: str, what: str, body: Any, seen: str | None = None) -> Reply:
        return self.send(Call("PUT", path, what, body, headers=_if_match(seen)))

    def delete(self, path: str, what: str, params: Mapping[str, Any] | None = None) -> Reply:
        return self.send(Call("DELETE", path, what, params=params or {}))

    def pages(
        self, path: str, what: str, *, limit: int | None = None, params: Mapping[str, Any] | None = None
    ) -> Iterator[Reply]:
        """Up to `limit` items, or all. The last page's `next_cursor` says where a list goes on."""
        left, cursor = limit, (params or {}).get("cursor")
        while left is None or left > 0:
            size = PAGE if left is None else min(left, PAGE)
            here = {**(params or {}), "limit": size, **({"cursor": cursor} if cursor else {})}
            reply = self.get(path, what, here)
            yield reply
            left = None if left is None else left - len(reply.document["items"])
            cursor = reply.document["next_cursor"]
            if cursor is None:
                return

    def items(self, path: str, what: str, **how: Any) -> Iterator[dict[str, Any]]:
        for page in self.pages(path, what, **how):
            yield from page.document["items"]

    def send(self, call: Call) -> Reply:
        with self._waiting(call.what):
            token = self._access.token()
            try:
                return self._line.send(call, token)
            except Refused as refused:
                renewed = self._access.renewed(token) if refused.reply.status == 401 else None
                if renewed is None:
                    raise self._advised(refused) from None
            try:
                return self._line.send(call, renewed)
            except Refused as refused:
                raise self._advised(refused) from None

    @contextmanager
    def events(
        self, path: str, what: str, *, params: Mapping[str, Any], after: str | None
    ) -> Iterator[Iterator[Sent]]:
        """Fetches a fresh token first if it has to, since a stream is only asked for its token at the start."""
        headers = {} if after is None else {"Last-Event-ID": after}
        call = Call("GET", path, what, params=params, headers=headers)
        token = self._access.token()
        try:
            with self._line.events(call, token) as events:
                yield events
                return
        except Refused as refused:
            renewed = self._access.renewed(token) if refused.reply.status == 401 else None
            if renewed is None:
                raise self._advised(refused) from None
        with self._line.events(call, renewed) as events:
            yield events

    def _advised(self, refused: Refused) -> Refused:
        if refused.reply.status == 401 and not refused.advice:
            refused.advice = self._access.advice
        return refused


def _if_match(seen: str | None) -> dict[str, str]:
    return {} if seen is None else {"If-Match": f'"{seen}"'}
