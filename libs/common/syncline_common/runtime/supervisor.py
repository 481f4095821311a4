"""Keeps a process's loops running: back-off, health, draining, and the only endless loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from syncline_common.api.metrics import LOOP_TURNS
from syncline_common.db.bells import wait_for

LONGEST_REST = 15.0
STUCK_AFTER = 120.0  # seconds in one turn

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Loop:
    """`run_once` says how much it did: after 0 it rests until the bell rings or `every` seconds are over.

    `alone` answers whether this process is the one that does it; where it is not, the loop rests. `hears` names the bell
    that is rung for it; without, nobody rings. One turn may take `patience` seconds, then the loop counts as stuck.
    """

    name: str
    run_once: Callable[[], Awaitable[int]]
    every: float = 1.0
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    alone: Callable[[], Awaitable[bool]] | None = None
    hears: str | None = None
    patience: float = STUCK_AFTER
    failures: int = 0
    error: str = ""
    busy_since: float | None = None


class Supervisor:
    def __init__(self, service: str, loops: Sequence[Loop], elapsed: Callable[[], float]) -> None:
        self._service, self._loops, self._elapsed = service, loops, elapsed
        self._stopping = False
        self._asked_at: float | None = None

    async def run(self) -> None:
        """Until `drain`, or until cancelled."""
        async with asyncio.TaskGroup() as group:
            for loop in self._loops:
                group.create_task(self._keep(loop), name=f"{self._service} {loop.name}")

    def drain(self) -> None:
        """No new turns. Those that run come to their end; `run` returns then."""
        self._stopping = True
        self._asked_at = self._asked_at or self._elapsed()
        for loop in self._loops:
            loop.bell.set()

    def draining_for(self) -> float:
        """Seconds since it was asked to: services that drain together share their time."""
        return 0.0 if self._asked_at is None else self._elapsed() - self._asked_at

    def health(self) -> dict[str, str]:
        """ok, failing (it says so and tries again) or stuck (it says nothing)."""
        return {loop.name: self._state(loop) for loop in self._loops}

    async def turn(self, loop: Loop) -> float:
        """Run once; answer how long to rest."""
        loop.busy_since = self._elapsed()
        try:
            mine = loop.alone is None or await loop.alone()
            done = await loop.run_once() if mine else 0
        except Exception as exc:
            loop.failures, loop.error = loop.failures + 1, type(exc).__name__
            LOOP_TURNS.labels(self._service, loop.name, "failed").inc()
            self._complain(loop, exc)
            return min(loop.every * 2.0 ** min(loop.failures, 10), max(LONGEST_REST, loop.every))
        finally:
            loop.busy_since = None
        LOOP_TURNS.labels(self._service, loop.name, "worked" if done else "idle").inc()
        loop.failures, loop.error = 0, ""
        return 0.0 if done else loop.every

    def _complain(self, loop: Loop, exc: Exception) -> None:
        """Expected troubles in one line; what nobody expected with its traceback, once."""
        expected = hasattr(exc, "disposition")
        reason = getattr(exc, "message", loop.error)
        detail = getattr(exc, "detail", "")
        with_traceback = not expected and loop.failures == 1
        log.warning(
            "loop failed",
            service=self._service,
            loop=loop.name,
            failures=loop.failures,
            error=reason,
            detail=detail,
            exc_info=with_traceback,
        )

    def _state(self, loop: Loop) -> str:
        if loop.busy_since is not None and self._elapsed() - loop.busy_since > loop.patience:
            return "stuck"
        return "failing" if loop.failures else "ok"

    async def _keep(self, loop: Loop) -> None:
        while not self._stopping:
            loop.bell.clear()
            rest = await self.turn(loop)
            if rest and not self._stopping:
                await wait_for(loop.bell, rest)
            else:
                await asyncio.sleep(0)  # a loop that is never done lets the others in


async def finish(task: asyncio.Task[None], seconds: float) -> None:
    """Wait for what drains; what takes longer is cancelled, and its transactions end or roll back."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0.0)):
            await asyncio.shield(task)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
