"""IT Glue as a Writer. It knows no conditional update, and counts no edits: we look before, and once more with the next scan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncline_common.connectors.bulk import about, already_sent, one_by_one
from syncline_common.connectors.itglue.client import Wire
from syncline_common.connectors.itglue.records import (
    content_of,
    is_ours,
    marked,
    may_be_written,
    to_attachment,
    to_attributes,
    to_record,
    version_of,
    written,
)
from syncline_common.connectors.itglue.sections import ORGANIZATIONS, OWNER, WAYS, Section, section_of
from syncline_common.connectors.itglue.surveyor import ItGlueSurveyor
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordChanged, RecordFault, RecordRejected, RemoteError
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie
from syncline_common.schemas.values import Values
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

NOT_ENDED = "IT Glue archives configurations alone; map the status that ends this record instead"
NOT_DELETED = "IT Glue deletes for good, so nothing is deleted: close it, and it is archived"
NO_TIES = "Related items of IT Glue are told at one end alone: they are not made"
NO_COMMENTS = "IT Glue has no comments"
NO_FILES = "Organizations of IT Glue have no files"
NO_OWNER = "It needs an organization"
NOT_MOVED = "A record is moved to another organization by a person"
MISSING = "{} needs {}"
NOT_KEPT = "IT Glue did not keep {}"


@dataclass(frozen=True, slots=True)
class Looked:
    """An update, and the record as it was right before."""

    update: Update
    row: Wire | RemoteError


@understood
class ItGlueWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._surveyor = ItGlueSurveyor(out, learnt)
        self._glue = self._surveyor.glue

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
        if not section_of(seen.ref.stream).archives:
            raise RecordRejected(NOT_ENDED)
        row = await self._look(seen, ends=True)
        return await self._update(Looked(Update(seen, {"archived": True}), row))

    async def delete(self, seen: Record) -> None:
        raise RecordRejected(NOT_DELETED)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        raise RecordRejected(NO_COMMENTS)

    async def attach(self, seen: Record, file: File) -> Attachment:
        section = section_of(seen.ref.stream)
        if section is ORGANIZATIONS:
            raise RecordRejected(NO_FILES)
        made = await self._glue.attach(section, seen.ref.id, file)
        with already_sent():
            return replace(to_attachment(made), name=file.name)

    async def link(self, seen: Record, tie: Tie) -> Record:
        raise RecordRejected(NO_TIES)

    async def _create(self, new: NewRecord) -> Record:
        section = section_of(new.stream)
        given = {name: it for name, it in new.values.items() if it is not None}
        if section.owned and new.project and OWNER not in given:
            given[OWNER] = await self._surveyor.owner(new.project)
        _must_be_whole(given, section)
        told = to_attributes(given, section, new=True)
        told[section.marked] = marked(given.get(section.marked), new.marker)
        made = await self._glue.create(section, told)
        with already_sent():
            record = to_record(made, new.stream)
        return about(record, marker=new.marker)

    async def _update(self, looked: Looked) -> Record:
        if isinstance(looked.row, RemoteError):
            raise looked.row
        seen, section = looked.update.seen, section_of(looked.update.seen.ref.stream)
        before = to_record(looked.row, section.stream)
        values = _without_owner(looked.update.values, before)
        told = to_attributes(values, section, new=False)
        if section.marked in told:
            told[section.marked] = marked(values[section.marked], before.marker)
        may_be_written(looked.row, told, section)
        made = await self._glue.update(section, seen.ref.id, told)
        with already_sent():
            record = about(to_record(made, section.stream), seen.ref.id)
        _must_be_kept(record, before, values)
        return replace(record, version=written(record))

    async def _look(self, seen: Record, *, ends: bool = False) -> Wire:
        """What moves its time alone is overwritten by no update; but it keeps a record from its end."""
        document = await self._glue.one(section_of(seen.ref.stream), seen.ref.id)
        row: dict[str, Any] = document["data"]
        now = version_of(row, seen.ref.stream)
        moved = now != seen.version if ends and not is_ours(seen.version) else False
        if moved or content_of(now) != content_of(seen.version):
            raise RecordChanged("It was edited since", detail=seen.ref.id)
        return row


def _must_be_whole(values: Values, section: Section) -> None:
    if section.owned and values.get(OWNER) is None:
        raise RecordRejected(NO_OWNER)
    if missing := [it for it in section.required if values.get(it) in (None, "")]:
        labels = ", ".join(section.by_name[it].label for it in missing)
        raise RecordRejected(MISSING.format(section.label, labels))


def _without_owner(values: Values, before: Record) -> Values:
    if OWNER in values and str(values[OWNER]) != before.values.get(OWNER):
        raise RecordRejected(NOT_MOVED)
    return {name: it for name, it in values.items() if name != OWNER}


def _must_be_kept(record: Record, before: Record, values: Values) -> None:
    """What was sent and is as it was before, though it should be otherwise."""
    wanted = {name: it for name, it in values.items() if name not in WAYS and it is not None}
    dropped = [
        name
        for name, it in wanted.items()
        if str(record.values.get(name)) != str(it) and record.values.get(name) == before.values.get(name)
    ]
    if dropped:
        raise RecordRejected(NOT_KEPT.format(", ".join(sorted(dropped))))
