"""ServiceNow as a Reader: rows of tables, in the order (changed, id)."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.pages import oldest_first, readable
from syncline_common.connectors.servicenow.client import Wire
from syncline_common.connectors.servicenow.manifest import MANIFEST
from syncline_common.connectors.servicenow.queries import (
    SAFE_ID,
    Place,
    after_all,
    alike,
    checked,
    everything,
    one_of,
)
from syncline_common.connectors.servicenow.records import (
    CREATED,
    ID,
    MARKER_COLUMN,
    UPDATED,
    VERSION,
    moment,
    to_attachment,
    to_comment,
    to_record,
)
from syncline_common.connectors.servicenow.surveyor import ServiceNowSurveyor
from syncline_common.connectors.servicenow.ties import Ties
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, PermissionMissing
from syncline_common.schemas.connector import ALIKE, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out

VERSIONS = (ID, VERSION, UPDATED)
NO_JOURNAL = "Syncline's user can't read sys_journal_field, so comments can't be read"
ENTRY = (ID, "element", "value", CREATED, "sys_created_by")


@understood
class ServiceNowReader(ServiceNowSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        facts = MANIFEST.stream(stream)
        assert facts is not None  # what is not named is discovered
        return replace(facts.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"ServiceNow has no feed of {feed}")
        place, size = Place.at(since, token), self._page(stream)
        page = await self.tables.page(stream, place.question, limit=size, offset=place.skipped)
        changed = [_changed(it, stream) for it in page.rows]
        place.must_hold(page.rows)
        following = place.next(page.rows, size).token if page.more else None
        types = await self.types(stream) if page.rows else {}
        read = partial(to_record, table=stream, types=types, marker_column=self._marker(stream))
        rows = zip((it.ref for it in changed), page.rows, strict=True)
        return ChangePage(changed, following, page.now, readable(read, rows))

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        question, skipped = everything(token)
        size = self._page(stream)
        page = await self.tables.page(stream, question, limit=size, offset=skipped, fields=VERSIONS)
        place = after_all(token, page.rows, size)
        return ChangePage([_changed(it, stream) for it in page.rows], place if page.more else None, page.now)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        wanted = [it for it in ids if SAFE_ID.fullmatch(it)]
        types, found, batch = await self.types(stream), dict[str, Record](), self.traits(stream).batch
        for at in range(0, len(wanted), batch):
            some = wanted[at : at + batch]
            page = await self.tables.page(stream, one_of(some), limit=len(some))
            records = [to_record(it, stream, types, self._marker(stream)) for it in page.rows]
            if not {it.ref.id for it in records} <= set(some):
                raise ContractBroken("ServiceNow did not keep to the query", detail=ID)
            found |= {it.ref.id: it for it in records}
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        types = await self.types(stream)
        query = f"{self._marker(stream)}={checked(marker)}^ORDERBY{CREATED}"
        page = await self.tables.page(stream, query, limit=100)
        found = [to_record(it, stream, types, self._marker(stream)) for it in page.rows]
        bearing = [it for it in found if it.marker == marker]
        return oldest_first(bearing)

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        types = await self.types(stream)
        page = await self.tables.page(stream, alike(values), limit=ALIKE)
        found = [to_record(it, stream, types, self._marker(stream)) for it in page.rows]
        return oldest_first(found)

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        query = f"element_id={checked(ref.id)}^elementINcomments,work_notes^ORDERBY{CREATED}"
        entries = await self.tables.all("sys_journal_field", query, ENTRY, unseen=NO_JOURNAL)
        return [to_comment(it, ref) for it in entries]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        return [to_attachment(it) for it in await self.tables.attachments(ref.stream, ref.id)]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        return await Ties(self).of(ref)

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        """By its id: the link in its row leads wherever the instance was told that it lives."""
        async with aclosing(whole(self.tables.download(file.id), file.size)) as parts:
            async for part in parts:
                yield part

    def _marker(self, stream: str) -> str:
        return self._found.marker_in(stream) or MARKER_COLUMN

    def _page(self, stream: str) -> int:
        facts = MANIFEST.stream(stream)
        assert facts is not None
        return facts.page


def _changed(row: Wire, stream: str) -> Changed:
    if not set(VERSIONS) <= set(row):
        raise PermissionMissing(f"Syncline's user may not read {', '.join(VERSIONS)} of {stream}")
    return Changed(RecordRef(stream, row[ID]), row[VERSION], moment(row[UPDATED]))
