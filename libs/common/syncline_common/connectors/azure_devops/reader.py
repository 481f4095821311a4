"""Azure DevOps as a Reader: work items by type, in all projects that the token may see."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from syncline_common.connectors.azure_devops.client import Wire
from syncline_common.connectors.azure_devops.manifest import WORK_ITEMS
from syncline_common.connectors.azure_devops.queries import (
    AT_ONCE,
    PAGE,
    SAFE_ID,
    Asked,
    Place,
    alike,
    everything,
    marked,
    must_follow,
    number,
)
from syncline_common.connectors.azure_devops.records import (
    CHANGED,
    PROJECT,
    REV,
    TYPE,
    to_attachments,
    to_comment,
    to_ends,
    to_record,
)
from syncline_common.connectors.azure_devops.surveyor import AzureDevOpsSurveyor
from syncline_common.connectors.bulk import whole
from syncline_common.connectors.pages import in_order, oldest_first, readable
from syncline_common.connectors.times import instant, vendor_now
from syncline_common.connectors.understanding import rows_of, understood
from syncline_common.errors import ContractBroken
from syncline_common.schemas.connector import ALIKE, StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, Found, Out


@understood
class AzureDevOpsReader(AzureDevOpsSurveyor):
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        """Where an administrator has made a text field for our markers, the check has found it; else it is a tag."""
        super().__init__(out)
        self._found, self._learnt = found, learnt or Learnt()
        self._left: dict[
            str, tuple[str, Asked]
        ] = {}  # of the last question about a stream: by the token that goes on

    def traits(self, stream: str) -> StreamTraits:
        return replace(WORK_ITEMS.traits(), clock_offset=self._found.clock_offset)

    async def check(self) -> None:
        await self.survey()

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"Azure DevOps has no feed of {feed}")
        asked = self._going_on(f"changes of {stream}", token)
        place = asked.place if asked else Place.at(since, token)
        asked = asked or await self._ask(place.question(stream))
        items = await self.boards.items([str(it) for it in asked.page]) if asked.page else []
        changed = _in_order(stream, items)
        place.must_hold(changed, asked.page)
        following = place.next(changed, asked.page, asked.now, more=asked.more)
        if following is not None:
            going_on = replace(asked, place=following.within(place))
            self._keep(f"changes of {stream}", following.token, going_on)
        came = await self._whole(stream, items)
        return ChangePage(changed, following.token if following else None, asked.now, came)

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        after = number(token)
        asked = self._going_on(f"all of {stream}", token) or await self._ask(everything(stream, after))
        must_follow(asked.page, after)
        following = str(max(asked.page)) if asked.more else None
        changed = await self._versions(stream, asked.page)
        if following is not None:
            self._keep(f"all of {stream}", following, asked)
        return ChangePage(changed, following, asked.now)

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        names, found = await self._all_names(), dict[str, Record]()
        wanted = [it for it in ids if SAFE_ID.fullmatch(it)]
        for at in range(0, len(wanted), PAGE):
            for item in await self.boards.items(wanted[at : at + PAGE]):
                record = to_record(item, stream, names, self._found.marker_in(stream))
                found[record.ref.id] = record
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        ids, _ = await self.boards.ask(marked(stream, marker, self._found.marker_in(stream)), top=PAGE)
        found = (await self.fetch(stream, [str(it) for it in ids])).values()
        bearing = [it for it in found if it.marker == marker]
        return oldest_first(bearing)

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        ids, _ = await self.boards.ask(alike(stream, values), top=ALIKE)
        found = (await self.fetch(stream, [str(it) for it in ids])).values()
        return oldest_first(found)

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        project = (await self.boards.item(ref.id))["fields"][PROJECT]
        page = await self.boards.comments(project, ref.id, None)
        found = [to_comment(it, ref) for it in rows_of(page, "comments")]
        while token := page.get("continuationToken"):
            page = await self.boards.comments(project, ref.id, token)
            if page.get("continuationToken") == token:
                raise ContractBroken("Azure DevOps repeated a page of comments", detail=ref.id)
            found += [to_comment(it, ref) for it in rows_of(page, "comments")]
        return found

    async def attachments(self, ref: RecordRef) -> Sequence[Attachment]:
        return to_attachments(await self.boards.item(ref.id, expand="relations"))

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        ends = to_ends(await self.boards.item(ref.id, expand="relations"))
        ids, types = sorted({id for _, id in ends}), dict[str, str]()
        for at in range(0, len(ids), PAGE):
            items = await self.boards.items(ids[at : at + PAGE], fields=(TYPE,))
            types |= {str(it["id"]): it["fields"][TYPE] for it in items}
        return [Tie(kind, RecordRef(types[id], id)) for kind, id in ends if id in types]

    async def download(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        async with aclosing(whole(self.boards.download(file.url), file.size)) as parts:
            async for part in parts:
                yield part

    async def _versions(self, stream: str, ids: Sequence[int]) -> list[Changed]:
        """A question is answered with ids alone."""
        if not ids:
            return []
        items = await self.boards.items([str(it) for it in ids], fields=(REV, CHANGED, TYPE))
        return _in_order(stream, items)

    async def _whole(
        self, stream: str, items: Sequence[Wire]
    ) -> dict[RecordRef, Callable[[], Record | None]]:
        names = await self._all_names() if items else frozenset[str]()
        read = partial(to_record, stream=stream, names=names, marker_field=self._found.marker_in(stream))
        return readable(read, ((RecordRef(stream, str(it["id"])), it) for it in items))

    async def _ask(self, question: str) -> Asked:
        ids, reply = await self.boards.ask(question, top=AT_ONCE)
        return Asked(ids, vendor_now(reply), cut=len(ids) >= AT_ONCE)

    def _going_on(self, feed: str, token: str | None) -> Asked | None:
        """What is left of the last question, if this is where it goes on; whoever else comes asks anew."""
        left, asked = self._left.pop(feed, (None, None))
        return asked if token is not None and left == token else None

    def _keep(self, feed: str, token: str, asked: Asked) -> None:
        if (rest := asked.rest) is not None:
            self._left[feed] = token, rest

    async def _all_names(self) -> frozenset[str]:
        fields = await self._learnt.once(("fields",), self.boards.fields)
        return frozenset(it["referenceName"] for it in fields)


def _in_order(stream: str, items: Sequence[Wire]) -> list[Changed]:
    return in_order(
        Changed(RecordRef(stream, str(it["id"])), str(it["rev"]), instant(it["fields"][CHANGED]))
        for it in items
    )
