"""Zendesk Support as a Writer: safe updates, which the vendor refuses if a ticket was changed in another second.

We look before that, since two edits may share a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END, about, already_sent, one_by_one
from syncline_common.connectors.understanding import understood
from syncline_common.connectors.zendesk.client import Wire
from syncline_common.connectors.zendesk.drafts import to_ticket
from syncline_common.connectors.zendesk.notes import CLOSED, Notes
from syncline_common.connectors.zendesk.records import (
    DELETED,
    MARKER,
    STREAM,
    Known,
    stamp_of,
    to_attachment,
    to_comment,
    to_record,
)
from syncline_common.connectors.zendesk.surveyor import ZendeskSurveyor
from syncline_common.errors import RecordChanged, RecordGone, RecordRejected, RemoteError
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie, TieKind
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

AT_ONCE = 100  # tickets that are looked at in one request
ENDED = ("solved", "closed")
GONE = "It is gone, or hidden from us"
ONLY_TICKETS = "Of Zendesk, only tickets are kept in step"
NO_RELATED = "Zendesk ties an incident to its problem, and nothing else"
NO_INCIDENT = "Only a ticket of the type incident can have a problem above it"
NO_PROBLEM = "Only a ticket of the type problem can stand above an incident"
OTHER_PROBLEM = "It has another problem, which is not replaced"


@understood
class ZendeskWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._surveyor = ZendeskSurveyor(out, learnt)
        self._support = self._surveyor.support
        self._notes = Notes(self._support)

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        """One by one: many at once would be a job of the vendor's, that is done at some other time."""
        return await one_by_one(new, self._create)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """They are looked at together, and written one by one."""
        known, there = await self._surveyor.known(), dict[str, Wire]()
        for at in range(0, len(updates), AT_ONCE):
            there |= await self._looked_at([it.seen.ref.id for it in updates[at : at + AT_ONCE]])
        return await one_by_one(updates, partial(self._update, there=there, known=known))

    async def close(self, seen: Record) -> Record:
        """Solved: from there an automation of the account's closes it for good, after some days."""
        known, there = await self._surveyor.known(), await self._looked_at([seen.ref.id])
        ticket = _as_seen(seen, there, known)
        if ticket["status"] in ENDED:
            return to_record(ticket, known)
        return await self._written(seen, {"status": "solved"}, known)

    async def delete(self, seen: Record) -> None:
        """Into the vendor's bin, for 30 days."""
        known = await self._surveyor.known()
        _as_seen(seen, await self._looked_at([seen.ref.id]), known)
        await self._support.delete(seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        told, at = await self._notes.said(ref.id, body, public=public, marker=marker)
        with already_sent():
            return to_comment(told, ref, at)

    async def attach(self, seen: Record, file: File) -> Attachment:
        """With an internal note, since a file can't come alone."""
        told = await self._notes.attached(seen.ref.id, file)
        with already_sent():
            return to_attachment(told)

    async def link(self, seen: Record, tie: Tie) -> Record:
        if tie.kind is not TieKind.PARENT:
            raise RecordRejected(NO_RELATED)
        if seen.ref.id == tie.to.id:
            raise RecordRejected(NOT_TO_ITSELF)
        known = await self._surveyor.known()
        there = await self._looked_at([seen.ref.id, tie.to.id])
        ticket, problem = there.get(seen.ref.id), there.get(tie.to.id)
        if ticket is None:
            raise RecordGone(GONE, detail=seen.ref.id)
        if problem is None:
            raise RecordRejected(OTHER_END, detail=tie.to.id)
        if str(ticket.get("problem_id")) == tie.to.id:
            return seen
        if ticket.get("problem_id"):
            raise RecordRejected(OTHER_PROBLEM, detail=str(ticket["problem_id"]))
        _as_seen(seen, there, known)
        if ticket.get("type") != "incident" or problem.get("type") != "problem":
            raise RecordRejected(NO_PROBLEM if ticket.get("type") == "incident" else NO_INCIDENT)
        return await self._written(seen, {"problem_id": int(tie.to.id)}, known)

    async def _create(self, new: NewRecord) -> Record:
        if new.stream != STREAM:
            raise RecordRejected(ONLY_TICKETS, detail=new.stream[:40])
        known = await self._surveyor.known()
        made = await self._support.create(_new_ticket(new, known), new.marker)
        with already_sent():
            record = to_record(made.ticket, known)
        return about(record, marker=new.marker)

    async def _update(self, update: Update, *, there: Mapping[str, Wire], known: Known) -> Record:
        seen, told = update.seen, to_ticket(update.values, known, creates=False)
        ticket = _as_seen(seen, there, known)
        if ticket["status"] == "closed":
            raise RecordRejected(CLOSED)
        written = await self._written(seen, told, known)
        return _vouched(written, seen, update)

    async def _written(self, seen: Record, ticket: Wire, known: Known) -> Record:
        made = await self._support.update(seen.ref.id, ticket, stamp_of(seen.version))
        with already_sent():
            record = to_record(made.ticket, known)
        return about(record, seen.ref.id)

    async def _looked_at(self, ids: Sequence[str]) -> dict[str, Wire]:
        found = await self._support.many(list(dict.fromkeys(ids)))
        return {str(it["id"]): it for it in found if it["status"] != DELETED}


def _new_ticket(new: NewRecord, known: Known) -> Wire:
    """What is empty is not sent; what it is about becomes the first comment."""
    given = {name: it for name, it in new.values.items() if it is not None}
    ticket = to_ticket(given, known, creates=True)
    body = ticket.pop("description", None)
    if body is not None:
        ticket["comment"] = {"body": body}
    if new.project is not None and "brand_id" not in ticket:
        ticket["brand_id"] = known.brand(new.project)
    return {**ticket, MARKER: new.marker}


def _as_seen(seen: Record, there: Mapping[str, Wire], known: Known) -> Wire:
    if seen.ref.id not in there:
        raise RecordGone(GONE, detail=seen.ref.id)
    ticket = there[seen.ref.id]
    if to_record(ticket, known).version != seen.version:
        raise RecordChanged("It was edited since", detail=seen.ref.id)
    return ticket


def _vouched(written: Record, seen: Record, update: Update) -> Record:
    """If anything else differs, somebody came between in that very second, or a trigger did: the version that is told
    is not the ticket's own, so that the next scan finds it changed and looks at it again."""
    others = {name: it for name, it in written.values.items() if name not in update.values}
    same = all(seen.values[name] == it for name, it in others.items() if name in seen.values)
    return written if same else replace(written, version=f"{written.version}~")
