"""Zendesk Support as a Reader: tickets, in the order in which the vendor has last generated them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.pages import in_order, oldest_first, readable
from syncline_common.connectors.understanding import understood
from syncline_common.connectors.zendesk.client import Wire
from syncline_common.connectors.zendesk.manifest import MANIFEST
from syncline_common.connectors.zendesk.queries import (
    SAFE_ID,
    Place,
    after_all,
    alike,
    must_follow,
)
from syncline_common.connectors.zendesk.records import (
    DELETED,
    Known,
    generated_at,
    ref_of,
    to_attachment,
    to_comment,
    to_record,
    version_of,
)
from syncline_common.connectors.zendesk.surveyor import ZendeskSurveyor, must_be_tickets
from syncline_common.errors import ContractBroken, RecordGone
from syncline_common.schemas.connector import StreamTraits
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


@understood
class ZendeskReader(ZendeskSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        must_be_tickets(stream)
        facts = MANIFEST.stream(stream)
        assert facts is not None
        return replace(facts.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """What was deleted comes along, and is found to be gone by whoever fetches it."""
        must_be_tickets(stream)
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"Zendesk has no feed of {feed}")
        place = Place.at(since, token)
        page = await self.support.exported(place)
        place.must_hold(page.rows)
        following = place.next(page.rows, page.cursor).token if page.more else None
        changed = in_order(Changed(ref_of(it), version_of(it), generated_at(it)) for it in page.rows)
        there = [(ref_of(it), it) for it in page.rows if it["status"] != DELETED]
        known = await self.known() if there else Known()
        return ChangePage(changed, following, page.now, readable(partial(to_record, known=known), there))

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        must_be_tickets(stream)
        page = await self.support.page(token)
        must_follow(token, page.rows)
        following = after_all(token, page.rows, page.cursor) if page.more else None
        changed = [Changed(ref_of(it), version_of(it), generated_at(it)) for it in page.rows]
        return ChangePage(changed, following, page.now)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        must_be_tickets(stream)
        wanted, batch = [it for it in ids if SAFE_ID.fullmatch(it)], self.traits(stream).batch
        found = dict[str, Record]()
        known = await self.known() if wanted else Known()
        for at in range(0, len(wanted), batch):
            tickets = await self.support.many(wanted[at : at + batch])
            found |= _by_id(tickets, known)
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        must_be_tickets(stream)
        known = await self.known()
        found = [to_record(it, known) for it in await self.support.marked(marker)]
        return oldest_first([it for it in found if it.marker == marker])

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        """Search tells which; what they are like now is asked of the tickets themselves."""
        must_be_tickets(stream)
        known = await self.known()
        found = await self.support.search(alike(values, known))
        ids = [str(it["id"]) for it in found if it.get("result_type", "ticket") == "ticket"]
        return oldest_first([*_by_id(await self.support.many(ids), known).values()])

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        """Without the first one, which is the ticket's description."""
        found = await self.support.comments(ref.id)
        times = [it["created_at"] for it in found]
        if times != sorted(times):
            raise ContractBroken("Zendesk did not keep to the order asked for", detail="comments")
        return [to_comment(it, ref, it["created_at"]) for it in found[1:]]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        found = await self.support.comments(ref.id)
        files = [file for it in found for file in it.get("attachments") or ()]
        return [to_attachment(it) for it in files if not (it.get("inline") or it.get("deleted"))]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """An incident's problem stands above it; of other ties Zendesk knows none."""
        found = await self.support.many([ref.id])
        if not found:
            raise RecordGone("It is gone, or hidden from us", detail=ref.id)
        problem = found[0].get("problem_id")
        there = await self.support.many([str(problem)]) if problem else []
        return [Tie(TieKind.PARENT, ref_of(it)) for it in there if it["status"] != DELETED]

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        """Wherever it lies: its address is all that it takes."""
        async with aclosing(whole(self.support.download(file.url), file.size)) as parts:
            async for part in parts:
                yield part


def _by_id(tickets: Sequence[Wire], known: Known) -> dict[str, Record]:
    records = [to_record(it, known) for it in tickets if it["status"] != DELETED]
    return {it.ref.id: it for it in records}
