"""Probes have a reserve for a person who waits, and their share of the budget in the long run."""

from dataclasses import dataclass

import pytest

from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget, Share
from syncline_registry.probing.gate import ProbeGate

BUDGET = Budget("a system", 300, 300.0, Share.PROBES)


@dataclass
class Watch:
    now: float = 0.0

    def elapsed(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


async def taken(gate: ProbeGate, budget: Budget = BUDGET) -> int:
    """All that there is."""
    count = 0
    while (grant := await gate.take(budget, 10, Priority.USER)).tokens:
        count += grant.tokens
    return count


async def test_half_of_the_window_is_there_at_once(watch: Watch) -> None:
    gate = ProbeGate(watch.elapsed)
    assert await taken(gate) == 150
    assert await taken(gate, Budget("another", 10, 60.0, Share.PROBES)) == 5


async def test_in_the_long_run_it_is_five_percent(watch: Watch) -> None:
    gate = ProbeGate(watch.elapsed)
    await taken(gate)
    count = 0
    for _ in range(720):  # an hour of somebody who never stops asking
        watch.now += 5.0
        count += await taken(gate)
    assert count == 3600 * 15 // 300


async def test_who_has_to_wait_is_told_how_long(watch: Watch) -> None:
    gate = ProbeGate(watch.elapsed)
    await taken(gate)
    wait = (await gate.take(BUDGET, 10, Priority.USER)).seconds
    watch.now += wait
    assert (await gate.take(BUDGET, 10, Priority.USER)).tokens == 1


async def test_a_vendor_that_wants_to_be_left_alone_is(watch: Watch) -> None:
    gate = ProbeGate(watch.elapsed)
    await gate.slow_down(BUDGET, 20.0)
    assert (await gate.take(BUDGET, 10, Priority.USER)).seconds == 20.0
    watch.now += 20.0
    assert (await gate.take(BUDGET, 10, Priority.USER)).tokens == 1
