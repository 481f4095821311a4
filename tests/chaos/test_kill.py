"""A few of the suspensions that `make soak SUITE=kill` kills a worker at, all of them; and the judge is judged."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chaos.kill import kill_suite
from chaos.kill_oracle import CONFLICT, WANTED, Ending, judge
from chaos.suspensions import Suspensions
from chaos.traces import Traces
from chaos.vendors import Vendors
from conftest import needs_postgres
from syncline_sandbox import demo
from syncline_sandbox.ledger import Effect

SAMPLE = {"sqlite": (150, 420, 640, 780), "postgres": (130, 310, 420)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=needs_postgres)])
async def test_whatever_a_worker_dies_in_the_next_one_carries_it_through(kind: str) -> None:
    async with kill_suite([kind], at_once=1) as scenarios:
        verdicts = [await scenarios[kind](deadly) for deadly in SAMPLE[kind]]
    assert [it.broken for it in verdicts] == [[]] * len(verdicts)
    assert all(it.happened and it.faults == {"killed": 1} for it in verdicts)


async def _waits(times: int) -> str:
    for _ in range(times):
        await asyncio.sleep(0)
    return "done"


async def _waits_in_a_task(times: int) -> str:
    return await asyncio.create_task(_waits(times))


def _places(work: Callable[[], Any]) -> int:
    suspensions = Suspensions(0)
    with asyncio.Runner(loop_factory=suspensions.loop) as runner:
        suspensions.count()
        assert runner.run(work()) == "done"
    return suspensions.passed


def test_each_wait_has_two_places_in_whatever_task_it_is() -> None:
    assert _places(lambda: _waits(0)) == 0
    assert _places(lambda: _waits(3)) == 6
    assert _places(lambda: _waits_in_a_task(3)) == 6 + 2  # and that of who waits for the task


async def _refused() -> str:
    waiting = asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    return "done"


def test_a_cancellation_passes_through() -> None:
    assert _places(_refused) > 0


REST = datetime(2026, 1, 1, tzinfo=UTC)


def effect(what: str, stream: str, **after: Any) -> Effect:
    named = {name.replace("__", "."): it for name, it in after.items()}
    return Effect(1, REST - timedelta(minutes=1), "us", what, stream, "id", 1, {}, named, 1)


@dataclass
class Draft:
    """What an ending is made of, before something in it goes wrong."""

    bugs: dict[str, list[str]] = field(
        default_factory=lambda: {f"bug {n}": [*it] for n, it in enumerate(WANTED.items())}
    )
    incidents: dict[str, list[str]] = field(
        default_factory=lambda: {f"incident {n}": [*it] for n, it in enumerate(WANTED.items())}
    )
    a: list[Effect] = field(
        default_factory=lambda: [
            effect("created", "Bug", System__Title="New in b"),
            effect("changed", "Bug", Custom__Customer="edited in b"),
            effect("changed", "Bug", Custom__Customer="edited in b, too", System__Rev=3),
        ]
    )
    b: list[Effect] = field(
        default_factory=lambda: [
            effect("created", "incident", short_description="New in a"),
            effect("changed", "incident", short_description="One, edited in a"),
            effect("changed", "incident", u_vendor_ticket="edited meanwhile"),
            effect("changed", "incident", short_description="Three, edited in a"),
            effect("changed", "incident", short_description="Four, edited in a"),
        ]
    )
    links: list[list[Any]] = field(
        default_factory=lambda: [[f"bug {n}", f"incident {n}", "linked"] for n in range(len(WANTED))]
    )
    issues: list[list[Any]] = field(default_factory=list)
    conflicts: list[list[Any]] = field(default_factory=lambda: [CONFLICT])
    intents: list[list[Any]] = field(default_factory=lambda: [["m", "done", "0"]])
    runs: list[list[Any]] = field(default_factory=lambda: [["r", "succeeded"]])
    ended: list[list[Any]] = field(default_factory=lambda: [["r"]])

    def ending(self) -> Ending:
        boards, instance = demo.organisation(count=0), demo.instance(count=0)
        for id, (title, customer) in self.bugs.items():
            boards.store.add("Bug", id, {"System.Title": title, "Custom.Customer": customer}, "somebody")
        for id, (title, customer) in self.incidents.items():
            values = {"short_description": title, "u_vendor_ticket": customer}
            instance.store.add("incident", id, values, "somebody")
        told: Sequence[Any] = (
            self.links,
            self.issues,
            self.conflicts,
            self.intents,
            self.runs,
            self.ended,
        )
        return Ending(Vendors(boards, instance), self.a, self.b, Traces(*told), REST)


WRONGS: dict[str, tuple[str, Callable[[Draft], Any]]] = {
    "created twice": ("P1", lambda it: it.a.append(it.a[0])),
    "a copy too many": ("P1", lambda it: it.bugs.update({"9": ["New in b", "Northwind"]})),
    "in doubt for ever": ("P1", lambda it: it.intents.append(["n", "sent", None])),
    "never created": ("P1", lambda it: it.b.pop(0)),
    "created from nothing": ("P1", lambda it: it.b.append(effect("created", "incident"))),
    "not linked": ("P2", lambda it: it.links.pop()),
    "linked with another": ("P2", lambda it: it.links[0].__setitem__(1, "incident 1")),
    "left to a person": ("P2", lambda it: it.issues.append(["cause", "hint", "open"])),
    "a run that never ends": ("P4", lambda it: it.runs[0].__setitem__(1, "running")),
    "an end told twice": ("P4", lambda it: it.ended.append(["r"])),
    "written twice": ("P9", lambda it: it.b.append(it.b[1])),
    "written after the rest": (
        "P9",
        lambda it: it.a.__setitem__(1, replace(it.a[1], at=REST + timedelta(1))),
    ),
    "the loser forgotten": ("P10", lambda it: it.conflicts.clear()),
    "kept twice": ("P10", lambda it: it.conflicts.append(CONFLICT)),
    "an edit that vanished": ("P11", lambda it: it.incidents["incident 0"].__setitem__(1, "Contoso")),
    "deleted": ("P12", lambda it: it.a.append(effect("deleted", "Bug"))),
    "cleared": ("P9", lambda it: it.a.append(effect("changed", "Bug", System__Title=None))),
}


def test_the_judge_finds_no_fault_where_there_is_none() -> None:
    assert judge(Draft().ending()) == []


@pytest.mark.parametrize("wrong", WRONGS)
def test_the_judge_notices(wrong: str) -> None:
    promise, do = WRONGS[wrong]
    draft = Draft()
    do(draft)
    assert any(it.startswith(promise) for it in judge(draft.ending()))
