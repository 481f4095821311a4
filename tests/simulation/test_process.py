"""A kill is a kill: nothing of the process runs again. A freeze is one: everything goes on as if nothing had happened."""

import asyncio
from random import Random

import pytest

from simulation.loop import SimulatedLoop
from simulation.process import PROCESS, Process, outside


class Company:
    """What happened, by whom; `ends` counts the deaths that the others were told of."""

    def __init__(self) -> None:
        self.loop = SimulatedLoop(Random(3))
        self.said: list[str] = []
        self.ended: list[str] = []
        self.process = Process("w", self.loop, lambda it: self.ended.append(it.name))

    async def tick(self) -> None:
        try:
            for number in range(1, 11):
                await asyncio.sleep(1)
                self.said.append(f"{number} at {self.loop.time():.0f}")
        except asyncio.CancelledError:
            self.said.append("cancelled")
            raise
        finally:
            self.said.append("finally")


@pytest.fixture
def company() -> Company:
    return Company()


def test_a_kill_runs_no_finally(company: Company) -> None:
    async def history() -> None:
        company.process.run(company.tick())
        await asyncio.sleep(2.5)
        company.process.kill()
        await asyncio.sleep(100)

    company.loop.run_until_complete(history())
    assert company.said == ["1 at 1", "2 at 2"]
    assert company.ended == ["w"]
    company.loop.bury([company.process])


def test_tasks_of_its_tasks_die_as_well(company: Company) -> None:
    async def parent() -> None:
        await asyncio.gather(company.tick(), asyncio.create_task(company.tick()))

    async def history() -> None:
        company.process.run(parent())
        await asyncio.sleep(1.5)
        company.process.kill()
        await asyncio.sleep(100)

    company.loop.run_until_complete(history())
    assert company.said == ["1 at 1", "1 at 1"]
    company.loop.bury([company.process])


def test_a_freeze_resumes(company: Company) -> None:
    async def history() -> None:
        company.process.run(company.tick())
        await asyncio.sleep(2.5)
        company.process.freeze()
        await asyncio.sleep(50)
        assert company.said == ["1 at 1", "2 at 2"]
        assert company.process.thaw()
        company.loop.give_back(company.process)
        await asyncio.sleep(100)

    company.loop.run_until_complete(history())
    assert company.said[:4] == ["1 at 1", "2 at 2", "3 at 52", "4 at 54"]
    assert company.said[-1] == "finally"
    company.loop.bury([company.process])


def test_it_is_struck_at_the_point_that_was_named(company: Company) -> None:
    async def work() -> None:
        for number in range(10):
            await company.process.point()
            company.said.append(str(number))

    async def history() -> None:
        company.process.strike_at(4, company.process.kill)
        company.process.run(work())
        await asyncio.sleep(1)

    company.loop.run_until_complete(history())
    assert company.said == ["0", "1", "2"]
    company.loop.bury([company.process])


def test_what_it_began_outside_goes_on(company: Company) -> None:
    async def work() -> None:
        company.loop.call_later(5, company.said.append, "mine")
        company.loop.call_later(5, company.said.append, "the server's", context=outside())

    async def history() -> None:
        await company.process.run(work())
        assert PROCESS.get() is None
        company.process.kill()
        await asyncio.sleep(10)

    company.loop.run_until_complete(history())
    assert company.said == ["the server's"]
    company.loop.bury([company.process])
