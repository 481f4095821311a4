"""Time passes only in jumps, and the order of what is ready is the seed's."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest

from simulation.loop import Deadlock, Livelock, SimulatedLoop


def run(work: Coroutine[Any, Any, Any], seed: int = 1) -> Any:
    loop = SimulatedLoop(Random(seed))
    try:
        return loop.run_until_complete(work)
    finally:
        loop.bury([])


async def order_of_ten() -> list[int]:
    said: list[int] = []

    async def say(number: int) -> None:
        await asyncio.sleep(1)
        said.append(number)

    await asyncio.gather(*(say(number) for number in range(10)))
    return said


def test_sleeping_takes_no_time() -> None:
    async def sleep() -> float:
        await asyncio.sleep(1_000_000)
        return asyncio.get_running_loop().time()

    assert run(sleep()) == 1_000_000


def test_timers_go_off_in_their_order() -> None:
    async def wait() -> list[float]:
        said: list[float] = []
        loop = asyncio.get_running_loop()
        for seconds in (3.0, 1.0, 2.0):
            loop.call_later(seconds, said.append, seconds)
        loop.call_later(2.5, said.append, 0.0).cancel()
        await asyncio.sleep(4)
        return said

    assert run(wait()) == [1.0, 2.0, 3.0]


def test_the_same_seed_gives_the_same_order() -> None:
    orders = {seed: run(order_of_ten(), seed) for seed in range(5)}
    assert orders == {seed: run(order_of_ten(), seed) for seed in range(5)}
    assert len({tuple(it) for it in orders.values()}) == 5
    assert all(sorted(it) == list(range(10)) for it in orders.values())


def test_time_outs_locks_and_events_work() -> None:
    async def work() -> list[str]:
        said: list[str] = []
        lock, rung = asyncio.Lock(), asyncio.Event()

        async def hold() -> None:
            async with lock:
                await rung.wait()
                said.append("rung")

        holding = asyncio.create_task(hold())
        await asyncio.sleep(1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await lock.acquire()
        said.append(f"gave up at {asyncio.get_running_loop().time():.0f}")
        rung.set()
        await holding
        return said

    assert run(work()) == ["gave up at 6", "rung"]


def test_waiting_for_nothing_is_an_error() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match=r"at 0\.000"):
        run(wait())


def test_turning_on_the_spot_is_an_error() -> None:
    async def turn() -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Livelock, match=r"100000 turns at 0\.000"):
        run(turn())


def test_what_fails_unheard_is_kept() -> None:
    def fail() -> None:
        raise ValueError("unheard")

    async def work() -> None:
        asyncio.get_running_loop().call_soon(fail)
        await asyncio.sleep(1)

    loop = SimulatedLoop(Random(1))
    loop.run_until_complete(work())
    loop.bury([])
    assert [str(it) for it in loop.failures] == ["unheard"]
