"""Bugs on purpose in this connector, each as somebody might write it: the contract has to notice every one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from connectors.loopback import loopback
from connectors.salesforce.subject import FOUND, Salesforce
from syncline_common.connectors.salesforce.client import ROWS
from syncline_common.connectors.salesforce.reader import SalesforceReader
from syncline_common.connectors.salesforce.records import Wire
from syncline_common.connectors.salesforce.writer import SalesforceWriter
from syncline_common.connectors.times import instant, iso
from syncline_common.errors import UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import ChangePage, Feed, Record, RecordRef, Tie, TieKind
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.reading import ReadingContract
from syncline_common.testing.contract.tying import TyingContract
from syncline_common.testing.contract.writing import WritingContract

pytestmark = pytest.mark.timeout(120)
Check = Callable[[Salesforce], Awaitable[None]]


class ByStampAlone(SalesforceReader):
    """A version without a digest."""

    async def changes(self, stream: str, feed: Feed, since: Any, token: str | None) -> ChangePage:
        page = await super().changes(stream, feed, since, token)
        return replace(page, changed=[replace(it, version=iso(it.changed_at)) for it in page.changed])


class NextSecond(SalesforceReader):
    """The next page begins after the last row's second."""

    async def changes(self, stream: str, feed: Feed, since: Any, token: str | None) -> ChangePage:
        page = await super().changes(stream, feed, since, token)
        return page if page.next is None else replace(page, next=f"{page.next.split('|')[0]}|{'z' * 18}")


class Overwriting(SalesforceWriter):
    """Neither looks nor sets a condition."""

    async def _update(self, update: Update, rows: Mapping[str, Wire]) -> Record:
        stream, id = update.seen.ref.stream, update.seen.ref.id
        await self._rest._out.send("PATCH", f"{ROWS}/{stream}/{id}", json=dict(update.values))
        return self._whole(await self._rows(stream, [id]), id)

    def _whole(self, rows: Mapping[str, Wire], id: str) -> Record:
        at = instant(rows[id]["SystemModstamp"])
        return Record(RecordRef("Case", id), {}, "1", at, at)


class Trusting(SalesforceWriter):
    """Sends a plain create once more."""

    async def _create(self, new: NewRecord) -> Record:
        try:
            return await super()._create(new)
        except UnknownOutcome:
            return await super()._create(new)


class Adopting(SalesforceWriter):
    """Sets a parent whatever parent there is."""

    async def link(self, seen: Record, tie: Tie) -> Record:
        return await self._update(
            Update(seen, {"ParentId": tie.to.id}), await self._rows("Case", [seen.ref.id])
        )


def reading(made: type[SalesforceReader]) -> type[Salesforce]:
    class Buggy(Salesforce):
        def reader(self, out: Out) -> WholeReader:
            return made(out, FOUND)

    return Buggy


def wrong(made: type[SalesforceWriter]) -> type[Salesforce]:
    class Buggy(Salesforce):
        def writer(self, out: Out) -> WholeWriter:
            return made(out, FOUND)

    return Buggy


async def lost(subject: Salesforce) -> None:
    await WritingContract().test_one_marker_one_record(subject, "error_after")


async def stale(subject: Salesforce) -> None:
    await WritingContract().test_a_stale_update_is_refused(subject)


async def one_parent(subject: Salesforce) -> None:
    await TyingContract().test_no_other_one_is_replaced(subject, TieKind.PARENT)


BUGS: Mapping[str, tuple[type[Salesforce], Check]] = {
    "by stamp alone": (
        reading(ByStampAlone),
        ReadingContract().test_two_edits_in_one_moment_are_two_versions,
    ),
    "next second": (reading(NextSecond), ReadingContract().test_a_second_with_more_than_a_page),
    "overwriting what was edited": (wrong(Overwriting), stale),
    "created again unseen": (wrong(Trusting), lost),
    "another parent": (wrong(Adopting), one_parent),
}


@pytest.mark.parametrize("bug", BUGS)
async def test_the_contract_notices(bug: str) -> None:
    made, check = BUGS[bug]
    async with loopback() as place:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await check(made(place))


@pytest.mark.parametrize("bug", BUGS)
async def test_it_is_the_bug_that_is_noticed(bug: str) -> None:
    _, check = BUGS[bug]
    async with loopback() as place:
        await check(Salesforce(place))
