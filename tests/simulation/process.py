"""A simulated process: tasks that stop together, at any await, as a real one does by SIGKILL or SIGSTOP."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any

PROCESS: ContextVar["Process | None"] = ContextVar("process", default=None)
CLOSE_TRIES = 100  # a coroutine may await in each of its finally blocks


def outside() -> Context:
    """For what goes on whatever becomes of the process that began it: a vendor's server, a user."""
    context = copy_context()
    context.run(PROCESS.set, None)
    return context


class Process:
    """Every handle that is made inside it carries it in its context; see SimulatedLoop."""

    def __init__(
        self, name: str, loop: asyncio.AbstractEventLoop, ended: Callable[["Process"], None]
    ) -> None:
        self.name, self._loop = name, loop
        self.alive, self.frozen = True, False
        self.struck_at: list[float] = []  # when it was killed or frozen, and when it went on
        self.withheld: list[asyncio.Handle] = []
        self.tasks: list[asyncio.Task[Any]] = []
        self.points = 0  # that it has passed: each is a place where it can be struck
        self._ended = ended  # the others notice that its connections are gone
        self._remains: list[asyncio.Task[Any]] = []
        self._fuse: tuple[int, Callable[[], None]] | None = None

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        context = copy_context()
        context.run(PROCESS.set, self)
        return self._loop.create_task(work, context=context)

    def withholds(self, handle: asyncio.Handle) -> bool:
        if self.alive and not self.frozen:
            return False
        self.withheld.append(
            handle
        )  # a dead one's are kept as well: let go of, their finally blocks would run
        return True

    def strike_at(self, points: int, strike: Callable[[], None]) -> None:
        """Once it has passed `points` more of its points."""
        self._fuse = (self.points + points, strike)

    def spare(self) -> None:
        self._fuse = None

    async def point(self) -> None:
        """Here the process may be struck, and another may come in between."""
        self.points += 1
        if self._fuse is not None and self.points >= self._fuse[0]:
            (_, strike), self._fuse = self._fuse, None
            strike()
        await asyncio.sleep(0)

    def kill(self) -> None:
        """No handle of it ever runs again: no finally, no cancellation."""
        if self.alive:
            self.alive, self.frozen = False, False
            self.struck_at.append(self._loop.time())
            self._remains = [it for it in self.tasks if not it.done()]
            self.tasks.clear()
            self._ended(self)

    def freeze(self) -> None:
        if self.alive and not self.frozen:
            self.frozen = True
            self.struck_at.append(self._loop.time())

    def thaw(self) -> bool:
        """It goes on as if nothing had happened."""
        if not self.alive or not self.frozen:
            return False
        self.frozen = False
        self.struck_at.append(self._loop.time())
        return True

    def bury(self) -> None:
        """After the history: let go of what it was doing, as quietly as that can be done."""
        for task in self._remains:
            _close(task)
        self.withheld.clear()
        self._remains.clear()


def _close(task: asyncio.Task[Any]) -> None:
    """Its finally blocks do run here, in a loop that is closed and against a database that is gone."""
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    work = task.get_coro()
    for _ in range(CLOSE_TRIES):
        try:
            assert work is not None
            work.close()
            return
        except Exception:
            continue
