"""xMatters as a Writer. One POST makes and changes; it knows no conditional update, so we look before, and read afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline_common.connectors.bulk import OTHER_END, about, already_sent, one_by_one
from syncline_common.connectors.understanding import understood
from syncline_common.connectors.xmatters.client import shape_of
from syncline_common.connectors.xmatters.columns import ID, KEY
from syncline_common.connectors.xmatters.reader import NO_FILES, XMattersReader
from syncline_common.connectors.xmatters.records import content, to_body
from syncline_common.connectors.xmatters.ties import SUPERVISORS, is_made, must_be_possible
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

OWNED = "externallyOwned"
OF_ANOTHER = "Another synchronisation owns it, so it is left alone"
NO_COMMENTS = "People, groups and devices have no comments in xMatters"
NOT_GIVEN = "{} is missing"
NOT_THERE = "It was accepted, but what is read is as it was before"


@understood
class XMattersWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._reader = XMattersReader(out, found, learnt)
        self._company = self._reader.company

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        return await one_by_one(new, self._create)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """All are looked at before any is written, so that what concerns more than a record ends the call."""
        looks = [await self._look(it.seen) for it in updates]
        pairs = zip(looks, updates, strict=True)
        ready = [(it, update.values) for it, update in pairs if isinstance(it, Record)]
        written = iter(await one_by_one(ready, self._written))
        return [next(written) if isinstance(it, Record) else it for it in looks]

    async def close(self, seen: Record) -> Record:
        """Whoever is not active is kept, and is told of nothing."""
        return await self._change(await self._as_seen(seen), {"status": "INACTIVE"})

    async def delete(self, seen: Record) -> None:
        await self._as_seen(seen)
        await self._company.delete(seen.ref.stream, seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        raise RecordRejected(NO_COMMENTS)

    async def attach(self, seen: Record, file: File) -> Attachment:
        raise RecordRejected(NO_FILES)

    async def link(self, seen: Record, tie: Tie) -> Record:
        must_be_possible(seen, tie)
        standing = await self._reader.record(seen.ref.stream, seen.ref.id)
        if is_made(standing, tie):
            return seen
        _must_be(seen, standing)
        try:
            await self._reader.record(tie.to.stream, tie.to.id)
        except RecordGone:
            raise RecordRejected(OTHER_END, detail=tie.to.id) from None
        return await self._change(standing, {SUPERVISORS: [tie.to.id]})

    async def _create(self, new: NewRecord) -> Record:
        shape = shape_of(new.stream)
        values = {name: it for name, it in new.values.items() if it is not None}
        missing = [it.label for it in shape.columns if it.required and not values.get(it.name)]
        if missing:
            raise RecordRejected(NOT_GIVEN.format(", ".join(missing)))
        nobody: Values = {SUPERVISORS: None} if SUPERVISORS in shape.by_name else {}
        fixed = {KEY: new.marker, OWNED: False, "recipientType": shape.recipient}
        body = {**to_body({**nobody, **values}, shape), **fixed}
        made = await self._company.save(new.stream, body)
        with already_sent():
            id = str(made[ID])
            return about(await self._reader.record(new.stream, id), id, new.marker)

    async def _look(self, seen: Record) -> Record | RemoteError:
        try:
            return await self._as_seen(seen)
        except RecordFault as error:
            return error

    async def _written(self, ready: tuple[Record, Values]) -> Record:
        return await self._change(*ready)

    async def _as_seen(self, seen: Record) -> Record:
        """As it is now, which is how it was seen."""
        standing = await self._reader.record(seen.ref.stream, seen.ref.id)
        _must_be(seen, standing)
        return standing

    async def _change(self, standing: Record, values: Values) -> Record:
        """Supervisors go with every change: whoever leaves them out may become the supervisor."""
        shape, ref = shape_of(standing.ref.stream), standing.ref
        always = [it for it in (SUPERVISORS, shape.typed) if it and it in shape.by_name]
        kept = {it: standing.values.get(it) for it in always if it not in values}
        body: Mapping[str, Any] = {**to_body({**kept, **values}, shape), "recipientType": shape.recipient}
        told = await self._company.save(ref.stream, {ID: ref.id, **body})
        with already_sent():
            written = about(await self._reader.record(ref.stream, ref.id), ref.id)
            answered = content(told, shape)
        if written.version == standing.version and _differs(standing, values):
            _must_agree(written, answered, values)
        return _vouched(written, standing, values)


def _must_be(seen: Record, standing: Record) -> None:
    """As it was seen, and nobody else's to keep."""
    if seen.version != standing.version:
        raise RecordChanged("It was edited since", detail=seen.ref.id)
    if standing.values.get(OWNED):
        raise RecordRejected(OF_ANOTHER)


def _differs(standing: Record, values: Values) -> bool:
    wanted = {name: sorted(it) if isinstance(it, list) else it for name, it in values.items()}
    return any((standing.values.get(name) or None) != (it or None) for name, it in wanted.items())


def _must_agree(written: Record, answered: Values, values: Values) -> None:
    """Nothing is otherwise than before: the vendor has its own way of writing a value, or of dropping it, if its answer says
    the same; else what we read is an old one. Lists are in no answer: they have to be as they were sent."""
    lists = {name: sorted(it) or None for name, it in values.items() if isinstance(it, list)}
    if any({**answered, **lists}.get(it) != written.values.get(it) for it in values):
        raise UnknownOutcome(NOT_THERE, detail=written.ref.id)


def _vouched(written: Record, before: Record, values: Values) -> Record:
    """If more differs than we wrote, somebody came between: the version that is ours to tell is none that there is, so
    that the next scan finds the record changed and looks at it again."""
    names = {*written.values, *before.values} - set(values)
    others = [it for it in names if written.values.get(it) != before.values.get(it)]
    return replace(written, version=f"{written.version}+") if others else written
