"""Wakes those who wait for rows, once the rows are there. A lost ring costs a poll's delay, never data."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

Ring = Callable[[], None]


class Bells:
    """Rung by name after a commit: in this process at once, and in the others if `outward` is set."""

    def __init__(self) -> None:
        self._rings: dict[str, dict[Ring, None]] = {}  # in the order they were hung
        self.outward: Callable[[Iterable[str]], None] | None = None

    @contextmanager
    def hang(self, name: str, ring: Ring) -> Iterator[None]:
        rings = self._rings.setdefault(name, {})
        rings[ring] = None
        try:
            yield
        finally:
            rings.pop(ring, None)

    def ring(self, names: Iterable[str]) -> None:
        for name in names:
            for ring in tuple(self._rings.get(name, ())):
                ring()

    def ring_all(self) -> None:
        self.ring(tuple(self._rings))

    def ring_everywhere(self, names: Iterable[str]) -> None:
        self.ring(names)
        if self.outward is not None:
            self.outward(names)


async def wait_for(rung: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await rung.wait()
