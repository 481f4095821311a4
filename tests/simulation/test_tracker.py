"""The trackers are as strict as a vendor, and as unreliable."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from simulation.cabinet import By, Stored
from simulation.faults import Rates
from simulation.loop import SimulatedLoop
from simulation.ports import TrackerReader, TrackerWriter
from simulation.process import Process
from simulation.tracker import Tracker, Users
from simulation.vendors import Facts, alder, birch
from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    RateLimited,
    RecordChanged,
    RecordGone,
    RecordRejected,
    RemoteError,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, RepeatClass, Update
from syncline_common.schemas.records import Feed, Record, RecordRef

Work = Callable[["Desk"], Awaitable[Any]]


class Desk:
    def __init__(self, facts: Facts, *, of_alder: bool) -> None:
        self.loop = SimulatedLoop(Random(1))
        self.tracker = Tracker((alder if of_alder else birch)(facts), Random(1))
        self.users = Users(self.tracker)
        self.reader, self.writer = TrackerReader(self.tracker), TrackerWriter(self.tracker)
        self.stream = self.tracker.vendor.stream
        self.title = "Title" if of_alder else "short_description"

    def fill(self, count: int) -> list[Stored]:
        key = self.tracker.vendor.key
        return [self.users.create({self.title: f"t{n}", key: f"r{n}"}) for n in range(1, count + 1)]

    async def create(self, marker: str = "m", **values: Any) -> Any:
        (answer,) = await self.writer.create([NewRecord(self.stream, {self.title: "x", **values}, marker)])
        return answer

    async def update(self, seen: Record, **values: Any) -> Any:
        (answer,) = await self.writer.update([Update(seen, values)])
        return answer

    async def see(self, stored: Stored) -> Record:
        return (await self.reader.fetch(self.stream, [stored.id]))[stored.id]

    def by_engine(self) -> list[str]:
        return [it.kind for it in self.tracker.cabinet.effects if it.by is By.ENGINE]


def at_desk(work: Work, facts: Facts | None = None, *, of_alder: bool = True) -> Any:
    desk = Desk(facts or Facts(), of_alder=of_alder)
    try:
        return desk.loop.run_until_complete(work(desk))
    finally:
        desk.loop.bury([])


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"Colour": "red"}, "Colour is unknown"),
        ({"CreatedBy": "ada@alder.example"}, "CreatedBy can't be set"),
        ({"Priority": "1"}, "Priority is of another type"),
        ({"Priority": True}, "Priority is of another type"),
        ({"State": "Undone"}, "State has no choice 'Undone'"),
        ({"AssignedTo": "eve@alder.example"}, "AssignedTo has no choice"),
        ({"Title": None}, "Title can't be empty"),
    ],
)
def test_it_refuses_what_a_vendor_refuses(values: dict[str, Any], complaint: str) -> None:
    async def work(desk: Desk) -> tuple[Any, Any, list[str]]:
        (stored,) = desk.fill(1)
        updated = await desk.update(await desk.see(stored), **values)
        return await desk.create(**values), updated, desk.by_engine()

    created, updated, effects = at_desk(work)
    assert isinstance(created, RecordRejected) and complaint in created.message
    assert isinstance(updated, RecordRejected) and complaint in updated.message
    assert effects == []


def test_a_create_needs_what_is_required() -> None:
    async def work(desk: Desk) -> Any:
        return await desk.writer.create([NewRecord("Bug", {"State": "New"}, "m")])

    (refused,) = at_desk(work)
    assert isinstance(refused, RecordRejected) and refused.message == "Title is missing"


def test_a_foreign_stream_and_too_many_at_once_are_our_mistake() -> None:
    async def read(desk: Desk) -> None:
        await desk.reader.fetch("incident", ["1"])

    async def write(desk: Desk) -> None:
        await desk.writer.create([NewRecord("Bug", {"Title": "x"}, str(n)) for n in range(3)])

    for work in (read, write):
        with pytest.raises(ContractBroken):
            at_desk(work)


@pytest.mark.parametrize("conditional", [True, False])
def test_a_stale_update_is_refused_where_the_vendor_can(conditional: bool) -> None:
    async def work(desk: Desk) -> Any:
        (stored,) = desk.fill(1)
        seen = await desk.see(stored)
        desk.users.edit(stored, {"Title": "edited meanwhile"})
        return await desk.update(seen, State="New")

    answer = at_desk(work, Facts(conditional=conditional))
    assert isinstance(answer, RecordChanged) is conditional


def test_each_has_its_own_way_of_putting_things() -> None:
    async def of_alder(desk: Desk) -> Any:
        return (await desk.create(Description="one\ntwo")).values["Description"]

    async def of_birch(desk: Desk) -> Any:
        return (await desk.create(short_description=" loud ")).values["short_description"]

    assert at_desk(of_alder) == "one\r\ntwo\r\n"
    assert at_desk(of_birch, of_alder=False) == "LOUD"


def test_feeds_and_searches_lag_and_a_fetch_does_not() -> None:
    async def work(desk: Desk) -> tuple[list[int], list[int]]:
        desk.tracker.shown_at = lambda: desk.loop.time() + 20  # type: ignore[method-assign]
        made = await desk.create(marker="mine")
        counts = []
        for _ in range(2):
            page = await desk.reader.changes("Bug", Feed.RECORDS, None, None)
            found = await desk.reader.find("Bug", "mine")
            fetched = await desk.reader.fetch("Bug", [made.ref.id])
            counts.append([len(page.changed), len(found), len(fetched)])
            desk.loop.call_later(25, (rung := desk.loop.create_future()).set_result, None)
            await rung
        return counts[0], counts[1]

    assert at_desk(work) == ([0, 0, 1], [1, 1, 1])


@pytest.mark.parametrize(("granularity", "second"), [(1.0, 7), (60.0, 0)])
def test_times_are_as_coarse_as_the_vendor_s_clock(granularity: float, second: int) -> None:
    async def work(desk: Desk) -> int:
        desk.loop.call_later(7.9, (rung := desk.loop.create_future()).set_result, None)
        await rung
        desk.fill(1)
        page = await desk.reader.changes("Bug", Feed.RECORDS, None, None)
        return page.changed[0].changed_at.second

    assert at_desk(work, Facts(granularity=granularity)) == second


@pytest.mark.parametrize(("of_alder", "missed"), [(True, set()), (False, {"birch-2"})])
def test_pages_by_position_drift(of_alder: bool, missed: set[str]) -> None:
    """What goes between two pages pulls the rest forward, and one is passed over."""

    async def work(desk: Desk) -> set[str]:
        stored = desk.fill(3)
        first = await desk.reader.inventory(desk.stream, None)
        desk.loop.call_later(2, (rung := desk.loop.create_future()).set_result, None)
        await rung
        desk.users.mark(stored[2], "delete")
        second = await desk.reader.inventory(desk.stream, first.next)
        seen = {it.ref.id for page in (first, second) for it in page.changed}
        return {it.id for it in stored} - seen - {stored[2].id}

    assert at_desk(work, Facts(page=1), of_alder=of_alder) == (
        missed if not of_alder else {"alder-3"} & set()
    )


def test_changes_are_paged_by_time_and_end_with_a_mark() -> None:
    async def work(desk: Desk) -> list[str]:
        desk.fill(5)
        seen, token = list[str](), None
        while True:
            page = await desk.reader.changes("Bug", Feed.RECORDS, None, token)
            seen += [it.ref.id for it in page.changed]
            if (token := page.next) is None:
                return seen

    assert at_desk(work, Facts(page=2)) == [f"alder-{n}" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("creates", "found", "records"), [(RepeatClass.K1, 1, 1), (RepeatClass.K2, 2, 2), (RepeatClass.K3, 0, 2)]
)
def test_a_repeated_create_by_class(creates: RepeatClass, found: int, records: int) -> None:
    async def work(desk: Desk) -> tuple[int, int]:
        await desk.create(marker="mine")
        await desk.create(marker="mine")
        return len(await desk.reader.find("Bug", "mine")), len(desk.tracker.cabinet.records)

    assert at_desk(work, Facts(creates=creates)) == (found, records)


def test_a_clone_copies_the_marker() -> None:
    async def work(desk: Desk) -> list[str]:
        made = await desk.create(marker="mine", Key="r1")
        desk.users.clone(desk.tracker.cabinet.records[made.ref.id], "r2")
        return [it.values["Key"] for it in await desk.reader.find("Bug", "mine")]

    assert at_desk(work) == ["r1", "r2"]


@pytest.mark.parametrize("of_alder", [True, False])
def test_a_comment_shows_in_its_record_s_feed_or_in_its_own(of_alder: bool) -> None:
    async def work(desk: Desk) -> tuple[bool, list[str], str]:
        (stored,) = desk.fill(1)
        before = (await desk.see(stored)).version
        desk.users.comment(stored, "said")
        touched = (await desk.see(stored)).version != before
        if not of_alder:
            page = await desk.reader.changes(desk.stream, Feed.COMMENTS, None, None)
            assert [it.ref.id for it in page.changed] == [stored.id]
        said = await desk.reader.comments(RecordRef(desk.stream, stored.id))
        return touched, [it.body for it in said], str(said[0].author)

    assert at_desk(work, of_alder=of_alder) == (of_alder, ["said"], "user")


@pytest.mark.parametrize("kind", ["delete", "hide"])
def test_what_is_not_there_is_left_out_and_can_t_be_written(kind: str) -> None:
    async def work(desk: Desk) -> tuple[int, Any]:
        (stored,) = desk.fill(1)
        seen = await desk.see(stored)
        desk.users.mark(stored, kind)
        return len(await desk.reader.fetch("Bug", [stored.id])), await desk.update(seen, State="New")

    count, refused = at_desk(work)
    assert count == 0 and isinstance(refused, RecordGone)


@pytest.mark.parametrize(
    ("rates", "error", "effects"),
    [
        (Rates(limited=100), RateLimited, 0),
        (Rates(down=100), Unavailable, 0),
        (Rates(after=100), UnknownOutcome, 1),
        (Rates(late=100), UnknownOutcome, 1),
    ],
)
def test_a_write_that_fails(rates: Rates, error: type[RemoteError], effects: int) -> None:
    async def work(desk: Desk) -> tuple[int, int]:
        desk.tracker.rates = rates
        with pytest.raises(error):
            await desk.create()
        at_once = len(desk.by_engine())
        desk.loop.call_later(20, (rung := desk.loop.create_future()).set_result, None)
        await rung
        return at_once, len(desk.by_engine())

    assert at_desk(work) == (effects if not rates.late else 0, effects)


def test_a_read_that_fails_is_never_of_unknown_outcome() -> None:
    async def work(desk: Desk) -> None:
        for rates in (Rates(after=100), Rates(late=100), Rates(partly=100)):
            desk.tracker.rates = rates
            assert await desk.reader.fetch("Bug", ["x"]) == {}

    at_desk(work)


def test_a_revoked_credential_is_refused() -> None:
    async def work(desk: Desk) -> None:
        desk.tracker.credential_works = False
        await desk.reader.check()

    with pytest.raises(CredentialRejected):
        at_desk(work)


def test_beyond_the_budget_everybody_is_refused() -> None:
    async def work(desk: Desk) -> int:
        for count in range(10):
            try:
                await desk.reader.check()
            except RateLimited:
                return count
        return -1

    assert at_desk(work, Facts(budget=4)) == 4


def test_what_a_killed_worker_had_under_way_happened_or_not() -> None:
    """It never hears of it in either case."""
    happened = set()
    for seed in range(20):
        desk = Desk(Facts(), of_alder=True)
        desk.tracker = Tracker(alder(Facts()), Random(seed))
        desk.writer = TrackerWriter(desk.tracker)
        process = Process("w", desk.loop, lambda _: None)
        heard: list[Any] = []

        async def work(desk: Desk = desk, heard: list[Any] = heard) -> None:
            heard.append(await desk.create())

        async def history(desk: Desk = desk, process: Process = process) -> None:
            process.run(work())
            desk.loop.call_later(0.01, process.kill)
            desk.loop.call_later(30, (rung := desk.loop.create_future()).set_result, None)
            await rung

        desk.loop.run_until_complete(history())
        desk.loop.bury([process])
        assert heard == []
        happened.add(len(desk.by_engine()))
    assert happened == {0, 1}
