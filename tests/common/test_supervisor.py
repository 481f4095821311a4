"""The supervisor backs off, recovers, drains, and says who is unwell."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from syncline_common.errors import Unavailable
from syncline_common.runtime.supervisor import STUCK_AFTER, Loop, Supervisor, finish


class Watch:
    """A clock of seconds that the test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class Turns:
    """A loop's work: counts its turns, and says what the test wants; the last answer stays."""

    def __init__(self, *results: int | Exception) -> None:
        self._results, self.done = list(results), 0
        self.came = asyncio.Condition()

    async def __call__(self) -> int:
        result = self._results.pop(0) if len(self._results) > 1 else self._results[0]
        async with self.came:
            self.done += 1
            self.came.notify_all()
        if isinstance(result, Exception):
            raise result
        return result

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: self.done >= count)


def supervisor(*loops: Loop, watch: Callable[[], float] | None = None) -> Supervisor:
    return Supervisor("test", loops, watch or Watch())


async def settled() -> None:
    """Everything that can run has run."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_rests_after_nothing_and_longer_after_each_failure() -> None:
    loop = Loop("test", Turns(3, 0, OSError(), OSError(), OSError(), OSError(), OSError(), 1), every=1.0)
    it = supervisor(loop)
    assert [await it.turn(loop) for _ in range(7)] == [0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    assert (loop.failures, loop.error, it.health()) == (5, "OSError", {"test": "failing"})
    assert await it.turn(loop) == 0.0
    assert (loop.failures, loop.error, it.health()) == (0, "", {"test": "ok"})


@pytest.mark.parametrize(("every", "rest"), [(0.01, 10.24), (1.0, 15.0), (60.0, 60.0)])
async def test_a_very_long_outage_is_survived(every: float, rest: float) -> None:
    loop = Loop("test", Turns(OSError()), every=every, failures=5000)
    assert await supervisor(loop).turn(loop) == pytest.approx(rest)


async def test_where_it_is_anothers_turn_nothing_is_done() -> None:
    turns, mine = Turns(1), [False, True]

    async def alone() -> bool:
        return mine.pop(0)

    loop = Loop("test", turns, every=5.0, alone=alone)
    it = supervisor(loop)
    assert [await it.turn(loop), turns.done, await it.turn(loop), turns.done] == [5.0, 0, 0.0, 1]


async def test_a_question_that_fails_is_a_turn_that_fails() -> None:
    async def alone() -> bool:
        raise Unavailable("The database can't be reached")

    turns = Turns(1)
    loop = Loop("test", turns, alone=alone)
    it = supervisor(loop)
    assert await it.turn(loop) == 2.0
    assert (turns.done, it.health()) == (0, {"test": "failing"})


async def test_a_turn_that_says_nothing_for_long_is_stuck() -> None:
    watch, go_on = Watch(), asyncio.Event()

    async def hang() -> int:
        await go_on.wait()
        return 0

    loop = Loop("test", hang)
    it = supervisor(loop, watch=watch)
    turn = asyncio.create_task(it.turn(loop))
    await settled()
    watch.at = STUCK_AFTER
    assert it.health() == {"test": "ok"}
    watch.at = STUCK_AFTER + 1
    assert it.health() == {"test": "stuck"}
    go_on.set()
    await turn
    assert it.health() == {"test": "ok"}


async def running(
    it: Supervisor, check: Callable[[], Awaitable[None]], *, seconds: float = 5
) -> asyncio.Task[None]:
    """Run it, check, then drain; the task as it ended."""
    task = asyncio.create_task(it.run())
    await check()
    it.drain()
    await finish(task, seconds)
    return task


async def test_the_bell_ends_a_rest() -> None:
    turns = Turns(0)
    loop = Loop("test", turns, every=3600)

    async def ring_twice() -> None:
        for expected in (1, 2, 3):
            await turns.reach(expected)
            await settled()
            assert turns.done == expected
            loop.bell.set()

    await running(supervisor(loop), ring_twice)


async def test_a_ring_during_a_turn_is_not_lost() -> None:
    loop: Loop
    turns = 0

    async def rings_itself_once() -> int:
        nonlocal turns
        turns += 1
        if turns == 1:
            loop.bell.set()
        return 0

    loop = Loop("test", rings_itself_once, every=3600)

    async def settle() -> None:
        await settled()
        assert turns == 2

    await running(supervisor(loop), settle)


async def test_a_failing_loop_never_stops_its_neighbours() -> None:
    good, bad = Turns(1), Turns(RuntimeError())
    task = await running(supervisor(Loop("bad", bad), Loop("good", good)), lambda: good.reach(50))
    assert bad.done == 1 and not task.cancelled()


async def test_a_loop_that_is_never_done_lets_the_others_in() -> None:
    async def always() -> int:
        return 1

    good = Turns(1)
    await running(supervisor(Loop("greedy", always), Loop("good", good)), lambda: good.reach(5))


async def test_drained_it_starts_no_new_turn_and_ends_the_running_one() -> None:
    resting, go_on, ended = Turns(0), asyncio.Event(), list[str]()

    async def slow() -> int:
        await go_on.wait()
        ended.append("slow")
        return 1

    it = supervisor(Loop("resting", resting, every=3600), Loop("slow", slow))
    task = asyncio.create_task(it.run())
    await resting.reach(1)
    await settled()
    it.drain()
    await settled()
    assert not task.done()
    go_on.set()
    async with asyncio.timeout(30):
        await task
    assert ended == ["slow"] and resting.done == 1


async def test_what_does_not_end_in_time_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def hang() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return 0

    task = await running(supervisor(Loop("hangs", hang)), settled, seconds=0.05)
    assert cancelled.is_set() and task.cancelled()
