"""GitHub as a Writer. It knows no conditional update: we look before, and see after whether somebody came between."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline_common.connectors.bulk import NOT_TO_ITSELF, OTHER_END, about, already_sent, one_by_one
from syncline_common.connectors.github.places import Repo, named
from syncline_common.connectors.github.queries import parsed
from syncline_common.connectors.github.reader import NO_FILES, GitHubReader
from syncline_common.connectors.github.records import (
    OF_THE_TEAM,
    Wire,
    digest,
    dropped,
    to_body,
    to_comment,
    to_record,
    version_of,
)
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
from syncline_common.schemas.records import Comment, Record, RecordRef, Tie, TieKind
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Attachment, File, Found, Out

AT_ONCE = 5
GONE = "It is gone, or hidden from us"
NO_PROJECT = "Say in which repository it is to be created"
NO_INTERNAL = "GitHub has no internal comments; it would be visible to everybody who sees the issue"
NO_DELETION = "GitHub lets nobody but administrators delete issues, and not by this API; close it instead"
NO_RELATION = "GitHub knows parents, and no other ties between issues"
OTHER_PARENT = "It has another parent, which is not replaced"
NO_RIGHT = "In {repo}, {names} can't be set: that takes the role Triage, and would be dropped without a word"
NOT_TAKEN = "GitHub took the change, but for {names}, which it dropped without a word"
UNVOUCHED = "?"  # behind a version: it is not only ours, so that the next scan finds another one


@understood
class GitHubWriter:
    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._reader = GitHubReader(out, found, learnt)
        self._hub = self._reader.hub

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        return await one_by_one(new, self._create)

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        """A few are looked at, and written right after it."""
        answers = list[Record | RemoteError]()
        for at in range(0, len(updates), AT_ONCE):
            some = updates[at : at + AT_ONCE]
            try:
                rows = [await self._seen_again(it.seen) for it in some]
                answers += await one_by_one(list(zip(some, rows, strict=True)), self._update)
            except RemoteError as error:
                if not answers:
                    raise
                return answers + [error] * (len(updates) - len(answers))
        return answers

    async def close(self, seen: Record) -> Record:
        """Without the claim that it was done."""
        row = await self._looked_at(seen)
        if row["state"] == "closed":
            return to_record(row, await self._repo_of(seen.ref))
        return await self._changed(seen, row, {"state": "closed", "state_reason": "not_planned"})

    async def delete(self, seen: Record) -> None:
        raise RecordRejected(NO_DELETION)

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        """The marker stays with us: a comment is found again by its text."""
        if not public:
            raise RecordRejected(NO_INTERNAL)
        repo = await self._repo_of(ref)
        made = await self._hub.comment(repo, parsed(ref.id)[1], body)
        with already_sent():
            comment = to_comment(made, ref)
        if comment.body.split() != body.split():
            raise UnknownOutcome("It was accepted, but the answer is about another comment", detail=ref.id)
        return comment

    async def attach(self, seen: Record, file: File) -> Attachment:
        raise RecordRejected(NO_FILES, detail=file.name)

    async def link(self, seen: Record, tie: Tie) -> Record:
        """GitHub refuses a second parent, and the same one twice: then it says which there is."""
        if tie.kind is not TieKind.PARENT:
            raise RecordRejected(NO_RELATION)
        if tie.to.id == seen.ref.id:
            raise RecordRejected(NOT_TO_ITSELF)
        row = await self._reader.row(seen.ref.id)
        if row is None:
            raise RecordGone(GONE, detail=seen.ref.id)
        if await self._reader.row(tie.to.id) is None:
            raise RecordRejected(OTHER_END, detail=tie.to.id)
        _must_be(seen, row)
        await self._tie(int(row["id"]), seen.ref, tie.to)
        return seen

    async def _tie(self, id: int, child: RecordRef, parent: RecordRef) -> None:
        try:
            await self._hub.add_sub_issue(await self._repo_of(parent), parsed(parent.id)[1], id)
        except RecordFault as refusal:
            there = await self._reader.parent(child.id)
            if there == parent.id:
                return
            if there is not None:
                raise RecordRejected(OTHER_PARENT, detail=there) from None
            raise RecordRejected(refusal.message, detail=refusal.detail) from None

    async def _create(self, new: NewRecord) -> Record:
        repo = named(await self._reader.repos(), new.project or "")
        if repo is None:
            raise RecordRejected(NO_PROJECT, detail=new.project or "")
        given = {name: it for name, it in new.values.items() if it not in (None, [])}
        sent = to_body({"body": None, **given}, new.marker)
        _must_be_settable(repo, sent)
        end: dict[str, Any] = {name: sent.pop(name) for name in ("state", "state_reason") if name in sent}
        made = await self._hub.create(repo, sent)
        with already_sent():
            record = about(to_record(made, repo), marker=new.marker)
        return await self._ended(record, made, end) if end.get("state") == "closed" else record

    async def _ended(self, record: Record, made: Wire, end: Mapping[str, Any]) -> Record:
        """Nothing is made closed. If it can't be closed, it is there nevertheless, and open."""
        try:
            return await self._changed(record, made, end)
        except RemoteError:
            return record

    async def _seen_again(self, seen: Record) -> Wire | RecordFault:
        """What concerns more than this one is raised, before anything of the few is written."""
        try:
            return await self._looked_at(seen)
        except RecordFault as error:
            return error

    async def _update(self, looked_at: tuple[Update, Wire | RecordFault]) -> Record:
        update, row = looked_at
        if isinstance(row, RecordFault):
            raise row
        seen = update.seen
        sent = to_body(update.values, seen.marker)
        _must_be_settable(await self._repo_of(seen.ref), sent)
        if "state_reason" in sent:  # counts beside a state only
            sent.setdefault("state", row["state"])
        return await self._changed(seen, row, sent)

    async def _changed(self, seen: Record, before: Wire, sent: Mapping[str, Any]) -> Record:
        repo = await self._repo_of(seen.ref)
        after = await self._hub.update(repo, parsed(seen.ref.id)[1], sent)
        with already_sent():
            written = about(to_record(after, repo), seen.ref.id)
            missing = dropped(sent, after)
            alone = digest(before, but=list(sent)) == digest(after, but=list(sent))
        if missing:
            raise RecordRejected(NOT_TAKEN.format(names=", ".join(missing)))
        return written if alone else replace(written, version=f"{written.version}{UNVOUCHED}")

    async def _looked_at(self, seen: Record) -> Wire:
        row = await self._reader.row(seen.ref.id)
        if row is None:
            raise RecordGone(GONE, detail=seen.ref.id)
        _must_be(seen, row)
        return row

    async def _repo_of(self, ref: RecordRef) -> Repo:
        return await self._reader.repo(parsed(ref.id)[0])


def _must_be(seen: Record, row: Wire) -> None:
    if version_of(row) != seen.version:
        raise RecordChanged("It was edited since", detail=seen.ref.id)


def _must_be_settable(repo: Repo, sent: Mapping[str, Any]) -> None:
    if (names := [it for it in OF_THE_TEAM if it in sent]) and not repo.may_label:
        raise RecordRejected(NO_RIGHT.format(repo=repo.name, names=", ".join(names)))
