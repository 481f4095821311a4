"""Tickets as a Reader, whichever of the two products has them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.freshworks.client import SAFE_ID, Page, Wire
from syncline_common.connectors.freshworks.records import (
    CUSTOM,
    STREAM,
    TAGS,
    of_a_list,
    to_attachment,
    to_comment,
    to_record,
    to_value,
    version_of,
)
from syncline_common.connectors.freshworks.searches import PAGES, PER_PAGE, alike
from syncline_common.connectors.freshworks.surveyor import FreshworksSurveyor
from syncline_common.connectors.freshworks.walks import ByCreation, created, updated
from syncline_common.connectors.pages import oldest_first, page_of
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, PermissionMissing, RecordGone, RecordRejected, Unavailable
from syncline_common.schemas.connector import ALIKE, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import Attachment

WALKED = 40  # pages that are gone through for values that can't be searched for
TOO_MANY = "{fields} can't be searched for at {label}, and there are too many tickets to go through; match by another field"
LINK_IS_OVER = "The link to the file is over; it is listed again for a new one"


@understood
class FreshworksReader(FreshworksSurveyor):
    def traits(self, stream: str) -> StreamTraits:
        facts = self.product.manifest.stream(stream)
        if facts is None:
            raise RecordRejected(f"{self.product.label} has no such record type here", detail=stream)
        return replace(facts.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        raise NotImplementedError

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        """As they were made, which no edit changes."""
        return self._told(*await self._walk(token))

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """One by one: there is no reading of several."""
        found = dict[str, Record]()
        for id in ids:
            try:
                found |= {id: await self._single(id)} if SAFE_ID.fullmatch(id) else {}
            except RecordGone:
                continue
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        """Each is read on its own: what a search's index holds may be old."""
        first, *others = self._for_marker(marker)
        hits = await self._hits(first)
        for query in [] if hits else others:
            with suppress(RecordRejected):  # not every account knows this way to ask
                hits += await self._hits(query)
        read = await self.fetch(stream, list(dict.fromkeys(str(it["id"]) for it in hits)))
        return oldest_first(it for it in read.values() if it.marker == marker)

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        query = alike(values, self.product, await self.types())
        rows = await self._walked(values) if query is None else await self._hits(query)
        oldest = sorted(rows, key=lambda it: (created(it), int(it["id"])))[:ALIKE]
        read = await self.fetch(stream, [str(it["id"]) for it in oldest])
        return oldest_first(read.values())

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        return [to_comment(it, ref) for it in await self.desk.conversations(ref.id)]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        """Of the ticket, and of what is said on it."""
        ticket = await self.desk.ticket(ref.id)
        said = await self.desk.conversations(ref.id)
        return [to_attachment(file) for it in (ticket, *said) for file in it.get("attachments") or []]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        return []

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(whole(self.desk.download(file.url), file.size)) as parts:
                async for part in parts:
                    yield part
        except PermissionMissing as error:
            raise Unavailable(LINK_IS_OVER, detail=error.detail) from None

    def _told(self, page: Page, following: str | None) -> ChangePage:
        read = partial(self._from_a_list, marker_field=self._found.marker_field)
        return page_of(page.rows, self._changed, read, following, page.now)

    def _changed(self, row: Wire) -> Changed:
        ref = RecordRef(STREAM, str(row["id"]))
        return Changed(ref, version_of(row, self.product), updated(row))

    def _from_a_list(self, row: Wire, marker_field: str | None) -> Record:
        return of_a_list(row, self.product, marker_field, self.project_of(row))

    async def _single(self, id: str) -> Record:
        ticket = await self.desk.ticket(id)
        return to_record(ticket, self.product, self._found.marker_field, self.project_of(ticket))

    def project_of(self, ticket: Wire) -> str | None:
        return None

    async def _page(self, params: Mapping[str, Any]) -> Page:
        return await self.desk.page({**params, **self.product.in_lists})

    async def _walk(self, token: str | None) -> tuple[Page, str | None]:
        """Through all there is, as it was made."""
        page, following = await ByCreation.at(None, token).read(self._as_made)
        return page, following.token if following else None

    async def _as_made(self, params: Mapping[str, Any]) -> Page:
        return await self._page({**params, **self.product.as_made})

    def _for_marker(self, marker: str) -> list[str]:
        field = self._found.marker_field
        return [f"tag:'{marker}'" if field is None else f"{field}:'{marker}'"]

    async def _hits(self, query: str) -> list[Wire]:
        found, page, more, everywhere = list[Wire](), 1, True, await self.within(())
        while more and page <= PAGES and len(found) < ALIKE:
            rows, _ = await self.desk.search(query, page, everywhere)
            if page > 1 and {it["id"] for it in rows} & {it["id"] for it in found}:
                raise ContractBroken("It repeated a page", detail="search")
            found, page, more = found + rows, page + 1, len(rows) == PER_PAGE
        return found

    async def _walked(self, values: Values) -> list[Wire]:
        """Of values that a search has no words for: all tickets are gone through, if they are not too many."""
        found = list[Wire]()
        token: str | None = None
        for _ in range(WALKED):
            page, token = await self._walk(token)
            found += [it for it in page.rows if _has(it, values)]
            if token is None or len(found) >= ALIKE:
                return found
        fields = ", ".join(sorted(values))
        raise RecordRejected(TOO_MANY.format(fields=fields, label=self.product.label))


def _has(row: Wire, values: Values) -> bool:
    """As loosely as a search would."""
    custom = row.get("custom_fields") or {}
    told = {
        name: custom.get(name.removeprefix(CUSTOM)) if name.startswith(CUSTOM) else row.get(name)
        for name in values
    }
    return all(_same(to_value(name, told[name]), it) or name == TAGS for name, it in values.items())


def _same(one: object, other: object) -> bool:
    return one == other or str(one).casefold() == str(other).casefold()
