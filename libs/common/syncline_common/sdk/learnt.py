"""What the ports of one opened system have asked it once, such as which fields it has: whoever asks first asks for all."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

Fact = TypeVar("Fact")


class Learnt:
    def __init__(self) -> None:
        self._facts: dict[tuple[str, ...], Any] = {}
        self._turns: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def once(self, about: tuple[str, ...], ask: Callable[[], Awaitable[Fact]]) -> Fact:
        """A question that failed was not asked."""
        async with self._turns[about]:
            if about not in self._facts:
                self._facts[about] = await ask()
            return cast(Fact, self._facts[about])

    def forget(self, about: tuple[str, ...]) -> None:
        """It is no longer so: whoever needs it next asks anew."""
        self._facts.pop(about, None)
