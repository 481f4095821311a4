"""The oracle can object: each kind of bad behaviour is caught as what it is, and good behaviour is not."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from simulation.cabinet import By
from simulation.configurations import Variant
from simulation.faults import Rates
from simulation.history import History, history_of
from simulation.naive import Naive
from simulation.remembered import Explained, Remembered, RunKept, Written
from simulation.steps import (
    Comment,
    Create,
    Edit,
    Kill,
    Mark,
    Pause,
    Remove,
    Restore,
    Resume,
    Revoke,
    Sicken,
    Start,
    Step,
)
from simulation.subject import Subject
from simulation.trial import calm_without_comments, tried
from simulation.vendors import Facts
from simulation.world import live
from syncline_common.schemas.connector import NewRecord, Priority, Update
from syncline_common.schemas.records import Feed, Record, RecordRef
from syncline_common.schemas.values import Direction, Side

SEEDS = 40
QUIET = Variant(comments=False)


class ForgetsAPage(Naive):
    async def read(self, side: Side) -> dict[str, Record]:
        reader = await self._place.systems.reader(side, Priority.POLL)
        page = await reader.changes(self._place.streams[side], Feed.RECORDS, None, None)
        return dict(await reader.fetch(self._place.streams[side], [it.ref.id for it in page.changed]))


class Echoes(Naive):
    """It takes what it has written for what a user has written."""

    async def write(self, rule: Any, records: dict[Side, Record], source: Side) -> None:
        target = records[source.other]
        await super().write(rule, records, source)
        if records[source.other] is not target:
            field = rule.field(source.other)
            self._bases[target.ref.id][field] = records[source].values[rule.field(source)]


class OverwritesSilently(Naive):
    async def remembered(self) -> Remembered:
        return replace(await super().remembered(), kept={})


class ExplainsNothing(Naive):
    async def remembered(self) -> Remembered:
        return replace(await super().remembered(), explained=())


class DeletesWhatItMisses(Naive):
    async def cycle(self) -> None:
        await super().cycle()
        for side in Side:
            writer = await self._place.systems.writer(side.other, Priority.POLL)
            seen, others = await self.read(side), await self.read(side.other)
            for record in others.values():
                if self._links.get(record.ref.id, record.ref.id) not in {*seen, record.ref.id}:
                    await writer.delete(record)


class NeverRests(Naive):
    async def cycle(self) -> None:
        await super().cycle()
        writer = await self._place.systems.writer(Side.A, Priority.POLL)
        for record in (await self.read(Side.A)).values():
            await writer.update([Update(record, {"Title": record.values["Title"]})])


class MakesThingsUp(Naive):
    async def cycle(self) -> None:
        await super().cycle()
        writer = await self._place.systems.writer(Side.B, Priority.POLL)
        for record in (await self.read(Side.B)).values():
            if record.values["description"] is None:
                await writer.update([Update(record, {"description": "(none)"})])


class WorksThroughPauses(Naive):
    async def pause(self) -> None:
        """It has not heard."""


class KeepsDeadRuns(Naive):
    async def remembered(self) -> Remembered:
        owners = [("run1", "w0.0"), ("run2", None)]
        return replace(await super().remembered(), runs=[RunKept(id, "running", it) for id, it in owners])


class MixesVersions(Naive):
    async def remembered(self) -> Remembered:
        rows = [Written("alder-1", "Title", 1, "x"), Written("alder-1", "State", 2, "x")]
        return replace(await super().remembered(), written=rows)


class FailsRecordsForCredentials(Naive):
    async def remembered(self) -> Remembered:
        said = [Explained("alder-1", "credential_rejected")]
        return replace(await super().remembered(), failed=said)


class CarriesComments(Naive):
    async def cycle(self) -> None:
        await super().cycle()
        for side in Side:
            writer = await self._place.systems.writer(side.other, Priority.POLL)
            for id in [it for it in await self.read(side) if it in self._links]:
                there = RecordRef(self._place.streams[side.other], self._links[id])
                said, heard = await self.said(side, id), await self.said(side.other, there.id)
                for body in self.missing(said, heard):
                    await writer.comment(there, body, public=True, marker=body)

    async def said(self, side: Side, id: str) -> list[str]:
        reader = await self._place.systems.reader(side, Priority.POLL)
        return [it.body for it in await reader.comments(RecordRef(self._place.streams[side], id))]

    def missing(self, said: list[str], heard: list[str]) -> list[str]:
        return [it for it in said if it not in heard]


class RepeatsComments(CarriesComments):
    def missing(self, said: list[str], heard: list[str]) -> list[str]:
        return said if len(heard) < 4 else []


class StopsAtPoison(Naive):
    """While one record is refused, the others wait, for a minute."""

    async def cycle(self) -> None:
        if any(it.code == "record_rejected" for it in self._explained.values()):
            await asyncio.sleep(60)
        await super().cycle()


class OutlivesItsConnection(Naive):
    async def remove(self) -> None:
        """It has not heard."""


class ForgetsLinks(Naive):
    async def remembered(self) -> Remembered:
        return replace(await super().remembered(), links=())


class LinksOthers(Naive):
    async def remembered(self) -> Remembered:
        known = await super().remembered()
        turned = [*(b for _, b in known.links[1:]), *(b for _, b in known.links[:1])]
        return replace(known, links=[(a, b) for (a, _), b in zip(known.links, turned, strict=True)])


class CreatesFromNothing(Naive):
    async def cycle(self) -> None:
        await super().cycle()
        if not self._kept["made"]:
            self._kept["made"] = ["it"]
            writer = await self._place.systems.writer(Side.B, Priority.POLL)
            await writer.create([NewRecord("incident", {"short_description": "hello"}, "m")])


class Spins(Naive):
    async def worker(self, name: str) -> None:
        while True:
            await asyncio.sleep(0)


class RefusesToPublish(Naive):
    async def publish(self, version: int, document: dict[str, Any]) -> None:
        raise KeyError(version)


class Stumbles(Naive):
    async def worker(self, name: str) -> None:
        await asyncio.sleep(5)
        raise ValueError("stumbled")


def first_caught(subject: Callable[[History], Subject], promise: str, *more: Step) -> int | None:
    """Of the seeds, the first at which this promise was found broken; `more` happens as well."""
    for seed in range(1, SEEDS + 1):
        history = calm_without_comments(seed)
        steps = sorted([*history.steps, *more], key=lambda it: it.at)
        if promise in tried(history.with_steps(tuple(steps)), subject).promises:
            return seed
    return None


def test_a_good_one_breaks_no_promise() -> None:
    for seed in range(1, SEEDS + 1):
        history = calm_without_comments(seed)
        assert tried(history, lambda it: Naive(it.versions)).verdicts == (), history


BAD: list[tuple[type[Naive], str, list[Step]]] = [
    (ForgetsAPage, "P2", []),
    (Echoes, "P9", []),
    (OverwritesSilently, "P10", []),
    (ExplainsNothing, "P2", []),
    (ExplainsNothing, "P11", []),
    (DeletesWhatItMisses, "P12", []),
    (NeverRests, "P9", []),
    (MakesThingsUp, "P12", []),
    (WorksThroughPauses, "P15", [Pause(1.0), Resume(100.0)]),
    (OutlivesItsConnection, "P15", [Remove(1.0)]),
    (StopsAtPoison, "P13", []),
    (MixesVersions, "P15", []),
    (FailsRecordsForCredentials, "P14", []),
    (ForgetsLinks, "P2", []),
    (LinksOthers, "P2", []),
    (CreatesFromNothing, "P12", []),
    (Stumbles, "ours", []),
    (Spins, "ours", []),
    (RefusesToPublish, "ours", []),
    (Naive, "P1", [Sicken(0.0, Side.B, Rates(after=50))]),
    (Naive, "P14", [Revoke(10.0, Side.A), Restore(30.0, Side.A)]),
]


@pytest.mark.parametrize(("bad", "promise", "steps"), BAD, ids=[f"{it[0].__name__}-{it[1]}" for it in BAD])
def test_a_bad_one_is_caught(bad: type[Naive], promise: str, steps: list[Step]) -> None:
    assert first_caught(lambda it: bad(it.versions), promise, *steps) is not None


def simple(*steps: Step, workers: int = 1, facts: Facts | None = None, variant: Variant = QUIET) -> History:
    facts = facts or Facts()
    return History(1, facts, facts, (variant,), workers, 120.0, steps)


CREATED = Create(0.0, Side.A, "r1", (("Title", "one"), ("State", "Closed")))


def test_two_workers_at_one_record_are_caught() -> None:
    """The stand-in has no leases: its workers do everything at once."""
    tried_once = tried(simple(CREATED, workers=3), lambda it: Naive(it.versions))
    assert {"P1", "P5"} <= tried_once.promises


def test_a_run_of_the_dead_is_caught() -> None:
    history = simple(CREATED, Kill(5.0, 0, 1), Start(20.0, 0))
    assert "P4" in tried(history, lambda it: KeepsDeadRuns(it.versions)).promises
    assert "P4" not in tried(simple(CREATED), lambda it: KeepsDeadRuns(it.versions)).promises


def test_a_budget_that_is_overdrawn_is_caught() -> None:
    assert "P6" in tried(simple(CREATED, facts=Facts(budget=20)), lambda it: Naive(it.versions)).promises


def test_after_its_connection_is_removed_nothing_is_owed() -> None:
    assert tried(simple(Remove(1.0), CREATED), lambda it: Naive(it.versions)).verdicts == ()


def test_a_value_that_its_successor_s_author_saw_has_not_vanished() -> None:
    edits = Edit(20.0, Side.A, "r1", "Title", "two"), Edit(40.0, Side.B, "r1", "short_description", "three")
    assert tried(simple(CREATED, *edits), lambda it: OverwritesSilently(it.versions)).verdicts == ()


def test_a_value_that_its_successor_s_author_never_saw_has() -> None:
    edits = Edit(20.0, Side.A, "r1", "Title", "two"), Edit(20.1, Side.B, "r1", "short_description", "three")
    verdicts = tried(simple(CREATED, *edits), lambda it: OverwritesSilently(it.versions)).verdicts
    assert [(it.promise, it.key, it.field) for it in verdicts] == [("P10", "r1", "short_description")]
    assert "'THREE', entered in b at 20.1, gave way to 'TWO'" in verdicts[0].said


def test_many_to_one_agrees_either_way() -> None:
    """Closed and Resolved are both 6."""
    lived = live(simple(CREATED), Naive((QUIET,)))
    states = [it.now.values["State"] for it in lived.trackers[Side.A].cabinet.records.values()]
    assert states == ["Closed"]
    assert tried(simple(CREATED), lambda it: Naive(it.versions)).verdicts == ()


@pytest.mark.parametrize(
    ("subject", "promises"), [(CarriesComments, set()), (Naive, {"P2"}), (RepeatsComments, {"P1"})]
)
def test_comments_come_over_once(subject: type[Naive], promises: set[str]) -> None:
    history = simple(CREATED, Comment(20.0, Side.B, "r1", "said 1."), variant=Variant(comments=True))
    assert tried(history, lambda it: subject(it.versions)).promises == promises


@pytest.mark.parametrize("kind", ["delete", "hide"])
def test_what_users_take_away_is_not_made_again(kind: str) -> None:
    result = tried(simple(CREATED, Mark(20.0, Side.B, "r1", kind)), lambda it: Naive(it.versions))
    assert result.verdicts == ()
    effects = result.lived.trackers[Side.B].cabinet.effects
    assert [(it.by, it.kind) for it in effects] == [(By.ENGINE, "create"), (By.USER, kind)]


def test_one_way_the_source_wins() -> None:
    one_way = replace(QUIET, direction=Direction.A_TO_B, creates="in_b")
    edit = Edit(20.0, Side.B, "r1", "short_description", "mine")
    result = tried(simple(CREATED, edit, variant=one_way), lambda it: Naive(it.versions))
    assert result.verdicts == ()
    (copy,) = result.lived.trackers[Side.B].cabinet.records.values()
    assert copy.now.values["short_description"] == "ONE"


def test_histories_hold_all_that_is_promised() -> None:
    """Among so many seeds, every kind of step occurs."""
    kinds = {type(it).__name__ for seed in range(200) for it in history_of(seed).steps}
    assert kinds == {
        *("Create", "Edit", "Comment", "Mark", "Clone", "Revoke", "Restore", "Pause", "Resume", "Publish"),
        "Remove",
        *("Kill", "Freeze", "Start", "Sicken"),
    }
