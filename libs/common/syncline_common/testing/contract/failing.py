"""Whatever goes wrong at whichever request of whichever operation: the right error, and never a wrong conclusion."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Protocol

import pytest

from syncline_common.testing.contract.expected import TABLE, Outcomes, expected, expected_once
from syncline_common.testing.contract.operations import (
    OPERATIONS,
    Given,
    Operation,
    given,
    is_lacking,
    outcome,
)
from syncline_common.testing.contract.subject import Done, Heard, Scene, Simulated, Sort, Subject

WRITES_ONCE = (Sort.PLAIN, Sort.MUTE)


class Wanted(Protocol):
    def __call__(self, subject: Subject, fault: str, sort: Sort, *, has_written: bool) -> Outcomes: ...


class FailingContract:
    @pytest.mark.parametrize("name", OPERATIONS)
    async def test_each_fault_at_each_request(self, subject: Subject, name: str) -> None:
        """It lasts: whatever is asked after it goes wrong in the same way."""
        if await is_lacking(subject, name):
            return
        trial = await Trial.of(subject, OPERATIONS[name])
        assert bool(trial.requests) is (name not in subject.asks_nothing), "nothing can be seen by this"
        found = [it async for it in trial.wrong(expected, count=None)]
        assert not found, "\n".join(found)

    @pytest.mark.parametrize("name", OPERATIONS)
    async def test_a_fault_that_passes_leaves_no_trace_or_is_told(self, subject: Subject, name: str) -> None:
        """Once only: what may be repeated is, what may not is not, and then what the ledger says is true."""
        if await is_lacking(subject, name):
            return
        trial = await Trial.of(subject, OPERATIONS[name])
        found = [it async for it in trial.wrong(expected_once, count=1)]
        assert not found, "\n".join(found)


class Trial:
    """One operation, with what it asks and answers when all is well."""

    def __init__(self, subject: Subject, operation: Operation) -> None:
        self._subject, self._operation = subject, operation
        self.requests: Sequence[Heard] = ()
        self.answer: Any = None
        self.effects = Counter[str]()
        self._about: Given | None = None
        self._system: Simulated | None = None
        self._heard_before = 0
        self._effective: set[int] = set()  # those of the requests that do something

    @classmethod
    async def of(cls, subject: Subject, operation: Operation) -> "Trial":
        trial = cls(subject, operation)
        system, scene = trial._furnished()
        trial._about = await given(subject, subject.ports(), scene)
        before = len(system.heard)
        trial.answer = await outcome(operation, subject.ports(), trial._about)
        assert not isinstance(trial.answer, Exception), f"it fails when all is well: {trial.answer!r}"
        trial.requests = system.heard[before:]
        trial.effects = effects(system.done)
        trial._effective = {it.request - before - 1 for it in system.done if it.request is not None}
        return trial

    async def wrong(self, wanted: Wanted, count: int | None) -> AsyncIterator[str]:
        for fault in TABLE:
            for at in self._positions():
                heard = self.requests[at]
                sort = self._subject.sort_of(heard)
                allowed = wanted(self._subject, fault, sort, has_written=self._has_written(at))
                if sort in WRITES_ONCE and at not in self._effective:  # it is refused when all is well
                    allowed += (None, *wanted(self._subject, fault, Sort.READ, has_written=False))
                if sort is Sort.READ and self._is_to_write(
                    at
                ):  # it may be about one that was not reached yet
                    allowed += wanted(self._subject, fault, sort, has_written=False)
                system, told = await self._broken(fault, at, count)
                for wrong in self._wrong(system, told, allowed):
                    yield f"{fault} at {heard.operation} ({sort}): {wrong}"

    def _positions(self) -> list[int]:
        """The first request to each address, and the last of all: more of the same show nothing new."""
        first = dict[tuple[str, str], int]()
        for at, it in enumerate(self.requests):
            first.setdefault((it.operation, it.target.partition("?")[0]), at)
        return sorted({*first.values(), len(self.requests) - 1} if self.requests else ())

    async def _broken(self, fault: str, at: int, count: int | None) -> tuple[Simulated, Any]:
        assert self._about is not None
        system = self._untouched(fault)
        self._heard_before = len(system.heard)
        system.order(fault, skip=at, count=count)
        return system, await outcome(self._operation, self._subject.ports(), self._about)

    def _wrong(self, system: Simulated, told: Any, wanted: Outcomes) -> Iterator[str]:
        kind = type(told) if isinstance(told, Exception) else None
        if kind not in wanted:
            yield f"{told!r} instead of {' or '.join(it.__name__ if it else 'an answer' for it in wanted)}"
        if kind is None and not (told == self.answer and effects(system.done) == self.effects):
            yield f"it took {told!r} for an answer; {dict(effects(system.done))} happened"
        if effects(system.done) - self.effects:
            yield f"it did more than was asked: {dict(effects(system.done))}"
        if more := self._plain(system.heard[self._heard_before :]) - self._plain(self.requests):
            yield f"it repeated {dict(more)}"

    def _plain(self, requests: Sequence[Heard]) -> Counter[str]:
        return Counter(it.operation for it in requests if self._subject.sort_of(it) in WRITES_ONCE)

    def _has_written(self, at: int) -> bool:
        return any(it < at for it in self._effective)

    def _is_to_write(self, at: int) -> bool:
        return any(it > at for it in self._effective)

    def _untouched(self, fault: str) -> Simulated:
        """The one before, if nothing has happened to it; a page that comes again is to be one of this trial."""
        if self._system is None or effects(self._system.done) or fault == "same_page":
            self._system, _ = self._furnished()
        self._system.lift()
        return self._system

    def _furnished(self) -> tuple[Simulated, Scene]:
        system = self._subject.system()
        return system, system.furnish()


def effects(done: Sequence[Done]) -> Counter[str]:
    """Ours, by what and on what: a record that is new has an id of its own each time."""
    return Counter(f"{it.what} {it.stream}" for it in done if it.request is not None)
