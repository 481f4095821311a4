"""xMatters as a Reader: it can't be asked what has changed, so the whole list goes by, in the order of names."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.pages import oldest_first, page_of
from syncline_common.connectors.times import EPOCH
from syncline_common.connectors.understanding import understood
from syncline_common.connectors.xmatters.client import SAFE_ID, Wire, shape_of
from syncline_common.connectors.xmatters.columns import ID, KEY, Shape
from syncline_common.connectors.xmatters.listing import Place, after, everything
from syncline_common.connectors.xmatters.manifest import MANIFEST
from syncline_common.connectors.xmatters.records import changed_at, content, to_record, version
from syncline_common.connectors.xmatters.surveyor import XMattersSurveyor
from syncline_common.connectors.xmatters.ties import ties_of
from syncline_common.errors import ContractBroken, RecordGone, RecordRejected
from syncline_common.schemas.connector import ALIKE, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out

NO_FILES = "People, groups and devices have no files in xMatters"


@understood
class XMattersReader(XMattersSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        facts = MANIFEST.stream(stream)
        if facts is None:
            raise RecordRejected("There are people, groups and devices", detail=stream[:40])
        return replace(facts.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """What does not say when it was changed may have been so at any time: it is offered each time."""
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"xMatters has no feed of {feed}")
        return await self._page(stream, token, since)

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        return replace(await self._page(stream, token, None), came={})

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        found = dict[str, Record]()
        for id in (it for it in ids if SAFE_ID.fullmatch(it)):
            try:
                found[id] = await self.record(stream, id)
            except RecordGone:
                continue
        return found

    async def record(self, stream: str, id: str) -> Record:
        """RecordGone if it is not there."""
        seen = await self.company.one(stream, id)
        return to_record(seen.row, stream, shape_of(stream), seen.now, await self._known(stream))

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        """External keys can't be asked for."""
        found = {it[ID]: it async for it in self._rows(stream, {}) if it.get(KEY) == marker}
        return await self._sorted(stream, found)

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        """By what the vendor can be asked for; by the rest we compare."""
        shape = shape_of(stream)
        asked = {name: str(it) for name, it in values.items() if name in shape.filters and it}
        found = dict[str, Wire]()
        async for row in self._rows(stream, asked):
            told = content(row, shape)
            if all(str(told.get(name)) == str(it) for name, it in values.items() if name not in asked):
                found[row[ID]] = row
            if len(found) >= ALIKE:
                break
        return await self._sorted(stream, found)

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        return []

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        return []

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """Of people, to those who supervise them."""
        return ties_of(await self.record(ref.stream, ref.id)) if ref.stream == "people" else []

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        raise RecordRejected(NO_FILES)
        yield b""

    async def _page(self, stream: str, token: str | None, since: datetime | None) -> ChangePage:
        shape = shape_of(stream)
        part = await after(Place.at(token), partial(self.company.page, stream))
        rows = [it for it in part.rows if since is None or (changed_at(it) or since) >= since]
        known = await self._known(stream) if rows else ()
        changed = partial(_changed, stream=stream, shape=shape, now=part.page.now)
        read = partial(to_record, stream=stream, shape=shape, now=part.page.now, properties=known)
        return page_of(rows, changed, read, part.following.token if part.following else None, part.page.now)

    async def _rows(self, stream: str, asked: Mapping[str, str]) -> AsyncIterator[Wire]:
        async for row in everything(partial(self.company.page, stream, params=asked)):
            yield row

    async def _sorted(self, stream: str, rows: Mapping[str, Wire]) -> Sequence[Record]:
        """Oldest first."""
        known = await self._known(stream) if rows else ()
        shape = shape_of(stream)
        found = [to_record(it, stream, shape, EPOCH, known) for it in rows.values()]
        return oldest_first(found)

    async def _known(self, stream: str) -> Sequence[str]:
        return await self.properties() if stream == "people" else ()


def _changed(row: Wire, stream: str, shape: Shape, now: datetime) -> Changed:
    return Changed(RecordRef(stream, row[ID]), version(row, shape), changed_at(row) or now)
