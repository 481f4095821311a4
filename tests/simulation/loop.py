"""An event loop in which no time passes by itself and the order of what is ready comes from a seed."""

import asyncio
import heapq
import warnings
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from itertools import count
from random import Random
from typing import Any, TypeVarTuple, Unpack

from simulation.process import PROCESS, Process

MOST_TURNS = 100_000  # at one moment; a scan of everything takes hundreds
Ts = TypeVarTuple("Ts")


class Stuck(Exception):
    """Simulated time can't go on."""


class Deadlock(Stuck):
    """Somebody waits, and nothing is left that could ever wake them."""


class Livelock(Stuck):
    """Somebody always has something to do, and no time ever passes."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs one ready handle at a time, chosen by `random`; when none is ready, it is the next timer's time.

    A handle belongs to the process whose context it was made in. What belongs to a dead process never runs;
    what belongs to a frozen one waits until the process goes on.
    """

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self._now = 0.0
        self._runnable: list[tuple[Process | None, asyncio.Handle]] = []
        self._timers: list[tuple[float, int, Process | None, asyncio.TimerHandle]] = []
        self._serial = count()
        self.turns = 0
        self._turns_until = MOST_TURNS
        self.failures: list[BaseException] = []
        self.set_exception_handler(self._note)

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        context = context or copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._runnable.append((context.get(PROCESS), handle))
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        context = context or copy_context()
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._serial), context.get(PROCESS), timer))
        return timer

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def give_back(self, process: Process) -> None:
        """A frozen process goes on: all that it missed is ready at once."""
        self._runnable += [(process, handle) for handle in process.withheld]
        process.withheld.clear()

    def create_task(
        self, coro: Any, *, name: object = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task = super().create_task(coro, name=str(name) if name else None, context=context)
        process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None:
            process.tasks.append(task)
        return task

    def bury(self, processes: Iterable[Process]) -> None:
        """Closes the loop; what the killed left behind finds it closed."""
        self.close()
        asyncio._set_running_loop(self)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for process in processes:
                    process.bury()
        finally:
            asyncio._set_running_loop(None)

    def _run_once(self) -> None:
        """What `run_forever` calls until it is stopped."""
        while not self._runnable:
            self._jump()
        last, chosen = len(self._runnable) - 1, int(self._random.random() * len(self._runnable))
        self._runnable[chosen], self._runnable[last] = self._runnable[last], self._runnable[chosen]
        process, handle = self._runnable.pop()
        if handle.cancelled() or (process is not None and process.withholds(handle)):
            return
        self.turns += 1
        if self.turns > self._turns_until:
            raise Livelock(f"{MOST_TURNS} turns at {self._now:.3f}; now it is {handle!r}'s")
        handle._run()

    def _jump(self) -> None:
        """To the next timer, and to all others of the same moment."""
        while self._timers and self._timers[0][3].cancelled():
            heapq.heappop(self._timers)
        if not self._timers:
            raise Deadlock(f"nothing is left to do at {self._now:.3f}")
        self._now = max(self._now, self._timers[0][0])
        self._turns_until = self.turns + MOST_TURNS
        while self._timers and self._timers[0][0] <= self._now:
            _, _, process, timer = heapq.heappop(self._timers)
            self._runnable.append((process, timer))

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are passed over when their time comes."""

    def _note(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task that failed and that nobody awaited: the history must not pass over it."""
        self.failures.append(context.get("exception") or RuntimeError(context["message"]))
