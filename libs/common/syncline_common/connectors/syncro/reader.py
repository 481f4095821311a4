"""Syncro as a Reader: pages of lists, and records one by one."""

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.pages import oldest_first, page_of
from syncline_common.connectors.syncro.client import Wire
from syncline_common.connectors.syncro.manifest import MANIFEST
from syncline_common.connectors.syncro.records import (
    INITIAL,
    changed_at,
    id_of,
    to_attachment,
    to_comment,
    to_record,
    version_of,
)
from syncline_common.connectors.syncro.sections import TICKETS, Section, section_of
from syncline_common.connectors.syncro.surveyor import SyncroSurveyor
from syncline_common.connectors.syncro.walking import Place, Stretch, stretch
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, RecordGone, RecordRejected
from syncline_common.schemas.connector import ALIKE, RepeatClass, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out

WORD = re.compile(r"\w+")


@understood
class SyncroReader(SyncroSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        """Where the check found a field for our markers, a customer is found by it, too."""
        facts = MANIFEST.stream(stream)
        if facts is None:
            raise RecordRejected("Syncro has no such records", detail=stream[:40])
        traits = replace(facts.traits(), clock_offset=self._found.clock_offset)
        return replace(traits, creates=RepeatClass.K2) if self._found.marker_in(stream) else traits

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """Where the vendor has no feed, all records go by, and those come that have changed."""
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"Syncro has no feed of {feed}")
        section, place = section_of(stream), Place.at(since, token)
        came = await stretch(self.company, section, place)
        rows = [it for it in came.rows if place.since is None or changed_at(it) >= place.since]
        return _page(came, rows, section)

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        section = section_of(stream)
        came = await stretch(self.company, section, Place.at(None, token))
        return _page(came, came.rows, section)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """One by one: no list can be asked for certain ones, but that of customers."""
        section, found = section_of(stream), dict[str, Record]()
        for id in dict.fromkeys(it for it in ids if it.isascii() and it.isdigit()):
            try:
                found[id] = to_record(await self.company.one(section, id), stream)
            except RecordGone:
                continue
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        """By a search at first. What it does not find may still be there: nobody says that it looks at tags."""
        section = section_of(stream)
        if section is not TICKETS and not self._found.marker_in(stream):
            return []

        def bears(record: Record) -> bool:
            return record.marker == marker

        found = await self._gone_through(section, {"query": marker}, bears) if section is TICKETS else []
        return oldest_first(found or [it for it in await self._all(section) if bears(it)])

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        """Compared here, whatever the vendor compared: it finds words, not values."""
        section = section_of(stream)
        asked = {name: str(it) for name, it in values.items() if name in section.searched and it is not None}
        words = WORD.findall(
            " ".join(str(it) for name, it in values.items() if name not in asked and it is not None)
        )
        if words and section.query:
            asked["query"] = " ".join(words)

        def fits(record: Record) -> bool:
            return all(_plain(record.values.get(name)) == _plain(it) for name, it in values.items())

        return oldest_first(await self._gone_through(section, asked, fits))[:ALIKE]

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        """The initial issue is a field of the ticket."""
        if section_of(ref.stream) is not TICKETS:
            return []
        told = await self.company.comments(TICKETS, ref.id)
        return [to_comment(it, ref) for it in told if it.get("subject") != INITIAL]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        if section_of(ref.stream) is not TICKETS:
            return []
        row = await self.company.one(TICKETS, ref.id)
        return [to_attachment(it) for it in row.get("attachments") or []]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """Syncro has none that could be made."""
        return []

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        async with aclosing(whole(self.company.download(file.url), file.size)) as parts:
            async for part in parts:
                yield part

    async def _all(self, section: Section) -> list[Record]:
        """Without a gap: who looks for a marker makes anew what is not found."""
        found = dict[str, Record]()
        place: Place | None = Place()
        while place is not None:
            came = await stretch(self.company, section, place)
            found |= {id_of(it): to_record(it, section.stream) for it in came.rows}
            place = came.next
        return list(found.values())

    async def _gone_through(
        self, section: Section, asked: Mapping[str, str], wanted: Callable[[Record], bool]
    ) -> list[Record]:
        found, number, more = dict[str, Record](), 1, True
        while more:
            page = await self.company.page(section, number, asked)
            records = [to_record(it, section.stream) for it in page.rows]
            found |= {it.ref.id: it for it in records if wanted(it)}
            number, more = number + 1, page.more
        return list(found.values())


def _page(came: Stretch, rows: Sequence[Wire], section: Section) -> ChangePage:
    """The vendor's own order is by nothing that it tells."""
    changed, read = partial(_changed, stream=section.stream), partial(to_record, stream=section.stream)
    return page_of(rows, changed, read, came.next.token if came.next else None, came.now)


def _changed(row: Wire, stream: str) -> Changed:
    return Changed(RecordRef(stream, id_of(row)), version_of(row, stream), changed_at(row))


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, list) else " ".join(str(value).split()).casefold()
