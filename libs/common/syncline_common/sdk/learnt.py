"""What the ports of one opened system have asked it, such as which fields it has: whoever asks first asks for all, for a while."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from syncline_common.clock import since_boot

Fact = TypeVar("Fact")
KEPT = 900.0  # seconds; a process may run for months, and people change their systems


class Learnt:
    def __init__(self, elapsed: Callable[[], float] = since_boot) -> None:
        self._elapsed = elapsed
        self._facts: dict[tuple[str, ...], tuple[Any, float]] = {}
        self._turns: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def once(self, about: tuple[str, ...], ask: Callable[[], Awaitable[Fact]]) -> Fact:
        """A question that failed was not asked."""
        async with self._turns[about]:
            fact, asked_at = self._facts.get(about, (None, -KEPT))
            if (now := self._elapsed()) - asked_at >= KEPT:
                fact = await ask()
                self._facts[about] = fact, now
            return cast(Fact, fact)

    def forget(self, about: tuple[str, ...]) -> None:
        """It is no longer so: whoever needs it next asks anew."""
        self._facts.pop(about, None)
