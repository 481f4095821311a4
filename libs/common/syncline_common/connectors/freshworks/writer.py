"""Tickets as a Writer. There is no conditional update: we look before, and see after whether anything else has changed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from syncline_common.connectors.bulk import about, already_sent, one_by_one
from syncline_common.connectors.freshworks.client import Desk, Wire
from syncline_common.connectors.freshworks.product import Product
from syncline_common.connectors.freshworks.records import (
    CLOSED,
    CUSTOM,
    STATUS,
    TAGS,
    content_of,
    to_attachment,
    to_comment,
    to_markup,
    to_record,
    to_wire,
    version_of,
)
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordChanged, RecordRejected, RemoteError, UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

REQUESTERS = ("requester_id", "email", "phone")
BEGUN = {"status": 2, "priority": 1, "source": 2}  # as the vendor says that it begins a ticket
NO_TIES = "{label} has no way to tie tickets that are there to each other"


@understood
class FreshworksWriter:
    product: Product

    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self.desk, self._found, self._learnt = Desk(out, self.product), found, learnt or Learnt()

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        return await one_by_one(new, self._create)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        return await one_by_one(updates, self._update)

    async def close(self, seen: Record) -> Record:
        """The status Closed has the same number in each account. Fields that have to be filled in first are named."""
        return await self._update(Update(seen, {STATUS: CLOSED}))

    async def delete(self, seen: Record) -> None:
        """Into the trash, from which a person gets it back."""
        await self._as_seen(seen)
        await self.desk.delete(seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """A note: a reply would be mailed to the customer. The marker stays with us; it is found again by text and time."""
        made = await self.desk.note(ref.id, to_markup(body), private=not public)
        with already_sent():
            written = to_comment(made, ref)
        if written.public is not public:
            raise UnknownOutcome("It was written, but for others to see than was asked", detail=ref.id)
        return written

    async def attach(self, seen: Record, file: File) -> Attachment:
        ticket = await self.desk.attach(seen.ref.id, file)
        with already_sent():
            there = [to_attachment(it) for it in ticket.get("attachments") or []]
            mine = [it for it in there if it.name == file.name and it.size in (None, file.size)]
            if not mine:
                raise UnknownOutcome("It was taken, and is not among the ticket's files", detail=seen.ref.id)
            return max(mine, key=lambda it: int(it.id))

    async def link(self, seen: Record, tie: Tie) -> Record:
        raise RecordRejected(NO_TIES.format(label=self.product.label))

    async def more_of_new(self, new: NewRecord) -> dict[str, object]:
        """What this product wants of a new ticket besides."""
        return {}

    async def prepare(self) -> None:
        """What has to be known before a ticket is made a record."""

    def record(self, ticket: Wire) -> Record:
        return to_record(ticket, self.product, self._found.marker_field)

    async def _create(self, new: NewRecord) -> Record:
        await self.prepare()
        given = {name: it for name, it in new.values.items() if it not in (None, "", [])}
        marked = given if self._found.marker_field else {TAGS: [], **given}
        sent = {
            **BEGUN,
            **to_wire(marked, new.marker, self._found.marker_field),
            **await self.more_of_new(new),
        }
        if not any(sent.get(it) for it in REQUESTERS):
            sent["requester_id"] = await self._learnt.once(("me",), self._own_id)
        made = await self.desk.create(sent)
        with already_sent():
            record = self.record(made)
        return about(record, marker=new.marker)

    async def _own_id(self) -> int:
        return int((await self.desk.me())["id"])

    async def _update(self, update: Update) -> Record:
        seen = update.seen
        before = await self._as_seen(seen)
        by_tag = seen.marker if self._found.marker_field is None and TAGS in update.values else None
        sent = to_wire(update.values, by_tag)
        after = await self.desk.update(seen.ref.id, sent)
        with already_sent():
            return about(self._vouched(before, after, update), seen.ref.id)

    async def _as_seen(self, seen: Record) -> Wire:
        await self.prepare()
        now = await self.desk.ticket(seen.ref.id)
        if version_of(now, self.product) != seen.version:
            raise RecordChanged("It was edited since", detail=seen.ref.id)
        return now

    def _vouched(self, before: Wire, after: Wire, update: Update) -> Record:
        """If more has changed than we have written, somebody or a rule came between: the version that is ours to tell
        is one that the ticket never had, so that the next scan looks at it again."""
        written = self.record(after)
        own = {it for it in update.values if it not in (TAGS,)}
        same = partial(_others, own=own)
        if same(content_of(before, self.product)) == same(content_of(after, self.product)):
            return written
        return replace(written, version=f"{written.version}~")


def _others(content: dict[str, object], own: set[str]) -> dict[str, object]:
    """An empty field of the customer's own counts as one that is not there."""
    return {
        name: it
        for name, it in content.items()
        if name not in own and not (name.startswith(CUSTOM) and it is None)
    }
