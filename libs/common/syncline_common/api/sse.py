"""Server-sent events from rows in sequence. The bell only wakes; what is sent is what was committed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import Header
from fastapi.sse import ServerSentEvent

from syncline_common.db.bells import Bells, wait_for

LOOK_EVERY = 5.0  # seconds, should a ring be lost


LastEventId = Annotated[
    str | None,
    Header(
        max_length=20, pattern=r"^[0-9]+$", description="Go on after this one; 0 starts with the oldest kept."
    ),
]


async def follow(
    fetch: Callable[[int], Awaitable[Sequence[Any]]],
    show: Callable[[Any], ServerSentEvent],
    *,
    after: int,
    bell: tuple[Bells, str],
    ended: Callable[[], bool],
    every: float = LOOK_EVERY,
) -> AsyncGenerator[ServerSentEvent]:
    """Rows have a `position`. Ends when the process is asked to stop; the reader then comes back to another."""
    rung = asyncio.Event()
    bells, name = bell
    with bells.hang(name, rung.set):
        while not ended():
            rung.clear()
            rows = await fetch(after)
            for row in rows:
                yield show(row)
                after = row.position
            if not rows:
                await wait_for(rung, every)
