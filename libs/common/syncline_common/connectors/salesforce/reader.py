"""Salesforce as a Reader: cases in the order (changed, id), with all that their user may see."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.pages import oldest_first, page_of
from syncline_common.connectors.salesforce.client import ROWS, Page
from syncline_common.connectors.salesforce.manifest import MANIFEST
from syncline_common.connectors.salesforce.queries import Place, Query, after_id, alike, quoted
from syncline_common.connectors.salesforce.records import (
    CREATED,
    ID,
    PARENT,
    STAMP,
    Shape,
    Wire,
    checked,
    moment_of,
    to_comment,
    to_file,
    to_old_attachment,
)
from syncline_common.connectors.salesforce.surveyor import SalesforceSurveyor
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, RecordGone
from syncline_common.schemas.connector import ALIKE, RepeatClass, StreamTraits
from syncline_common.schemas.records import (
    Changed,
    ChangePage,
    Comment,
    Feed,
    Record,
    RecordRef,
    Tie,
    TieKind,
)
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out

DELETED = (ID, STAMP)
COMMENT = (ID, PARENT, "CommentBody", "IsPublished", "CreatedBy.Name", CREATED, STAMP)
FILE = tuple(
    f"ContentDocument.{it}" for it in ("LatestPublishedVersionId", "Title", "FileExtension", "ContentSize")
)
OLD_FILE = (ID, "Name", "ContentType", "BodyLength")
OLD_PREFIX = "00P"
MOST_BEARING = 100


@understood
class SalesforceReader(SalesforceSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        """Without a field that has to be unique, nothing keeps a case from being created twice."""
        facts = MANIFEST.stream(stream)
        assert facts is not None
        traits = replace(facts.traits(), clock_offset=self._found.clock_offset)
        return traits if self._marker(stream) else replace(traits, creates=RepeatClass.K3)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        if feed is Feed.DELETIONS:
            return await self._deletions(stream, Place.at(since, token))
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"Salesforce has no feed of {feed}")
        shape, place, size = await self.shape(stream), Place.at(since, token), _size(stream)
        query = Query(stream, shape.read, place.where, f"{STAMP}, {ID}", size)
        page = await self.rest.page(query)
        place.must_hold(page.rows)
        following = place.after(page.rows).token if _goes_on(page, size) else None
        return self._pageful(shape, page, following)

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        """With all of each, since its version is made of all of it."""
        shape, size = await self.shape(stream), _size(stream)
        page = await self.rest.page(Query(stream, shape.read, after_id(token), ID, size))
        if token in {it[ID] for it in page.rows}:
            raise ContractBroken("Salesforce repeated a page", detail=ID)
        return self._pageful(shape, page, page.rows[-1][ID] if _goes_on(page, size) else None)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        shape = await self.shape(stream)
        rows = await self.rest.rows(stream, ids, shape.read)
        return {id: shape.record(it, self._marker(stream)) for id, it in rows.items()}

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        field = self._marker(stream)
        if field is None:
            return []
        shape = await self.shape(stream)
        query = Query(stream, shape.read, f"{field} = {quoted(marker)}", f"{CREATED}, {ID}", MOST_BEARING)
        found = [shape.record(it, field) for it in await self.rest.all(query)]
        bearing = [it for it in found if it.marker == marker]
        return oldest_first(bearing)

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        shape = await self.shape(stream)
        query = Query(stream, shape.read, alike(values, shape), f"{CREATED}, {ID}", ALIKE)
        return [shape.record(it, self._marker(stream)) for it in await self.rest.all(query)]

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        where = f"{PARENT} = {quoted(checked(ref.id))}"
        rows = await self.rest.all(Query("CaseComment", COMMENT, where, f"{CREATED}, {ID}"))
        if any(it[PARENT] != ref.id for it in rows):
            raise ContractBroken("Salesforce did not keep to the query", detail=PARENT)
        return [to_comment(it, ref) for it in rows]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        """Files, and what older organisations have in their place."""
        id = quoted(checked(ref.id))
        links = await self.rest.all(Query("ContentDocumentLink", FILE, f"LinkedEntityId = {id}"))
        old = await self.rest.all(Query("Attachment", OLD_FILE, f"{PARENT} = {id}", ID))
        files = [it["ContentDocument"] for it in links]
        return [
            *(to_file(id, it, version_path(id)) for it in files if (id := it["LatestPublishedVersionId"])),
            *(to_old_attachment(it, f"{ROWS}/Attachment/{it[ID]}/Body") for it in old),
        ]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """To its parent. What else Salesforce relates cases to are no cases."""
        rows = await self.rest.rows(ref.stream, [ref.id], (ID, PARENT))
        if ref.id not in rows:
            raise RecordGone("It is gone, or hidden from us", detail=ref.id)
        parent = rows[ref.id][PARENT]
        there = await self.rest.rows(ref.stream, [parent], (ID,)) if parent else {}
        return [Tie(TieKind.PARENT, RecordRef(ref.stream, it)) for it in there]

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        """By its id, wherever it is said to lie."""
        id = checked(file.id)
        path = f"{ROWS}/Attachment/{id}/Body" if id.startswith(OLD_PREFIX) else version_path(id)
        async with aclosing(whole(self.rest.download(path), file.size)) as parts:
            async for part in parts:
                yield part

    def _marker(self, stream: str) -> str | None:
        return self._found.marker_in(stream)

    def _pageful(self, shape: Shape, page: Page, following: str | None) -> ChangePage:
        read = partial(shape.record, marker_field=self._marker(shape.name))
        return page_of(page.rows, partial(_changed, shape=shape), read, following, page.now)

    async def _deletions(self, stream: str, place: Place) -> ChangePage:
        """As long as they lie in the bin: 15 days."""
        size = _size(stream)
        where = f"IsDeleted = TRUE AND {place.where}"
        query = Query(stream, DELETED, where, f"{STAMP}, {ID}", size, deleted=True)
        page = await self.rest.page(query)
        place.must_hold(page.rows)
        changed = [Changed(RecordRef(stream, it[ID]), it[STAMP], moment_of(it)) for it in page.rows]
        following = place.after(page.rows).token if _goes_on(page, size) else None
        return ChangePage(changed, following, page.now)


def version_path(id: str) -> str:
    return f"{ROWS}/ContentVersion/{id}/VersionData"


def _changed(row: Wire, shape: Shape) -> Changed:
    return Changed(RecordRef(shape.name, row[ID]), shape.version(row), moment_of(row))


def _size(stream: str) -> int:
    facts = MANIFEST.stream(stream)
    assert facts is not None
    return facts.page


def _goes_on(page: Page, size: int) -> bool:
    """A limited query that came whole ends the list only if it came short; of wide rows fewer come at a time."""
    if page.next is not None and not page.rows:
        raise ContractBroken("Salesforce sent a page without rows", detail=STAMP)
    return page.next is not None or len(page.rows) >= size
