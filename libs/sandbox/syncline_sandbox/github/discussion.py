"""Comments. There is one sort of them, that everybody sees who sees the issue."""

from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.github.paging import paged
from syncline_sandbox.github.refusals import invalid, posted_object, refuse
from syncline_sandbox.github.work import NUMBER, REPO, Note, Work
from syncline_sandbox.store import Stored


class Discussion:
    def __init__(self, work: Work) -> None:
        self._work = work

    def operations(self) -> list[Operation]:
        where = pattern(rf"{REPO}/issues{NUMBER}/comments")
        return [
            Operation("comments.list", "GET", where, self.listed),
            Operation("comments.create", "POST", where, self.create, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        stored = self._work.issue(self._work.with_issues(call, caller), call.params["number"])
        found = [it for it in self._work.notes.values() if it.issue == stored.id]
        return paged(call, found, self._work.note_document)

    def create(self, call: Call, caller: str) -> Answer:
        repository = self._work.with_issues(call, caller, to="write")
        stored = self._work.issue(repository, call.params["number"])
        body = posted_object(call.body).get("body")
        if not isinstance(body, str) or not body.strip():
            raise invalid("IssueComment", "body", "missing_field")
        if stored.values["locked"] and not repository.lets(self._work.account(caller), "push"):
            raise refuse(403, "Unable to create comment because issue is locked.")
        document = self._work.note_document(self.add(stored, body, caller))
        return as_json(document, 201, {"Location": document["url"]})

    def add(self, stored: Stored, body: str, by: str) -> Note:
        """It moves the issue's time."""
        work, at = self._work, self._work.store.clock.stamp()
        note = Note(work.next_id(), stored.id, body, by, at, at)
        work.notes[note.id] = note
        work.store.change(stored, {"comments": stored.values["comments"] + 1}, by)
        work.announce("commented", stored, by, note)
        return note
