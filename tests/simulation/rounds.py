"""Loops of a simulated worker: each body runs when its bell rings, or when it has not run for a while.

Most turns of an idle worker find nothing, and finding nothing changes nothing, so they are left out: the world can be asked
beforehand, outside of all transactions and without a point to be struck at.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from syncline_common.db.bells import Bells, wait_for
from syncline_common.errors import Unavailable

Body = Callable[[], Awaitable[int]]
Due = Callable[[str], bool]  # by name: False if a body would certainly find nothing
AFTER_FAILURE = 1.0  # seconds; the supervisor's back-off is tested elsewhere


def always(_: str) -> bool:
    return True


async def keep_going(bodies: Mapping[str, Body], bells: Bells, *, poll: float, is_due: Due = always) -> None:
    """Each body in a loop of its own, under the name of its bell. A body that did something runs again at once.

    What a body raises ends the worker, and so fails the history; only an unreachable database is waited for.
    """
    async with asyncio.TaskGroup() as group:
        for name, body in bodies.items():
            group.create_task(_loop(name, body, bells, poll, is_due))


async def _loop(name: str, body: Body, bells: Bells, poll: float, is_due: Due) -> None:
    rung = asyncio.Event()
    with bells.hang(name, rung.set):
        while True:
            rung.clear()
            try:
                done = await body() if is_due(name) else 0
            except Unavailable:
                await asyncio.sleep(AFTER_FAILURE)
                continue
            if not done:
                await wait_for(rung, poll)
