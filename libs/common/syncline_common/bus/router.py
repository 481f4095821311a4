"""Subscribing: one router per service, one small function per event."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.events.base import Event

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Tx], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came, for those who keep events rather than read them."""

    id: UUID
    routing_key: str
    body: bytes


KeepAll = Callable[[Sequence[Received], Tx], Awaitable[None]]


class EventRouter:
    def __init__(self, consumer: str) -> None:
        self.consumer = consumer
        self._handlers: dict[str, tuple[type[Event], Handler]] = {}
        self._kept: frozenset[str] = frozenset()
        self._keep: KeepAll | None = None

    @property
    def routing_keys(self) -> frozenset[str]:
        return frozenset(self._handlers) | self._kept

    def on(self, event: type[E]) -> Callable[[Callable[[E, Tx], Awaitable[None]]], Handler]:
        def register(handler: Callable[[E, Tx], Awaitable[None]]) -> Handler:
            key = event.routing_key()
            if key in self._handlers:
                raise TypeError(f"{self.consumer} already handles {key}")
            if not inspect.iscoroutinefunction(handler):
                raise TypeError(f"{handler.__qualname__} must be async")
            self._handlers[key] = (event, handler)
            return handler

        return register

    def on_every(self, events: Sequence[type[Event]]) -> Callable[[KeepAll], KeepAll]:
        """For the one that keeps them all, many at once: the public event stream."""

        def register(keep: KeepAll) -> KeepAll:
            self._kept, self._keep = frozenset(event.routing_key() for event in events), keep
            return keep

        return register

    async def handle(self, received: Sequence[Received], tx: Tx) -> None:
        """Run the handlers in the caller's transaction, so that effects and marks commit together."""
        for it in received:
            if it.routing_key not in self.routing_keys:
                raise LookupError(it.routing_key)
            if it.routing_key in self._handlers:
                event, handler = self._handlers[it.routing_key]
                await handler(event.from_cloud_event(it.body), tx)
        kept = [it for it in received if it.routing_key in self._kept]
        if kept and self._keep is not None:
            await self._keep(kept, tx)
