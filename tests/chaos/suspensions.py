"""Every place where a process waits: counted, and one of them deadly."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Generator
from typing import Any


class Suspensions:
    """Each wait has two places: what is waited for has just been asked; it has come, and nothing was done with it yet."""

    def __init__(self, deadly: int) -> None:
        self.passed, self._deadly, self._counts = 0, deadly, False

    def count(self) -> None:
        """From now on."""
        self._counts = True

    def passing(self) -> None:
        if self._counts:
            self.passed += 1
            if self.passed == self._deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    def loop(self) -> asyncio.AbstractEventLoop:
        """One whose every task is watched."""
        loop = asyncio.new_event_loop()
        loop.set_task_factory(self._task)
        return loop

    def _task(self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
        return asyncio.Task(self._watched(work), loop=loop, **options)

    async def _watched(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await _Watched(work, self.passing)


class _Watched:
    def __init__(self, work: Coroutine[Any, Any, Any], passing: Callable[[], None]) -> None:
        self._work, self._passing = work, passing

    def __await__(self) -> Generator[Any, Any, Any]:
        go_on: Callable[[Any], Any] = self._work.send
        given: Any = None
        while True:
            try:
                awaited = go_on(given)
            except StopIteration as end:
                return end.value
            self._passing()
            try:
                given, go_on = (yield awaited), self._work.send
            except BaseException as exc:
                given, go_on = exc, self._work.throw
            self._passing()
