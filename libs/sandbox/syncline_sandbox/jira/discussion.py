"""Comments: documents, each perhaps for some only. They move the issue's time, and nothing else of it."""

from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.jira.adf import is_document
from syncline_sandbox.jira.board import ONE, Board, Note, paged
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.refusals import field_refused, only, posted, refuse
from syncline_sandbox.store import Stored

NO_COMMENT = "You do not have the permission to comment on this issue."
NOT_THERE = "Can not find a comment for the id: {}."


class Discussion:
    def __init__(self, board: Board, documents: Documents) -> None:
        self._board, self._documents = board, documents

    def operations(self) -> list[Operation]:
        where, one = pattern(rf"{ONE}/comment"), pattern(rf"{ONE}/comment/(?P<id>\d+)")
        return [
            Operation("comment.list", "GET", where, self.listed, "anonymous"),
            Operation("comment.create", "POST", where, self.create, writes=True),
            Operation("comment.update", "PUT", one, self.update, writes=True),
            Operation("comment.delete", "DELETE", one, self.delete, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        stored = self._board.issue_of(call, caller)
        found = [it for it in self._board.notes.values() if it.issue == stored.id]
        if call.get("orderBy") not in ("", "created", "+created", "-created"):
            raise refuse(400, "Unsupported orderBy value.")
        found.sort(key=lambda it: (it.at, int(it.id)), reverse=call.get("orderBy") == "-created")
        page = paged(
            call, [self._documents.note(it, caller) for it in found], "comments", most=100, default=100
        )
        del page["isLast"]
        return as_json(page)

    def create(self, call: Call, caller: str) -> Answer:
        stored, given = self._board.issue_of(call, caller), posted(call)
        self._board.must(caller, "ADD_COMMENTS", NO_COMMENT)
        only(given, "body", "visibility", "properties", "parentId")
        if not is_document(given.get("body")) or not given["body"]["content"]:
            raise field_refused(comment="Comment body is not valid!")
        note = self.keep(stored, given["body"], caller)
        note.visibility, note.properties = given.get("visibility"), given.get("properties") or []
        self._board.announce("comment_created", stored, {"comment": note.id})
        return as_json(self._documents.note(note, caller), 201)

    def keep(self, stored: Stored, body: dict[str, object], by: str) -> Note:
        at = self._board.store.clock.stamp()
        note = Note(self._board.new_id(), stored.id, body, by, at, at)
        self._board.notes[note.id] = note
        self._board.store.touch(stored, by)
        self._board.store.noted(stored, "commented", by, {"comment": note.id})
        return note

    def update(self, call: Call, caller: str) -> Answer:
        note, given = self._note(call, caller), posted(call)
        if not is_document(given.get("body")):
            raise field_refused(comment="Comment body is not valid!")
        note.body, note.changed = given["body"], self._board.store.clock.stamp()
        stored = self._board.store.records[note.issue]
        self._board.store.touch(stored, caller)
        self._board.store.noted(stored, "commented", caller, {"comment": note.id})
        return as_json(self._documents.note(note, caller))

    def delete(self, call: Call, caller: str) -> Answer:
        note = self._note(call, caller)
        stored = self._board.store.records[note.issue]
        del self._board.notes[note.id]
        self._board.store.touch(stored, caller)
        self._board.store.noted(stored, "uncommented", caller, {"comment": note.id})
        return Answer(204)

    def _note(self, call: Call, caller: str) -> Note:
        """Of one's own alone."""
        stored = self._board.issue_of(call, caller)
        note = self._board.notes.get(call.params["id"])
        if note is None or note.issue != stored.id:
            raise refuse(404, NOT_THERE.format(call.params["id"]))
        if note.by != caller and not self._board.account(caller).may("ADMINISTER"):
            raise refuse(400, "You do not have permission to edit the comment.")
        return note
