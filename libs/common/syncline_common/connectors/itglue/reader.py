"""IT Glue as a Reader: pages of lists, and many records by their numbers."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.itglue.client import MOST, Wire
from syncline_common.connectors.itglue.manifest import MANIFEST
from syncline_common.connectors.itglue.records import changed_at, id_of, to_attachment, to_record, version_of
from syncline_common.connectors.itglue.sections import ORGANIZATIONS, Section, section_of
from syncline_common.connectors.itglue.surveyor import ItGlueSurveyor, asked_by
from syncline_common.connectors.itglue.walking import ById, Newest, Place, Stretch, stretch
from syncline_common.connectors.pages import oldest_first, page_of
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, RecordGone, RecordRejected
from syncline_common.schemas.connector import ALIKE, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out

AT_ONCE = 100  # records that are asked for by their numbers


@understood
class ItGlueReader(ItGlueSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        facts = MANIFEST.stream(stream)
        if facts is None:
            raise RecordRejected("IT Glue has no such records", detail=stream[:40])
        return replace(facts.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """What changed last comes first, as far back as is asked for."""
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"IT Glue has no feed of {feed}")
        section, place = section_of(stream), Place.of(since, token)
        came = await stretch(self.glue, section, place, Newest())
        rows = [it for it in came.rows if place.since is None or changed_at(it) >= place.since]
        return _page(came, rows, section)

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        section = section_of(stream)
        came = await stretch(self.glue, section, Place.of(None, token), ById())
        return _page(came, came.rows, section)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """Many at once. One that is not among them is asked for alone before it is taken for gone."""
        section, found = section_of(stream), dict[str, Record]()
        wanted = list(dict.fromkeys(it for it in ids if it.isascii() and it.isdigit() and len(it) < 20))
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            rows = await self._named(section, some)
            found |= {id: to_record(rows[id], stream) for id in some if id in rows}
        for id in wanted:
            if id not in found:
                try:
                    found[id] = to_record((await self.glue.one(section, id))["data"], stream)
                except RecordGone:
                    continue
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        """No filter looks into texts: all go by."""
        return oldest_first([it for it in await self._all(section_of(stream)) if it.marker == marker])

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        """Compared here, whatever the vendor compared."""
        section = section_of(stream)
        asked = [it for name, value in values.items() if (it := asked_by(section, name, value))]

        def fits(record: Record) -> bool:
            return all(_plain(record.values.get(name)) == _plain(it) for name, it in values.items())

        found = await self._asked(section, dict(asked), fits) if asked else await self._all(section)
        return oldest_first([it for it in found if fits(it)])[:ALIKE]

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        """IT Glue has none."""
        return []

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        section = section_of(ref.stream)
        if section is ORGANIZATIONS:
            return []
        told = (await self.glue.one(section, ref.id, include="attachments")).get("included") or []
        return [to_attachment(it) for it in told if it["type"] == "attachments"]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """Related items are told at one end alone, and are no ties of ours."""
        return []

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        async with aclosing(whole(self.glue.download(file.url), file.size)) as parts:
            async for part in parts:
                yield part

    async def _named(self, section: Section, ids: Sequence[str]) -> Mapping[str, Wire]:
        page = await self.glue.page(section.path, 1, AT_ONCE, {"filter[id]": ",".join(ids)})
        rows = {id_of(it): it for it in page.rows}
        if set(rows) - set(ids):
            raise ContractBroken(
                "IT Glue answered with records that were not asked for", detail=section.stream
            )
        return rows

    async def _all(self, section: Section) -> list[Record]:
        """Without a gap: who looks for a marker makes anew what is not found."""
        found = dict[str, Record]()
        place: Place | None = Place()
        while place is not None:
            came = await stretch(self.glue, section, place, ById())
            found |= {id_of(it): to_record(it, section.stream) for it in came.rows}
            place = came.next
        return list(found.values())

    async def _asked(
        self, section: Section, asked: Mapping[str, str], wanted: Callable[[Record], bool]
    ) -> list[Record]:
        found, number, more = dict[str, Record](), 1, True
        while more:
            page = await self.glue.page(section.path, number, MOST // 2, {**asked, "sort": "id"})
            records = [to_record(it, section.stream) for it in page.rows]
            found |= {it.ref.id: it for it in records if wanted(it)}
            number, more = number + 1, page.more
        return list(found.values())


def _page(came: Stretch, rows: Sequence[Wire], section: Section) -> ChangePage:
    changed, read = partial(_changed, stream=section.stream), partial(to_record, stream=section.stream)
    return page_of(rows, changed, read, came.next.token if came.next else None, came.now)


def _changed(row: Wire, stream: str) -> Changed:
    return Changed(RecordRef(stream, id_of(row)), version_of(row, stream), changed_at(row))


def _plain(value: object) -> str:
    return " ".join(str(value).split()).casefold()
