"""Azure DevOps as a Writer. Every change tests the revision that it was planned on."""

from collections.abc import Sequence
from typing import Any

from syncline_common.connectors.azure_devops.client import Boards, Wire, new_item, old_item, step
from syncline_common.connectors.azure_devops.proving import proven
from syncline_common.connectors.azure_devops.records import (
    PROJECT,
    STATE,
    to_attachment,
    to_comment,
    to_ends,
    to_new,
    to_patch,
    to_record,
    to_relation,
)
from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END, about, already_sent, of_one_record
from syncline_common.connectors.together import Together, part_of
from syncline_common.connectors.understanding import understood
from syncline_common.errors import (
    ContractBroken,
    RecordChanged,
    RecordGone,
    RecordRejected,
    RemoteError,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

AT_ONCE = 200  # in one request
JSON = {"content-type": "application/json"}
AREA = r"(TF|VS)\d+: [^\"]+"  # Azure DevOps numbers what it says
NO_PROJECT = "Say in which project it is to be created"
NO_INTERNAL = "Azure DevOps has no internal comments; it would be visible to everybody"
NO_END = "This type has no state of the category Completed; map its state instead"


@understood
class AzureDevOpsWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        self._boards, self._found = Boards(out), found

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        way = Together(AT_ONCE, self._step_of_new, self._sent, self._made_by_step, self._create)
        return await way.write(new)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        way = Together(AT_ONCE, self._step_of_update, self._sent, self._changed_by_step, self._update)
        return await way.write(updates)

    async def close(self, seen: Record) -> Record:
        """Into the first state of its type that counts as completed."""
        states = await self._boards.states(seen.project or "", seen.ref.stream)
        ends = [it["name"] for it in states if it["category"] == "Completed"]
        if not ends:
            raise RecordRejected(NO_END)
        return await self._update(Update(seen, {STATE: ends[0]}))

    async def delete(self, seen: Record) -> None:
        """There is no conditional delete: what was edited since is found by asking just before."""
        now = await self._boards.item(seen.ref.id)
        if str(now["rev"]) != seen.version:
            raise RecordChanged("It was edited since", detail=seen.ref.id)
        async with of_one_record(AREA):
            await self._boards.delete(seen.ref.id)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """The marker stays with us: a comment holds nothing but its text. It is found again by that."""
        if not public:
            raise RecordRejected(NO_INTERNAL)
        project = (await self._boards.item(ref.id))["fields"][PROJECT]
        made = await self._boards.comment(project, ref.id, body)
        with already_sent():
            return to_comment(made, ref)

    async def attach(self, seen: Record, file: File) -> Attachment:
        """Two requests: a file that is uploaded and never linked is collected by the vendor."""
        url = await self._uploaded(seen, file)
        link = {"rel": "AttachedFile", "url": url, "attributes": {"name": file.name}}
        patch: list[Wire] = [
            {"op": "test", "path": "/rev", "value": int(seen.version)},
            {"op": "add", "path": "/relations/-", "value": link},
        ]
        async with of_one_record(AREA):
            await self._boards.update(seen.ref.id, patch)
        return to_attachment({"url": url, "attributes": {"name": file.name, "resourceSize": file.size}})

    async def link(self, seen: Record, tie: Tie) -> Record:
        """It moves no revision, so the revision's test lets it through twice: then the vendor says that it is there."""
        ends = (seen.ref.id, tie.to.id)
        if len(set(ends)) == 1:
            raise RecordRejected(NOT_TO_ITSELF)
        found = {str(it["id"]): it for it in await self._boards.items(ends, expand="relations")}
        if seen.ref.id not in found:
            raise RecordGone("It is gone, or hidden from us", detail=seen.ref.id)
        if tie.to.id not in found:
            raise RecordRejected(OTHER_END, detail=tie.to.id)
        item = found[seen.ref.id]
        if (tie.kind, tie.to.id) not in to_ends(item):
            patch = [*self._patch(Update(seen, {})), to_relation(tie, found[tie.to.id])]
            item = await self._tied(seen, tie, patch)
        return self._changed(Update(seen, {}), item)

    async def _tied(self, seen: Record, tie: Tie, patch: Sequence[Wire]) -> Wire:
        try:
            async with of_one_record(AREA):
                return await self._boards.update(seen.ref.id, patch)
        except (RecordRejected, RecordGone) as refusal:  # if an answer was lost, this may be the second time
            item = await self._boards.item(seen.ref.id, expand="relations")
            if (tie.kind, tie.to.id) in to_ends(item):
                return item
            raise RecordRejected(refusal.message, detail=refusal.detail) from None

    async def _uploaded(self, seen: Record, file: File) -> str:
        """Nothing is on the record yet, so that whatever happens may be tried again."""
        try:
            async with of_one_record(AREA):
                return str((await self._boards.upload(seen.project or "", file))["url"])
        except (UnknownOutcome, ContractBroken, KeyError, TypeError) as error:
            raise Unavailable("The file was not taken", detail=getattr(error, "detail", "")) from None

    async def _sent(self, parts: Sequence[Wire]) -> list[Wire]:
        return await proven(self._boards, await self._boards.batch(parts))

    async def _create(self, new: NewRecord) -> Record:
        async with of_one_record(AREA):
            made = await self._boards.create(_project(new), new.stream, self._new(new))
        return self._made(new, made)

    async def _step_of_new(self, new: NewRecord) -> Wire:
        return step(new_item(_project(new), new.stream), self._new(new))

    async def _made_by_step(self, new: NewRecord, answer: Wire) -> Record:
        async with of_one_record(AREA):
            made = _of_step(answer, new.stream)
        return self._made(new, made)

    def _new(self, new: NewRecord) -> list[dict[str, Any]]:
        return to_new(new.values, new.marker, self._found.marker_in(new.stream))

    def _made(self, new: NewRecord, made: Wire) -> Record:
        with already_sent():
            record = to_record(made, new.stream, new.values, self._found.marker_in(new.stream))
        return about(record, marker=new.marker)

    async def _update(self, update: Update) -> Record:
        async with of_one_record(AREA):
            changed = await self._boards.update(update.seen.ref.id, self._patch(update))
        return self._changed(update, changed)

    async def _step_of_update(self, update: Update) -> Wire:
        return step(old_item(update.seen.ref.id), self._patch(update))

    async def _changed_by_step(self, update: Update, answer: Wire) -> Record:
        async with of_one_record(AREA):
            changed = _of_step(answer, update.seen.ref.id)
        return self._changed(update, changed)

    def _patch(self, update: Update) -> list[dict[str, Any]]:
        return to_patch(update.seen, update.values, self._found.marker_in(update.seen.ref.stream))

    def _changed(self, update: Update, changed: Wire) -> Record:
        seen = update.seen
        with already_sent():
            return about(self._record(changed, seen.ref.stream, seen), seen.ref.id)

    def _record(self, item: Wire, stream: str, seen: Record) -> Record:
        """An answer leaves out what is empty; what was seen before is what there may be."""
        return to_record(item, stream, seen.values, self._found.marker_in(stream))


def _project(new: NewRecord) -> str:
    project = new.project or new.values.get(PROJECT)
    if not project:
        raise RecordRejected(NO_PROJECT)
    return str(project)


def _of_step(answer: Wire, where: str) -> Wire:
    """The record in the answer to one part of a batch; its body is JSON in a text."""
    with already_sent():
        code, content = int(answer["code"]), str(answer["body"]).encode()
    reply = part_of(code, JSON, content, f"batch: {where}")
    with already_sent():
        found: Wire = reply.json()
        return found
