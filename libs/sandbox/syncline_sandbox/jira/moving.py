"""Workflows: from which status to which, and what a transition's screen demands."""

from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.jira.board import ONE, Board
from syncline_sandbox.jira.catalogue import FIELDS, STATUSES, Transition
from syncline_sandbox.jira.issues import Issues
from syncline_sandbox.jira.refusals import field_refused, only, posted, refuse
from syncline_sandbox.jira.structure import described
from syncline_sandbox.jira.values import accepted, status
from syncline_sandbox.store import Stored

ILLEGAL = "It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue."


class Moving:
    def __init__(self, board: Board, issues: Issues) -> None:
        self._board, self._issues = board, issues

    def operations(self) -> list[Operation]:
        where = pattern(rf"{ONE}/transitions")
        return [
            Operation("transition.list", "GET", where, self.listed),
            Operation("transition.do", "POST", where, self.move, writes=True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        """Of who may move nothing, an empty list."""
        stored = self._board.issue_of(call, caller)
        found = self._possible(stored) if self._board.account(caller).may("TRANSITION_ISSUES") else []
        whole = "transitions.fields" in call.get("expand")
        return as_json({"expand": "transitions", "transitions": [_told(it, whole=whole) for it in found]})

    def move(self, call: Call, caller: str) -> Answer:
        stored, given = self._board.issue_of(call, caller), posted(call)
        only(given, "transition", "fields", "update", "historyMetadata", "properties")
        id = (given.get("transition") or {}).get("id")
        may = self._board.account(caller).may("TRANSITION_ISSUES")
        found = next((it for it in self._possible(stored) if it.id == str(id)), None)
        if found is None or not may:
            raise refuse(400, ILLEGAL)
        values = dict[str, Any]()
        for name, it in (given.get("fields") or {}).items():
            if name not in found.demands:
                raise field_refused(
                    **{
                        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
                    }
                )
            values[name] = accepted(self._board, name, it)
        for name in found.demands:
            if not values.get(name):
                raise field_refused(**{name: f"{FIELDS[name].name} is required."})
        self.carry_out(stored, found, caller, values)
        return Answer(204)

    def carry_out(self, stored: Stored, transition: Transition, by: str, values: dict[str, Any]) -> None:
        """What is done is resolved, and what is taken up again is not."""
        done = STATUSES[transition.to].category == "done"
        resolution = values.pop("resolution", None) or "Done" if done else None
        self._issues.change(stored, {**values, "status": transition.to, "resolution": resolution}, by)

    def _possible(self, stored: Stored) -> list[Transition]:
        now = stored.values["status"]
        workflow = self._board.project_of(stored).workflow
        return [it for it in workflow if it.to != now and (not it.of or now in it.of)]


def _told(it: Transition, *, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": it.id,
        "name": it.name,
        "to": status(it.to),
        "hasScreen": bool(it.demands),
        "isGlobal": not it.of,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
    }
    if whole:
        told["fields"] = {name: described(FIELDS[name], required=True) for name in it.demands}
    return told
