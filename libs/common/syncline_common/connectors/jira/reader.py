"""Jira Cloud as a Reader: issues by their type, in all projects that the account may see."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.bulk import whole
from syncline_common.connectors.jira.fields import Fields
from syncline_common.connectors.jira.manifest import ISSUES
from syncline_common.connectors.jira.queries import SAFE_ID, Place, alike, marked
from syncline_common.connectors.jira.records import (
    CREATED,
    UPDATED,
    WANTED,
    to_attachment,
    to_comment,
    to_record,
    to_ties,
)
from syncline_common.connectors.jira.site import Wire
from syncline_common.connectors.jira.surveyor import JiraSurveyor
from syncline_common.connectors.pages import in_order, oldest_first, readable
from syncline_common.connectors.times import vendor_now
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, PermissionMissing, RecordFault, RecordRejected
from syncline_common.schemas.connector import ALIKE, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out, Reply

HIDDEN = "Syncline's account sees no project with the type {}"


@understood
class JiraReader(JiraSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        super().__init__(out, learnt)
        self._found = found

    def traits(self, stream: str) -> StreamTraits:
        return replace(ISSUES.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"Jira has no feed of {feed}")
        return await self._page(stream, Place.at(UPDATED, since, token))

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        """Whole issues are asked for here, too: a version is made of what is in them. They come along."""
        return await self._page(stream, Place.at(CREATED, None, token))

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        fields, found = await self.all_fields(), dict[str, Record]()
        wanted = list(dict.fromkeys(it for it in ids if SAFE_ID.fullmatch(it)))
        for at in range(0, len(wanted), ISSUES.batch):
            some = wanted[at : at + ISSUES.batch]
            issues = await self.site.fetched(some, WANTED)
            found |= {str(it["id"]): to_record(it, stream, fields) for it in issues}
        if len(found) < len(wanted):
            await self.site.myself()  # of a token that is no longer good, everything would seem to be gone
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        found = await self._asked(stream, marked(stream, marker), ISSUES.page)
        return [it for it in found if it.marker == marker]

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        return await self._asked(stream, alike(stream, values, await self.all_fields()), ALIKE)

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        return [to_comment(it, ref) for it in await self.site.comments(ref.id)]

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        told = await self.site.one(ref.id, ("attachment",))
        return [to_attachment(it) for it in told["fields"]["attachment"]]

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        return to_ties((await self.site.one(ref.id, ("parent", "issuelinks")))["fields"])

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        """By its id, whatever address the issue says that it has."""
        async with aclosing(whole(self.site.download(file.id), file.size)) as parts:
            async for it in parts:
                yield it

    async def _page(self, stream: str, place: Place) -> ChangePage:
        fields, place = await self.all_fields(), place.asked(stream, await self.zone())
        try:
            told, reply = await self._search(place)
        except RecordRejected as error:
            if "issuetype" in error.detail:
                raise PermissionMissing(HIDDEN.format(stream), detail=error.detail) from None
            if place.page is None:
                raise
            place = place.anew().asked(stream, await self.zone())  # tokens are good for seven days
            told, reply = await self._search(place)
        issues = told["issues"]
        place.must_hold(issues)
        following = place.next(told)
        read = [to_record(it, stream, fields) for it in issues]
        came = readable(
            partial(_again, stream=stream, fields=fields), zip((it.ref for it in read), issues, strict=True)
        )
        changed = in_order(Changed(it.ref, it.version, it.changed_at) for it in read)
        return ChangePage(changed, following.token if following else None, vendor_now(reply), came)

    async def _search(self, place: Place) -> tuple[Wire, Reply]:
        return await self._sought(place.question, ISSUES.page, place.page)

    async def _sought(self, jql: str, size: int, token: str | None = None) -> tuple[Wire, Reply]:
        """Nobody's question is answered with nothing, or refused since there is no such type: so who asks is made sure."""
        try:
            told, reply = await self.site.search(jql, WANTED, size, token)
        except RecordFault:
            await self.site.myself()
            raise
        if not told["issues"]:
            await self.site.myself()
        return told, reply

    async def _asked(self, stream: str, jql: str, size: int) -> list[Record]:
        fields = await self.all_fields()
        told, _ = await self._sought(jql, size)
        found = [to_record(it, stream, fields) for it in told["issues"]]
        return oldest_first(found)


def _again(issue: Wire, stream: str, fields: Fields) -> Record:
    return to_record(issue, stream, fields)
