"""Everything there is, once, whatever happens meanwhile; and everything that changed, sooner or later."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle

import pytest

from syncline_common.errors import ContractBroken
from syncline_common.schemas.records import Changed, ChangePage, Feed
from syncline_common.testing.contract.operations import NEVER
from syncline_common.testing.contract.subject import Simulated, Subject

MANY, CROWD = 2500, 620  # records: of many pages; in one second, and more than any page holds
MOST_PAGES = 160
Meanwhile = Callable[[], None]
Ask = Callable[[str | None], Awaitable[ChangePage]]


class ReadingContract:
    async def test_everything_once_while_it_changes(self, subject: Subject) -> None:
        """By the inventory: what was there before and is there after was read once, and nothing twice."""
        system = subject.system()
        there = system.fill(MANY, per_second=40)
        happening = Happening(system, there)
        pages = await read(inventory(subject), happening)
        ids = [it.ref.id for page in pages for it in page.changed]
        assert len(pages) > 1 and len(ids) == len(set(ids)), "a record came twice"
        assert set(there) - happening.gone <= set(ids), "a record is missing"
        assert not set(ids) - set(there) - happening.new, "a record was made up"

    async def test_every_change_while_it_changes(self, subject: Subject) -> None:
        """By the feed: whatever is there in the end was offered in its last version, each version at most twice."""
        system = subject.system()
        happening = Happening(system, system.fill(MANY, per_second=40))
        pages = await read(changes(subject, NEVER), happening)
        offered = [(it.ref.id, it.version) for page in pages for it in page.changed]
        happening.stop()
        again = pages[0].vendor_now - overlap(subject)
        later = await read(changes(subject, again), happening)
        offered += [(it.ref.id, it.version) for page in later for it in page.changed]
        missing = dict(system.versions().items() - set(offered))
        assert missing == {}, f"{len(missing)} were never offered as they are"
        assert len(pages) > 1 and all(in_order(page.changed) for page in pages)

    @pytest.mark.parametrize("feed", ["inventory", "changes"])
    async def test_resumes_after_any_page(self, subject: Subject, feed: str) -> None:
        """Each page is read by a process of its own, that knows the token alone."""
        system = subject.system()
        there = system.fill(MANY, per_second=40)
        token, ids, pages = None, list[str](), 0
        while pages == 0 or token is not None:
            ask = inventory(subject) if feed == "inventory" else changes(subject, NEVER)
            page = await ask(token)
            ids, token, pages = ids + [it.ref.id for it in page.changed], page.next, pages + 1
            assert pages < MOST_PAGES, "it has no end"
        assert sorted(set(ids)) == sorted(there)
        assert pages > 1 and len(ids) - len(there) <= pages * 41, "more is read again than shares a second"

    async def test_a_second_with_more_than_a_page(self, subject: Subject) -> None:
        system = subject.system()
        before, crowd = system.fill(30, per_second=1), system.fill(CROWD, per_second=CROWD)
        after = system.fill(30, per_second=1)
        pages = await read(changes(subject, NEVER))
        assert {it.ref.id for page in pages for it in page.changed} == {*before, *crowd, *after}

    async def test_what_the_vendor_finds_late_is_found(self, subject: Subject) -> None:
        """As late as the manifest says that it may be: by the overlap of the next read."""
        system, lag = subject.system(), subject.ports().reader.traits(subject.stream).lag
        system.fill(5, per_second=1)
        system.move(lag.total_seconds() + 1)
        late = system.fill(3, per_second=3)
        system.late(lag.total_seconds())
        first = await read(changes(subject, NEVER))
        assert not {it.ref.id for page in first for it in page.changed} & set(late), "nothing is late here"
        system.move(lag.total_seconds() + 1)
        again = await read(changes(subject, first[0].vendor_now - overlap(subject)))
        assert set(late) <= {it.ref.id for page in again for it in page.changed}

    async def test_two_edits_in_one_moment_are_two_versions(self, subject: Subject) -> None:
        system = subject.system()
        [id] = system.fill(1, per_second=1)
        system.edit(id)
        [once] = await versions_of(subject, id)
        system.edit(id)
        [twice] = await versions_of(subject, id)
        assert once != twice

    @pytest.mark.parametrize("feed", ["inventory", "changes"])
    async def test_a_page_that_comes_again_is_no_page(self, subject: Subject, feed: str) -> None:
        """For ever, and once: it ends, and it does not end as if all had been read."""
        for count in (None, 1):
            system = subject.system()
            there = system.fill(MANY, per_second=40)
            ask = inventory(subject) if feed == "inventory" else changes(subject, NEVER)
            first = await ask(None)
            system.order("same_page", count=count)
            try:
                ids = {it.ref.id for page in await read(ask, token=first.next) for it in page.changed}
            except ContractBroken:
                continue
            assert {it.ref.id for it in first.changed} | ids >= set(there), "the rest was taken for read"

    @pytest.mark.parametrize("feed", ["inventory", "changes"])
    async def test_a_page_that_failed_moves_nothing(self, subject: Subject, feed: str) -> None:
        """Asked again with the same token, it goes on where it was."""
        system = subject.system()
        there = system.fill(MANY, per_second=40)
        ask = inventory(subject) if feed == "inventory" else changes(subject, NEVER)
        first = await ask(None)
        system.order("invalid_json", count=1)
        with pytest.raises(ContractBroken):
            await ask(first.next)
        ids = {it.ref.id for page in await read(ask, token=first.next) for it in page.changed}
        assert {it.ref.id for it in first.changed} | ids == set(there)


class Happening:
    """People at work: at each turn one edits what was read, one what was not, one adds, and one removes."""

    def __init__(self, system: Simulated, there: list[str]) -> None:
        self._system = system
        self._edits: Iterator[str] = cycle([*there[::97], *there[50::89]])
        self._removed = iter(there[33::61])
        self.gone, self.new = set[str](), set[str]()
        self._stopped = False

    def __call__(self) -> None:
        if self._stopped:
            return
        self._system.move(1)
        if (removed := next(self._removed, None)) is not None:  # of small pages there are more than of these
            self.gone.add(removed)
            self._system.remove(removed)
        self.new.add(self._system.add())
        for _ in range(3):
            if (id := next(self._edits)) not in self.gone:
                self._system.edit(id)

    def stop(self) -> None:
        self._stopped = True


def inventory(subject: Subject) -> Ask:
    reader = subject.ports().reader
    return lambda token: reader.inventory(subject.stream, token)


def changes(subject: Subject, since: datetime) -> Ask:
    reader = subject.ports().reader
    return lambda token: reader.changes(subject.stream, Feed.RECORDS, since, token)


async def read(ask: Ask, meanwhile: Meanwhile | None = None, token: str | None = None) -> list[ChangePage]:
    """To the vendor's own end mark; something may happen between any two pages."""
    pages, seen = [await ask(token)], set[str]()
    while pages[-1].next is not None:
        assert len(pages) < MOST_PAGES and pages[-1].next not in seen, "it has no end"
        seen.add(pages[-1].next)
        if meanwhile is not None:
            meanwhile()
        pages.append(await ask(pages[-1].next))
    return pages


async def versions_of(subject: Subject, id: str) -> list[str]:
    pages = await read(changes(subject, NEVER))
    return [it.version for page in pages for it in page.changed if it.ref.id == id]


def overlap(subject: Subject) -> timedelta:
    """What the engine reads again, at the least."""
    traits = subject.ports().reader.traits(subject.stream)
    return traits.lag + traits.granularity


def in_order(changed: Sequence[Changed]) -> bool:
    times = [it.changed_at for it in changed]
    return times == sorted(times)
