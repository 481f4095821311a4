"""Being asked to stop, at any time: while it is being started, too."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """Asked to stop before the work was done."""


def listen_to_signals(asked: asyncio.Event, in_a_hurry: Callable[[], None]) -> None:
    """Asked twice, nothing is waited for."""

    def stop() -> None:
        if asked.is_set():
            in_a_hurry()
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has it
            asyncio.get_running_loop().add_signal_handler(number, stop)


async def unless(asked: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Its result; if we are asked to stop first, it is interrupted, and that is `Stopped`."""
    working, stop = asyncio.create_task(work), asyncio.create_task(asked.wait())
    try:
        await asyncio.wait([working, stop], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Stopped
        return working.result()
    finally:
        stop.cancel()
        working.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await working
