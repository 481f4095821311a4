"""Links between issues: the vendor takes each as often as it is sent, and answers nothing."""

from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.jira.board import API, Board, Bond
from syncline_sandbox.jira.catalogue import LINK_TYPES
from syncline_sandbox.jira.refusals import only, posted, refuse
from syncline_sandbox.store import Stored

NO_TYPE = "No issue link type with name '{}' found."
NO_LINKS = "You do not have permission to link issues in this project."


class Linking:
    def __init__(self, board: Board) -> None:
        self._board = board

    def operations(self) -> list[Operation]:
        return [
            Operation("link.create", "POST", pattern(rf"{API}/issueLink"), self.create, writes=True),
            Operation("link.types", "GET", pattern(rf"{API}/issueLinkType"), self.types, "anonymous"),
        ]

    def types(self, call: Call, caller: str) -> Answer:
        told = [
            {"id": it.id, "name": it.name, "inward": it.inward, "outward": it.outward} for it in LINK_TYPES
        ]
        return as_json({"issueLinkTypes": told})

    def create(self, call: Call, caller: str) -> Answer:
        """The same two once more are answered as if that were new; an issue and itself are not."""
        given = posted(call)
        only(given, "type", "inwardIssue", "outwardIssue", "comment")
        name = (given.get("type") or {}).get("name")
        if name not in [it.name for it in LINK_TYPES]:
            raise refuse(404, NO_TYPE.format(name))
        inward, outward = (self._end(given.get(it), caller) for it in ("inwardIssue", "outwardIssue"))
        self._board.must(caller, "LINK_ISSUES", NO_LINKS, 404)
        if inward.id == outward.id:
            raise refuse(400, "You cannot link an issue to itself.")
        self.keep(str(name), inward, outward, caller)
        return Answer(201)

    def keep(self, type: str, inward: Stored, outward: Stored, by: str) -> None:
        there = ((it.type, it.inward, it.outward) for it in self._board.bonds.values())
        if (type, inward.id, outward.id) in there:
            return
        bond = Bond(self._board.new_id(), type, inward.id, outward.id)
        self._board.bonds[bond.id] = bond
        for it in (inward, outward):
            self._board.store.touch(it, by)
        self._board.store.noted(outward, "linked", by, {"issuelinks": bond.id})

    def _end(self, given: Any, caller: str) -> Stored:
        told = given if isinstance(given, dict) else {}
        try:
            return self._board.issue(str(told.get("id") or told.get("key")), caller)
        except Refused:
            raise refuse(404, "No issue could be found for the given key or id.") from None
