"""A simulated worker's loops: rung or polled, apart from each other, and loud when they fail."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest

from simulation.loop import SimulatedLoop
from simulation.rounds import AFTER_FAILURE, keep_going
from syncline_common.db.bells import Bells
from syncline_common.errors import Unavailable


def run(history: Coroutine[Any, Any, Any]) -> Any:
    loop = SimulatedLoop(Random(1))
    try:
        return loop.run_until_complete(history)
    finally:
        loop.bury([])


class Worker:
    def __init__(self) -> None:
        self.ran: list[float] = []
        self.due = 0
        self.bells = Bells()

    async def work(self) -> int:
        self.ran.append(asyncio.get_running_loop().time())
        self.due -= self.due > 0
        return self.due

    async def going(self, seconds: float, poll: float) -> None:
        task = asyncio.create_task(keep_going({"work": self.work}, self.bells, poll=poll))
        await asyncio.sleep(seconds)
        task.cancel()


def test_it_polls() -> None:
    worker = Worker()
    run(worker.going(10, poll=4))
    assert worker.ran == [0, 4, 8]


def test_it_is_rung() -> None:
    worker = Worker()

    async def history() -> None:
        asyncio.get_running_loop().call_later(3, worker.bells.ring, ["work"])
        await worker.going(10, poll=100)

    run(history())
    assert worker.ran == [0, 3]


def test_a_turn_that_would_find_nothing_is_left_out() -> None:
    worker = Worker()

    async def history() -> None:
        loop = asyncio.get_running_loop()
        going = keep_going({"work": worker.work}, worker.bells, poll=4, is_due=lambda _: loop.time() >= 6)
        task = asyncio.create_task(going)
        await asyncio.sleep(10)
        task.cancel()

    run(history())
    assert worker.ran == [8]


def test_it_goes_on_while_there_is_something_to_do() -> None:
    worker = Worker()
    worker.due = 3
    run(worker.going(10, poll=100))
    assert worker.ran == [0, 0, 0]


def test_an_unreachable_database_is_waited_for_and_a_bug_is_not() -> None:
    async def fail(error: Exception, failed: list[float]) -> int:
        failed.append(asyncio.get_running_loop().time())
        if len(failed) < 3:
            raise error
        return 0

    async def history(error: Exception) -> list[float]:
        failed: list[float] = []
        bodies = {"work": lambda: fail(error, failed)}
        task = asyncio.create_task(keep_going(bodies, Bells(), poll=100))
        await asyncio.wait([task], timeout=10)
        if task.done():
            await task
        task.cancel()
        return failed

    assert run(history(Unavailable("away"))) == [0, AFTER_FAILURE, 2 * AFTER_FAILURE]
    with pytest.raises(ExceptionGroup):
        run(history(ValueError("a bug")))
