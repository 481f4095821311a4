"""ServiceNow as a Writer. It knows no conditional update: we look before, and see after whether somebody came between."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from syncline_common.connectors.bulk import about, already_sent, of_one_record
from syncline_common.connectors.servicenow.client import POLICY, Wire, new_row, old_row, row_of_step, step
from syncline_common.connectors.servicenow.queries import checked, one_of
from syncline_common.connectors.servicenow.reader import ENTRY
from syncline_common.connectors.servicenow.records import (
    CREATED,
    ID,
    MARKER_COLUMN,
    OURS,
    VERSION,
    to_attachment,
    to_comment,
    to_record,
    to_row,
)
from syncline_common.connectors.servicenow.surveyor import ServiceNowSurveyor
from syncline_common.connectors.servicenow.ties import Ties
from syncline_common.connectors.together import Together
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordChanged, RecordGone, RecordRejected, RemoteError, UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie, TieKind
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

AT_ONCE = 100  # in one request
ENDS = {
    "incident": "7",
    "change_request": "3",
    "change_task": "3",
    "sc_task": "3",
    "sc_req_item": "3",
    "sc_request": "3",
}
NO_CLAIM = (
    "No resolution provided",
    "Closed/Resolved by Caller",
)  # codes of the vendor's that say nothing untrue
CLOSED = "Closed by Syncline, since the record that it was kept in step with was closed or deleted"
NO_END = "Which state closes a row of this table is not known; map its state instead"


@understood
class ServiceNowWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._surveyor, self._found = ServiceNowSurveyor(out, learnt), found
        self._tables = self._surveyor.tables

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        way = Together(AT_ONCE, self._step_of_new, self._tables.batch, self._made_by_step, self._create)
        return await way.write(new)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """The versions of all are looked at in one request."""
        versions = dict[str, str]()
        for stream in {it.seen.ref.stream for it in updates}:
            versions |= await self._versions(
                stream, [it.seen.ref.id for it in updates if it.seen.ref.stream == stream]
            )
        alone = partial(self._update, versions=versions)
        prepared = partial(self._step_of_update, versions=versions)
        way = Together(AT_ONCE, prepared, self._tables.batch, self._changed_by_step, alone)
        return await way.write(updates)

    async def close(self, seen: Record) -> Record:
        if seen.ref.stream not in ENDS:
            raise RecordRejected(NO_END)
        versions = await self._versions(seen.ref.stream, [seen.ref.id])
        end = {"state": ENDS[seen.ref.stream]}
        try:
            return await self._update(Update(seen, end), versions)
        except RecordRejected as refusal:
            if "Data Policy" not in refusal.message:
                raise
            demanded = await self._demanded_at_the_end(seen)
            if not demanded:
                raise
        return await self._update(Update(seen, {**end, **demanded}), versions)

    async def _demanded_at_the_end(self, seen: Record) -> dict[str, str]:
        """What a policy wants of a closed row and nobody has filled in, if it can be told without a claim of ours."""
        codes = {it.name: it.choices or () for it in await self._surveyor.fields(seen.ref.stream)}
        code = next((it for it in NO_CLAIM if it in codes.get("close_code", ())), None)
        if code is None and not seen.values.get("close_code"):
            return {}
        wanted = {"close_code": code, "close_notes": CLOSED}
        return {name: it for name, it in wanted.items() if it and name in codes and not seen.values.get(name)}

    async def delete(self, seen: Record) -> None:
        _must_be(seen, await self._versions(seen.ref.stream, [seen.ref.id]))
        await self._tables.delete(seen.ref.stream, seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """The marker stays with us: a journal holds nothing but text. An entry is found again by its text and time."""
        element = "comments" if public else "work_notes"
        await self._tables.update(ref.stream, ref.id, {element: body})
        query = f"element_id={checked(ref.id)}^element={element}^ORDERBYDESC{CREATED}"
        with already_sent():
            page = await self._tables.page("sys_journal_field", query, limit=10, fields=ENTRY)
            written = [it for it in page.rows if _lines(it["value"]) == _lines(body)]
            if not written:
                raise UnknownOutcome("The entry was accepted, and is not in the journal", detail=ref.id)
            return to_comment(written[0], ref)

    async def attach(self, seen: Record, file: File) -> Attachment:
        made = await self._tables.upload(seen.ref.stream, seen.ref.id, file)
        with already_sent():
            return to_attachment(made)

    async def link(self, seen: Record, tie: Tie) -> Record:
        """A parent is a value like others; what is related moves neither version nor time of its ends."""
        ties = Ties(self._surveyor)
        standing = await ties.standing(seen, tie)
        if standing.made:
            return seen
        _must_be(seen, standing.versions)
        if tie.kind is TieKind.PARENT:
            return await self._update(Update(seen, {standing.column: tie.to.id}), standing.versions)
        await ties.relate(seen, tie)
        return seen

    async def _create(self, new: NewRecord) -> Record:
        return await self._made(new, await self._tables.create(new.stream, await self._row(new)))

    async def _step_of_new(self, new: NewRecord) -> Wire:
        return step("POST", new_row(new.stream), await self._row(new))

    async def _made_by_step(self, new: NewRecord, answer: Wire) -> Record:
        async with of_one_record(POLICY):
            row = row_of_step(answer, new.stream)
        return await self._made(new, row)

    async def _row(self, new: NewRecord) -> dict[str, str]:
        given = {name: it for name, it in new.values.items() if it is not None}
        row = to_row(given, await self._surveyor.types(new.stream))
        return {**row, **OURS, self._marker(new.stream): new.marker}

    async def _made(self, new: NewRecord, row: Wire) -> Record:
        with already_sent():
            types = await self._surveyor.types(new.stream)
            record = to_record(row, new.stream, types, self._marker(new.stream))
        return about(record, marker=new.marker)

    async def _update(self, update: Update, versions: Mapping[str, str]) -> Record:
        seen = update.seen
        _must_be(seen, versions)
        types = await self._surveyor.types(seen.ref.stream)
        row = await self._tables.update(seen.ref.stream, seen.ref.id, to_row(update.values, types))
        return await self._changed(update, row)

    async def _step_of_update(self, update: Update, versions: Mapping[str, str]) -> Wire:
        seen = update.seen
        _must_be(seen, versions)
        types = await self._surveyor.types(seen.ref.stream)
        return step("PATCH", old_row(seen.ref.stream, seen.ref.id), to_row(update.values, types))

    async def _changed_by_step(self, update: Update, answer: Wire) -> Record:
        async with of_one_record(POLICY):
            row = row_of_step(answer, update.seen.ref.id)
        return await self._changed(update, row)

    async def _changed(self, update: Update, row: Wire) -> Record:
        seen = update.seen
        with already_sent():
            types = await self._surveyor.types(seen.ref.stream)
            written = to_record(row, seen.ref.stream, types, self._marker(seen.ref.stream))
        return _vouched(about(written, seen.ref.id), seen)

    def _marker(self, stream: str) -> str:
        return self._found.marker_in(stream) or MARKER_COLUMN

    async def _versions(self, stream: str, ids: Sequence[str]) -> dict[str, str]:
        page = await self._tables.page(stream, one_of(ids), limit=len(ids), fields=(ID, VERSION))
        return {it[ID]: it[VERSION] for it in page.rows}


def _lines(text: str) -> list[str]:
    """However an instance ends its lines, and whether or not it keeps what is blank around a text."""
    return [it.rstrip() for it in text.strip().splitlines()]


def _must_be(seen: Record, versions: Mapping[str, str]) -> None:
    if seen.ref.id not in versions:
        raise RecordGone("It is gone, or hidden from us", detail=seen.ref.id)
    if versions[seen.ref.id] != seen.version:
        raise RecordChanged("It was edited since", detail=seen.ref.id)


def _vouched(written: Record, seen: Record) -> Record:
    """If the row moved on by more than our update, somebody or a rule came between: the version that is ours to tell
    is the next one, so that the next scan finds the row changed and looks at it again."""
    mine = int(seen.version) + 1
    return written if int(written.version) <= mine else replace(written, version=str(mine))
