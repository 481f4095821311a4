"""Syncro as a Writer. It knows no conditional update, and counts no edits: we look before, and once more with the next scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncline_common.connectors.bulk import about, already_sent, one_by_one
from syncline_common.connectors.syncro.client import Wire
from syncline_common.connectors.syncro.records import (
    FLAGS,
    content_of,
    is_ours,
    properties_in,
    tags,
    to_comment,
    to_record,
    to_row,
    version_of,
    written,
)
from syncline_common.connectors.syncro.sections import (
    ASSETS,
    CUSTOMERS,
    PROPERTIES,
    TICKETS,
    Section,
    section_of,
)
from syncline_common.connectors.syncro.surveyor import SyncroSurveyor
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordChanged, RecordFault, RecordRejected, RemoteError, UnknownOutcome
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

END = "Resolved"
SUBJECT = "Syncline"  # of a comment, which has to have one
NOT_ENDED = "Syncro can neither close nor delete this by its API"
NO_END = f"This company has no status {END}; map the status that ends a ticket instead"
NO_FILES = "Syncro takes a file only from a public address, and this one has none"
NO_TIES = "Syncro can't tie tickets to each other by its API"
NO_COMMENTS = "Only tickets have comments"
NOT_KEPT = "Syncro did not keep {}: the company has no such custom field for this record"


@dataclass(frozen=True, slots=True)
class Looked:
    """An update, and the record as it was right before."""

    update: Update
    row: Wire | RemoteError


@understood
class SyncroWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._surveyor, self._found = SyncroSurveyor(out, learnt), found
        self._company = self._surveyor.company

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        return await one_by_one(new, self._create)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """Nothing is sent until all were looked at."""
        rows = await one_by_one([it.seen for it in updates], self._look)
        for it in rows:
            if isinstance(it, RemoteError) and not isinstance(it, RecordFault):
                raise it
        looked = [Looked(it, row) for it, row in zip(updates, rows, strict=True)]
        return await one_by_one(looked, self._update)

    async def close(self, seen: Record) -> Record:
        if section_of(seen.ref.stream) is not TICKETS:
            raise RecordRejected(NOT_ENDED)
        if END not in (await self._surveyor.settings())["ticket_status_list"]:
            raise RecordRejected(NO_END)
        return await self._update(Looked(Update(seen, {"status": END}), await self._look(seen, ends=True)))

    async def delete(self, seen: Record) -> None:
        """A customer would take tickets and invoices with it, and is not deleted."""
        if section_of(seen.ref.stream) is not TICKETS:
            raise RecordRejected(NOT_ENDED)
        await self._look(seen, ends=True)
        await self._company.delete(TICKETS, seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """The marker stays with us. Nobody gets a mail because of it."""
        if section_of(ref.stream) is not TICKETS:
            raise RecordRejected(NO_COMMENTS)
        said = {"subject": SUBJECT, "body": body, "hidden": not public, "do_not_email": True}
        told = await self._company.comment(TICKETS, ref.id, said)
        with already_sent():
            made = to_comment(told, ref)
            if str(told["ticket_id"]) != ref.id or made.public is not public:
                raise UnknownOutcome("It was accepted, but the answer is about another one", detail=ref.id)
            return made

    async def attach(self, seen: Record, file: File) -> Attachment:
        raise RecordRejected(NO_FILES)

    async def link(self, seen: Record, tie: Tie) -> Record:
        raise RecordRejected(NO_TIES)

    async def _create(self, new: NewRecord) -> Record:
        section = section_of(new.stream)
        given = {name: it for name, it in new.values.items() if it is not None}
        row = to_row(given, section, new=True)
        if section is TICKETS:
            row["tag_list"] = tags(row.get("tag_list", []), new.marker)
        properties = properties_in(given, {}, new.marker if self._found.marker_in(new.stream) else None)
        await self._must_have(section, given)
        at_once = {} if section is ASSETS or not properties else {"properties": properties}
        made = await self._company.create(section, {**row, **at_once})
        if section is ASSETS and properties:
            made = await self._with_properties(made, {**row, "properties": properties})
        with already_sent():
            record = to_record(made, new.stream)
        return about(record, marker=new.marker)

    async def _with_properties(self, made: Wire, row: Wire) -> Wire:
        """Those of a new asset are passed over: they are given to it afterwards."""
        with already_sent():
            return await self._company.update(ASSETS, str(made["id"]), row)

    async def _update(self, looked: Looked) -> Record:
        """All of what the vendor might reset is sent: flags, tags and properties."""
        if isinstance(looked.row, RemoteError):
            raise looked.row
        seen, values = looked.update.seen, looked.update.values
        section = section_of(seen.ref.stream)
        row = to_row(values, section, new=False)
        if "tag_list" in row:
            row["tag_list"] = tags(row["tag_list"], to_record(looked.row, section.stream).marker)
        if section is CUSTOMERS:
            row = {**{it: looked.row[it] for it in FLAGS if it in looked.row}, **row}
        if section is ASSETS:
            row.setdefault("name", looked.row["name"])
        if properties := properties_in(values, looked.row):
            row["properties"] = properties
        made = await self._company.update(section, seen.ref.id, row)
        with already_sent():
            record = about(to_record(made, section.stream), seen.ref.id)
        _must_be_kept(record, values)
        return replace(record, version=written(record))

    async def _look(self, seen: Record, *, ends: bool = False) -> Wire:
        """What moves its time alone, as a comment does, is overwritten by no update; but it keeps a record from its end."""
        row = await self._company.one(section_of(seen.ref.stream), seen.ref.id)
        now = version_of(row, seen.ref.stream)
        moved = now != seen.version if ends and not is_ours(seen.version) else False
        if moved or content_of(now) != content_of(seen.version):
            raise RecordChanged("It was edited since", detail=seen.ref.id)
        return row

    async def _must_have(self, section: Section, values: Mapping[str, Any]) -> None:
        """A ticket is not created without the half of its fields: which there are can be asked for."""
        wanted = {it for it in values if it.startswith(PROPERTIES)}
        if section is TICKETS and wanted:
            known = {it.name for it in await self._surveyor.fields(section.stream)}
            if missing := sorted(wanted - known):
                raise RecordRejected(NOT_KEPT.format(", ".join(missing)))


def _must_be_kept(record: Record, values: Values) -> None:
    """A custom field that there is not is passed over without a word."""
    wanted = {name for name, it in values.items() if name.startswith(PROPERTIES) and it is not None}
    if missing := sorted(it for it in wanted if record.values.get(it) is None):
        raise RecordRejected(NOT_KEPT.format(", ".join(missing)))
