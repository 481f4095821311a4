"""Jira Cloud as a Writer. It knows no conditional update: we look before, and what has happened since tells whether somebody came between."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline_common.connectors.bulk import about, already_sent, one_by_one
from syncline_common.connectors.jira.adf import to_document
from syncline_common.connectors.jira.client import of_this_record
from syncline_common.connectors.jira.fields import GIVEN_APART, LABELS, STATUS, to_wire
from syncline_common.connectors.jira.moving import Move, to_end, to_status
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.connectors.jira.records import WANTED, edits_after, to_attachment, to_comment, to_record
from syncline_common.connectors.jira.site import Site, Wire
from syncline_common.connectors.jira.ties import Ties
from syncline_common.connectors.together import Together, part_of
from syncline_common.connectors.understanding import understood
from syncline_common.errors import (
    RecordChanged,
    RecordFault,
    RecordGone,
    RecordRejected,
    RemoteError,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

AT_ONCE = 50  # in one request
JSON = {"content-type": "application/json"}
NO_PROJECT = "Say in which project it is to be created"
NO_INTERNAL = "Only projects of Jira Service Management have internal comments; everybody would see it"
SEEN_BY_ALL = "Jira would have shown the comment to everybody; it was taken back"
INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}


@understood
class JiraWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._reader = JiraReader(out, found, learnt)
        self._site: Site = self._reader.site

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        way = Together(AT_ONCE, self._body, self._sent, self._made_by_part, self._create)
        return await way.write(new)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """All are looked at in one request, right before they are written one by one."""
        there = dict[str, Record]()
        for stream in dict.fromkeys(it.seen.ref.stream for it in updates):
            ids = [it.seen.ref.id for it in updates if it.seen.ref.stream == stream]
            there |= await self._reader.fetch(stream, ids)

        async def one(update: Update) -> Record:
            _must_be(update.seen, there.get(update.seen.ref.id))
            return await self._update(update)

        return await one_by_one(updates, one)

    async def close(self, seen: Record) -> Record:
        """By a transition into a status that counts as done; where it is in one, nothing is left to do."""
        issue = await self._looked_at(seen)
        status = issue["fields"][STATUS]
        if (status.get("statusCategory") or {}).get("key") == "done":
            return seen
        move = to_end(await self._site.transitions(seen.ref.id), await self._reader.all_fields())
        await self._site.move(seen.ref.id, move.id, dict(move.fields))
        return await self._afterwards(seen, writes=1, status=move.to)

    async def delete(self, seen: Record) -> None:
        """There is no bin. What has sub-tasks is refused by the vendor."""
        await self._looked_at(seen)
        await self._site.delete(seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """The marker goes along as a property, which nobody sees."""
        properties: list[Wire] = [{"key": "syncline", "value": {"marker": marker}}]
        if not public:
            await self._must_be_service_desk(ref)
            properties.append(INTERNAL)
        made = await self._site.comment(ref.id, {"body": to_document(body), "properties": properties})
        with already_sent():
            comment = to_comment(made, ref)
        if comment.public and not public:
            with already_sent():
                await self._site.uncomment(ref.id, comment.id)
            raise RecordRejected(SEEN_BY_ALL)
        return comment

    async def attach(self, seen: Record, file: File) -> Attachment:
        made = await self._site.upload(seen.ref.id, file)
        with already_sent():
            return to_attachment(made)

    async def link(self, seen: Record, tie: Tie) -> Record:
        ties = Ties(self._reader)
        must = await ties.must(seen, tie)
        if must is None:
            return seen
        _must_be(seen, must.own)
        await must.make()
        with already_sent():
            if tie not in await self._reader.ties(seen.ref):
                raise UnknownOutcome("The tie was accepted, and is not there", detail=seen.ref.id)
            return await self._read(seen.ref)

    async def _must_be_service_desk(self, ref: RecordRef) -> None:
        project = (await self._site.one(ref.id, ("project",)))["fields"]["project"]
        kind = project.get("projectTypeKey") or (await self._site.project(project["key"])).get(
            "projectTypeKey"
        )
        if kind != "service_desk":
            raise RecordRejected(NO_INTERNAL)

    async def _looked_at(self, seen: Record) -> Wire:
        issue = await self._site.one(seen.ref.id, WANTED)
        _must_be(seen, to_record(issue, seen.ref.stream, await self._reader.all_fields()))
        return issue

    async def _create(self, new: NewRecord) -> Record:
        id = await self._site.create(await self._body(new))
        with already_sent():
            made = await self._read(RecordRef(new.stream, id))
        return await self._settled(new, made)

    async def _body(self, new: NewRecord) -> Wire:
        """A status is not among it: that is reached afterwards."""
        project = new.project or new.values.get("project")
        if not project:
            raise RecordRejected(NO_PROJECT)
        given = {
            id: it
            for id, it in new.values.items()
            if id not in (*GIVEN_APART, STATUS) and it not in (None, "", [])
        }
        given[LABELS] = [*(given.get(LABELS) or []), new.marker]
        fields = to_wire(given, await self._reader.all_fields())
        return {"fields": {"project": {"key": str(project)}, "issuetype": {"name": new.stream}, **fields}}

    async def _sent(self, bodies: Sequence[Wire]) -> list[Wire]:
        """What was made is read back in one request."""
        made, failed = await self._site.create_many(bodies)
        with already_sent():
            there = {str(it["id"]): it for it in await self._site.fetched(made, WANTED)} if made else {}
            ids = iter(made)
            return [
                {"failed": failed[at]} if at in failed else {"issue": there[next(ids)]}
                for at in range(len(bodies))
            ]

    async def _made_by_part(self, new: NewRecord, told: Wire) -> Record:
        if failed := told.get("failed"):
            content = json.dumps(failed.get("elementErrors") or {}).encode()
            async with of_this_record():
                part_of(int(failed.get("status") or 400), JSON, content, f"bulk: {new.stream}")
        with already_sent():
            made = to_record(told["issue"], new.stream, await self._reader.all_fields())
        return await self._settled(new, made)

    async def _settled(self, new: NewRecord, made: Record) -> Record:
        """In the status that was asked for, if a transition leads there; else what it is in is told."""
        about(made, marker=new.marker)
        wanted = new.values.get(STATUS)
        if not wanted or wanted == made.values.get(STATUS):
            return made
        with already_sent():
            try:
                move = await self._way(made.ref.id, str(wanted), {})
                await self._site.move(made.ref.id, move.id, dict(move.fields))
            except RecordFault:
                return made
            return await self._read(made.ref)

    async def _way(self, id: str, status: str, values: Values) -> Move:
        return to_status(await self._site.transitions(id), status, values, await self._reader.all_fields())

    async def _update(self, update: Update) -> Record:
        """What the transition's screen has goes with it; whether there is one is known before anything is written."""
        seen, values = update.seen, {**update.values}
        status = values.pop(STATUS, None)
        move = None
        if status and status != seen.values.get(STATUS):
            move = await self._way(seen.ref.id, str(status), values)
            values = {id: it for id, it in values.items() if id not in move.fields}
        if LABELS in values and seen.marker is not None:
            values[LABELS] = [*(values[LABELS] or []), seen.marker]
        fields = to_wire(values, await self._reader.all_fields())
        issue = await self._site.update(seen.ref.id, fields) if fields or not move else {}
        if move is None:
            return await self._afterwards(seen, writes=1, issue=issue)
        try:
            await self._site.move(seen.ref.id, move.id, dict(move.fields))
        except RecordFault as error:
            if not fields:
                raise
            raise UnknownOutcome("Its fields were written, but not its status", detail=error.detail) from None
        return await self._afterwards(seen, writes=2, status=move.to)

    async def _afterwards(
        self, seen: Record, *, writes: int, issue: Mapping[str, Any] = {}, status: str = ""
    ) -> Record:
        """As it is now. If more was edited than by us, its version is none that there is: the next scan looks at it again."""
        with already_sent():
            if "changelog" not in issue or "fields" not in issue:
                issue = await self._site.one(seen.ref.id, WANTED, expand="changelog")
            written = to_record(issue, seen.ref.stream, await self._reader.all_fields())
            if status and written.values.get(STATUS) != status:
                raise UnknownOutcome(
                    "The transition was accepted, and the status is another one", detail=status
                )
            edits = edits_after(issue["changelog"]["histories"], seen.changed_at)
        return replace(
            about(written, seen.ref.id), version=f"{written.version}~" if edits > writes else written.version
        )

    async def _read(self, ref: RecordRef) -> Record:
        issue = await self._site.one(ref.id, WANTED)
        return to_record(issue, ref.stream, await self._reader.all_fields())


def _must_be(seen: Record, there: Record | None) -> None:
    if there is None:
        raise RecordGone("It is gone, or hidden from us", detail=seen.ref.id)
    if there.version != seen.version:
        raise RecordChanged("It was edited since", detail=seen.ref.id)
