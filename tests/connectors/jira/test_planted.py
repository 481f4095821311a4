"""Bugs on purpose in the connector for Jira: the contract has to notice each, and without the bug the same check passes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from connectors.jira.subject import Jira
from connectors.loopback import loopback
from syncline_common.connectors.jira.client import Wire
from syncline_common.connectors.jira.fields import LABELS
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.connectors.jira.writer import JiraWriter
from syncline_common.errors import RemoteError
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import ChangePage, Feed, Record
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.reading import ReadingContract
from syncline_common.testing.contract.writing import WritingContract

pytestmark = pytest.mark.timeout(180)
Check = Callable[[Jira], Awaitable[None]]


class TimeAlone(Jira):
    """A version of the time alone."""

    class Reading(JiraReader):
        async def changes(
            self, stream: str, feed: Feed, since: datetime | None, token: str | None
        ) -> ChangePage:
            page = await super().changes(stream, feed, since, token)
            changed = [replace(it, version=it.version.partition("-")[0]) for it in page.changed]
            return replace(page, changed=changed)

    def reader(self, out: Out) -> WholeReader:
        return self.Reading(out)


class LooksBeforeAlone(Jira):
    """Whoever comes between the look and the write is overwritten, and nobody hears of it."""

    class Writing(JiraWriter):
        async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
            answers = await super().update(updates)
            return [
                replace(it, version=it.version.removesuffix("~")) if isinstance(it, Record) else it
                for it in answers
            ]

    def writer(self, out: Out) -> WholeWriter:
        return self.Writing(out)


class LeavesNoMarker(Jira):
    """What was made can't be found again."""

    class Writing(JiraWriter):
        async def _body(self, new: NewRecord) -> Wire:
            body = await super()._body(new)
            body["fields"][LABELS].remove(new.marker)
            return body

    def writer(self, out: Out) -> WholeWriter:
        return self.Writing(out)


async def two_edits(subject: Jira) -> None:
    await ReadingContract().test_two_edits_in_one_moment_are_two_versions(subject)


async def between(subject: Jira) -> None:
    await WritingContract().test_an_edit_at_the_same_time_is_refused_or_noticed(subject)


async def marked(subject: Jira) -> None:
    await WritingContract().test_one_marker_one_record(subject, "hang_after")


BUGS: Mapping[type[Jira], Check] = {TimeAlone: two_edits, LooksBeforeAlone: between, LeavesNoMarker: marked}


@pytest.mark.parametrize("bug", BUGS)
async def test_the_contract_notices(bug: type[Jira]) -> None:
    async with loopback() as place:
        with pytest.raises(AssertionError):
            await BUGS[bug](bug(place))


@pytest.mark.parametrize("bug", BUGS)
async def test_it_is_the_bug_that_is_noticed(bug: type[Jira]) -> None:
    async with loopback() as place:
        await BUGS[bug](Jira(place))
