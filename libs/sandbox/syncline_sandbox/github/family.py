"""Sub-issues: an issue has one parent, of the same owner; it is named by its id, and not by its number."""

from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.github.paging import paged
from syncline_sandbox.github.refusals import custom, invalid, nothing, posted_object
from syncline_sandbox.github.work import ISSUES, NUMBER, REPO, Work
from syncline_sandbox.store import Stored

MOST, DEEPEST = 100, 8


class Family:
    def __init__(self, work: Work) -> None:
        self._work = work

    def operations(self) -> list[Operation]:
        one = rf"{REPO}/issues{NUMBER}"
        return [
            Operation("subissues.list", "GET", pattern(f"{one}/sub_issues"), self.listed),
            Operation("subissues.create", "POST", pattern(f"{one}/sub_issues"), self.add, writes=True),
            Operation("subissues.parent", "GET", pattern(f"{one}/parent"), self.parent),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        parent = self._issue(call, caller)
        return paged(call, self._children(parent.id), self._work.document)

    def parent(self, call: Call, caller: str) -> Answer:
        id = self._work.parents.get(self._issue(call, caller).id)
        stored = self._work.store.find(id) if id else None
        if stored is None or not self._work.of(stored).lets(self._work.account(caller), "pull"):
            raise nothing()
        return as_json(self._work.document(stored))

    def add(self, call: Call, caller: str) -> Answer:
        self._work.with_issues(call, caller, to="write")
        parent, given = self._issue(call, caller), posted_object(call.body)
        id = given.get("sub_issue_id")
        if not isinstance(id, int) or isinstance(id, bool):
            raise invalid("Issue", "sub_issue_id", "invalid", id)
        child = self._by_id(id)
        if child is None or not self._work.of(child).lets(self._work.account(caller), "pull"):
            raise nothing()
        self._check(parent, child, replaces=given.get("replace_parent") is True)
        self.tie(child, parent, caller)
        return as_json(self._work.document(parent), 201)

    def tie(self, child: Stored, parent: Stored, by: str) -> None:
        self._work.parents[child.id] = parent.id
        self._work.store.noted(child, "linked", by, {"parent": parent.id})

    def _check(self, parent: Stored, child: Stored, *, replaces: bool) -> None:
        if self._work.of(parent).owner != self._work.of(child).owner:
            raise custom("Issue", "Sub-issue must belong to the same owner")
        if self._work.parents.get(child.id) == parent.id:
            raise custom("Issue", "Issue may not contain duplicate sub-issues")
        if child.id in self._work.parents and not replaces:
            raise custom("Issue", "Sub-issue may only have one parent")
        line, at = [child.id], parent.id
        while at:
            if at in line:
                raise custom("Issue", "Sub-issue can't be its own ancestor")
            line, at = [*line, at], self._work.parents.get(at, "")
        if len(line) > DEEPEST or len(self._children(parent.id)) >= MOST:
            raise custom("Issue", "Parent cannot have more sub-issues, or nests too deep")

    def _children(self, id: str) -> list[Stored]:
        found = (self._work.store.find(child) for child, parent in self._work.parents.items() if parent == id)
        return [it for it in found if it]

    def _issue(self, call: Call, caller: str) -> Stored:
        return self._work.issue(self._work.with_issues(call, caller), call.params["number"])

    def _by_id(self, id: int) -> Stored | None:
        records = self._work.store.records.values()
        found = (it for it in records if it.stream == ISSUES and it.values["id"] == id)
        return next((it for it in found if it.deleted_at is None), None)
