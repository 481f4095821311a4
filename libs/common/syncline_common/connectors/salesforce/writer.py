"""Salesforce as a Writer. Its conditions know whole seconds only, so we look before, and see after who came between."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.utils import format_datetime
from functools import partial
from typing import Any

from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END, about, already_sent
from syncline_common.connectors.salesforce.client import must_have_gone_well, step
from syncline_common.connectors.salesforce.multipart import Form
from syncline_common.connectors.salesforce.queries import Query, quoted
from syncline_common.connectors.salesforce.reader import COMMENT, SalesforceReader, version_path
from syncline_common.connectors.salesforce.records import (
    FOLLOWS,
    ID,
    MODIFIED,
    PARENT,
    STATUS,
    Shape,
    Wire,
    title_of,
    to_comment,
    to_file,
)
from syncline_common.connectors.salesforce.refusals import ValueTaken, of_one_case, of_result
from syncline_common.connectors.times import instant
from syncline_common.connectors.together import Together
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordChanged, RecordGone, RecordRejected, RemoteError, UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie, TieKind
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

CREATED_AT_ONCE, CHANGED_AT_ONCE = 200, 25  # in one request
USUAL_END = "Closed"
UPLOADED = (ID, "Title", "FileExtension", "ContentSize")
NO_END = "No status of cases counts as closed; map the status instead"
OTHER_PARENT = "It has another parent, which is not replaced"
NO_RELATIONS = "Salesforce ties a case to its parent, and to no other case"
NOT_FOUND_AGAIN = "It was accepted, and is not there"


@understood
class SalesforceWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._found, self._learnt = found, learnt or Learnt()
        self._reader = SalesforceReader(out, found, self._learnt)
        self._rest = self._reader.rest

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        """The marker's field has to be unique, so that what is there already is not made again, nor overwritten."""
        way = Together(CREATED_AT_ONCE, self._prepared, self._sent, self._made, self._create)
        return await way.write(new)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """All are looked at in one request, and read back in one."""
        rows = dict[str, Wire]()
        for stream in dict.fromkeys(it.seen.ref.stream for it in updates):
            rows |= await self._rows(
                stream, [it.seen.ref.id for it in updates if it.seen.ref.stream == stream]
            )
        prepared, alone = partial(self._step, rows=rows), partial(self._update, rows=rows)
        read = partial(self._changed, rows=rows)
        way = Together(CHANGED_AT_ONCE, prepared, self._sent_together, read, alone)
        return await way.write(updates)

    async def close(self, seen: Record) -> Record:
        end = await self._learnt.once(("end",), self._ask_end)
        return await self._update(
            Update(seen, {STATUS: end}), await self._rows(seen.ref.stream, [seen.ref.id])
        )

    async def delete(self, seen: Record) -> None:
        """Into the bin. There is no conditional delete: what was edited since is found by asking just before."""
        rows = await self._rows(seen.ref.stream, [seen.ref.id])
        _must_be(seen, rows, await self._reader.shape(seen.ref.stream))
        await self._rest.delete(seen.ref.stream, seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """The marker stays with us: a comment has no fields of anybody's own. It is found again by its text."""
        row = {PARENT: ref.id, "CommentBody": body, "IsPublished": public}
        id = await self._rest.create("CaseComment", row)
        with already_sent():
            page = await self._rest.page(Query("CaseComment", COMMENT, f"{ID} = {quoted(id)}"))
            made = [it for it in page.rows if (it[ID], it[PARENT]) == (id, ref.id)]
            if not made:
                raise UnknownOutcome(NOT_FOUND_AGAIN, detail=id)
            return to_comment(made[0], ref)

    async def attach(self, seen: Record, file: File) -> Attachment:
        """Whose place is named is linked to it in the same transaction."""
        fields = {"Title": title_of(file.name), "PathOnClient": file.name}
        id = await self._rest.upload(Form({**fields, "FirstPublishLocationId": seen.ref.id}, file))
        with already_sent():
            page = await self._rest.page(Query("ContentVersion", UPLOADED, f"{ID} = {quoted(id)}"))
            made = [it for it in page.rows if it[ID] == id]
            if not made:
                raise UnknownOutcome(NOT_FOUND_AGAIN, detail=id)
            return to_file(id, made[0], version_path(id))

    async def link(self, seen: Record, tie: Tie) -> Record:
        if tie.kind is not TieKind.PARENT:
            raise RecordRejected(NO_RELATIONS)
        if seen.ref.id == tie.to.id:
            raise RecordRejected(NOT_TO_ITSELF)
        rows = await self._rows(seen.ref.stream, [seen.ref.id, tie.to.id])
        if seen.ref.id not in rows:
            raise RecordGone("It is gone, or hidden from us", detail=seen.ref.id)
        if tie.to.id not in rows:
            raise RecordRejected(OTHER_END, detail=tie.to.id)
        parent = rows[seen.ref.id].get(PARENT)
        if parent == tie.to.id:
            return seen
        if parent:
            raise RecordRejected(OTHER_PARENT, detail=parent)
        return await self._update(Update(seen, {PARENT: tie.to.id}), rows)

    async def _row(self, new: NewRecord) -> dict[str, Any]:
        shape, marker = await self._reader.shape(new.stream), self._found.marker_in(new.stream)
        given = {name: it for name, it in new.values.items() if it is not None}
        return shape.row({**given, **({marker: new.marker} if marker else {})}, new=True)

    async def _prepared(self, new: NewRecord) -> dict[str, Any]:
        return {"attributes": {"type": new.stream}, **await self._row(new)}

    async def _sent(self, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        results = await self._rest.create_many(parts)
        with already_sent():
            stream = parts[0]["attributes"]["type"]
            rows = await self._rows(stream, [it["id"] for it in results if it["success"]])
            return [{"result": it, "row": rows.get(it.get("id") or "")} for it in results]

    async def _made(self, new: NewRecord, answer: dict[str, Any]) -> Record:
        with already_sent():
            refused = None if answer["result"]["success"] else of_result(answer["result"])
        if isinstance(refused, ValueTaken):
            return await self._there_already(new, refused)
        if refused is not None:
            raise refused
        return await self._as_made(new, answer["row"])

    async def _create(self, new: NewRecord) -> Record:
        try:
            id = await self._rest.create(new.stream, await self._row(new))
        except ValueTaken as refused:
            return await self._there_already(new, refused)
        with already_sent():
            rows = await self._rows(new.stream, [id])
        return await self._as_made(new, rows.get(id))

    async def _as_made(self, new: NewRecord, row: Wire | None) -> Record:
        with already_sent():
            if row is None:
                raise UnknownOutcome(NOT_FOUND_AGAIN, detail=new.marker)
            marker = self._found.marker_in(new.stream)
            record = (await self._reader.shape(new.stream)).record(row, marker)
        return about(record, marker=new.marker)

    async def _there_already(self, new: NewRecord, refused: ValueTaken) -> Record:
        """A request of ours whose answer was lost has made it; it is as somebody may have edited it since."""
        marker = self._found.marker_in(new.stream)
        if marker is None or marker not in refused.message:
            raise refused  # another field of theirs is unique, too
        with already_sent():
            found = await self._reader.find(new.stream, new.marker)
        if not found:
            raise UnknownOutcome("It is said to be there, and is not found yet", detail=new.marker)
        return found[0]

    async def _update(self, update: Update, rows: Mapping[str, Wire]) -> Record:
        seen = update.seen
        shape = await self._reader.shape(seen.ref.stream)
        row = _must_be(seen, rows, shape)
        await self._rest.update(
            seen.ref.stream, seen.ref.id, shape.row(update.values, new=False), _since(row)
        )
        with already_sent():
            after = await self._rows(seen.ref.stream, [seen.ref.id])
        return await self._as_changed(update, row, after.get(seen.ref.id))

    async def _step(self, update: Update, rows: Mapping[str, Wire]) -> dict[str, Any]:
        seen = update.seen
        shape = await self._reader.shape(seen.ref.stream)
        row = _must_be(seen, rows, shape)
        return step(seen.ref.stream, seen.ref.id, shape.row(update.values, new=False), _since(row))

    async def _sent_together(self, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        async with of_one_case():
            answers = await self._rest.together(parts)
        with already_sent():
            stream, ids = _where(parts)
            rows = await self._rows(stream, ids)
            return [{"answer": it, "row": rows.get(id)} for it, id in zip(answers, ids, strict=True)]

    async def _changed(self, update: Update, answer: dict[str, Any], rows: Mapping[str, Wire]) -> Record:
        async with of_one_case():
            must_have_gone_well(answer["answer"])
        return await self._as_changed(update, rows[update.seen.ref.id], answer["row"])

    async def _as_changed(self, update: Update, before: Wire, after: Wire | None) -> Record:
        """If more has changed than we sent, somebody or a rule came between: the version that is ours to tell is the
        one without that, so that the next scan finds the record changed and looks at it again."""
        with already_sent():
            if after is None:
                raise UnknownOutcome(NOT_FOUND_AGAIN, detail=update.seen.ref.id)
            shape = await self._reader.shape(update.seen.ref.stream)
            if after == before and shape.row(update.values, new=False).items() - before.items():
                raise UnknownOutcome("It was accepted, and reads as before", detail=update.seen.ref.id)
            record = shape.record(after, self._found.marker_in(update.seen.ref.stream))
            ours = {it: after[it] for it in (*update.values, *FOLLOWS) if it in after}
            version = shape.version({**before, **ours})
        return about(replace(record, version=version), update.seen.ref.id)

    async def _rows(self, stream: str, ids: Sequence[str]) -> Mapping[str, Wire]:
        return await self._rest.rows(stream, ids, (await self._reader.shape(stream)).read) if ids else {}

    async def _ask_end(self) -> str:
        """The usual one, or the first of those that count as closed."""
        query = Query("CaseStatus", ("ApiName", "SortOrder"), "IsClosed = TRUE", "SortOrder")
        names = [str(it["ApiName"]) for it in (await self._rest.page(query)).rows]
        if not names:
            raise RecordRejected(NO_END)
        return USUAL_END if USUAL_END in names else names[0]


def _must_be(seen: Record, rows: Mapping[str, Wire], shape: Shape) -> Wire:
    row = rows.get(seen.ref.id)
    if row is None:
        raise RecordGone("It is gone, or hidden from us", detail=seen.ref.id)
    if shape.version(row) != seen.version:
        raise RecordChanged("It was edited since", detail=seen.ref.id)
    return row


def _since(row: Wire) -> str:
    """Of the vendor's own clock."""
    return format_datetime(instant(row[MODIFIED]), usegmt=True)


def _where(parts: Sequence[dict[str, Any]]) -> tuple[str, list[str]]:
    """Of what the steps are about: the object, and the ids."""
    paths = [str(it["url"]).split("/") for it in parts]
    return paths[0][-2], [it[-1] for it in paths]
