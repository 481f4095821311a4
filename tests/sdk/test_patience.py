"""Who waits for a turn in a budget, for how long, and whom that holds up."""

import asyncio
from dataclasses import dataclass, field

import pytest

from sdk.shared_gate import Shared
from syncline_common.errors import CredentialRejected, RateLimited
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.patience import patient

TEN_A_MINUTE = Budget("exports", limit=10, per=60.0)


@dataclass
class Slow(Shared):
    """One may leave at once, the next after some seconds."""

    budget: Budget = TEN_A_MINUTE
    waits: list[float] = field(default_factory=list)

    def meter(self) -> Meter:
        return Meter(self, self.budget, lambda: self.now, self.wait)

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        await super().wait(seconds)


async def test_most_come_back_later() -> None:
    shared = Slow()
    meter = shared.meter()
    await meter.admit(Priority.USER, {})
    with pytest.raises(RateLimited) as refused:
        await meter.admit(Priority.USER, {})
    assert refused.value.retry_after and refused.value.retry_after > 5 and shared.waits == []


async def test_who_has_patience_waits_for_each_turn() -> None:
    shared = Slow()
    meter = shared.meter()
    with patient(15):
        for _ in range(4):
            await meter.admit(Priority.BACKFILL, {})
    assert len(shared.waits) == 3 and all(5 < it < 8 for it in shared.waits)


async def test_what_would_take_longer_is_told_at_once() -> None:
    shared = Slow()
    await shared.slow_down(TEN_A_MINUTE, 16)
    with patient(15), pytest.raises(RateLimited) as refused:
        await shared.meter().admit(Priority.USER, {})
    assert refused.value.retry_after == 16 and shared.waits == []


@dataclass
class Halted(Slow):
    """Who waits does so until the test says."""

    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        self.waiting.set()
        await self.over.wait()
        await super().wait(seconds)


async def test_others_are_told_meanwhile_that_it_takes_long() -> None:
    shared = Halted()
    meter = shared.meter()
    await meter.admit(Priority.USER, {})
    with patient(15):
        waiting = asyncio.create_task(meter.admit(Priority.USER, {}))
    await shared.waiting.wait()
    with pytest.raises(RateLimited):
        await meter.admit(Priority.USER, {})
    shared.over.set()
    await waiting


async def test_a_credential_that_was_refused_meanwhile_is_not_tried() -> None:
    shared = Halted()
    meter, key = shared.meter(), {"Authorization": "Bearer 1"}
    await meter.admit(Priority.USER, key)
    with patient(15):
        waiting = asyncio.create_task(meter.admit(Priority.USER, key))
    await shared.waiting.wait()
    shared.now += 1
    await meter.answered(CredentialRejected("no"), key)
    shared.over.set()
    with pytest.raises(CredentialRejected):
        await waiting
