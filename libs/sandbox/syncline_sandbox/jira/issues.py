"""Issues: made, read, changed and deleted; one at a time, or many in one request."""

import json
from collections.abc import Mapping
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.jira.board import ADDRESS, API, ONE, Board, paged
from syncline_sandbox.jira.catalogue import FIELDS, ON_SCREEN, IssueType, Project
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.refusals import field_refused, not_settable, only, posted, refuse
from syncline_sandbox.jira.values import accepted
from syncline_sandbox.store import Stored

MOST_IN_BULK, MOST_FETCHED = 50, 100
BODY = ("fields", "update", "properties", "transition", "historyMetadata")
NO_CREATE = "You do not have permission to create issues in this project."
NO_EDIT = "You do not have permission to edit issues in this project."
NO_DELETE = "You do not have permission to delete issues in this project."


class Issues:
    def __init__(self, board: Board, documents: Documents) -> None:
        self._board, self._documents = board, documents

    def operations(self) -> list[Operation]:
        issue, bulk = pattern(rf"{API}/issue"), pattern(rf"{API}/issue/bulk")
        one = pattern(ONE)
        return [
            Operation("issue.create", "POST", issue, self.create, writes=True),
            Operation("issue.bulk", "POST", bulk, self.bulk, writes=True),
            Operation(
                "issue.bulkfetch", "POST", pattern(rf"{API}/issue/bulkfetch"), self.fetched, "anonymous"
            ),
            Operation("issue.get", "GET", one, self.one, "anonymous"),
            Operation("issue.update", "PUT", one, self.update, writes=True),
            Operation("issue.delete", "DELETE", one, self.delete, writes=True),
            Operation("issue.changelog", "GET", pattern(rf"{ONE}/changelog"), self.changelog),
        ]

    def one(self, call: Call, caller: str) -> Answer:
        stored = self._board.issue_of(call, caller)
        wanted = _listed(call.get("fields")) or ["*all"]
        return as_json(self._documents.issue(stored, caller, wanted, _listed(call.get("expand"))))

    def changelog(self, call: Call, caller: str) -> Answer:
        """Of one issue, the oldest first."""
        stored = self._board.issue_of(call, caller)
        found = [self._documents.history(it, caller) for it in stored.history[1:] if it.changed]
        return as_json(paged(call, found, "values", most=100, default=100))

    def fetched(self, call: Call, caller: str) -> Answer:
        """In ascending order of ids; what is not there, or may not be seen, is simply missing."""
        given = posted(call)
        only(given, "issueIdsOrKeys", "fields", "fieldsByKeys", "expand", "properties")
        named = given.get("issueIdsOrKeys")
        if not isinstance(named, list) or not named:
            raise refuse(400, "issueIdsOrKeys must not be empty")
        if len(named) > MOST_FETCHED:
            raise refuse(400, f"The maximum number of issues that can be fetched is {MOST_FETCHED}.")
        found = dict[str, Stored]()
        for it in named:
            try:
                stored = self._board.issue(str(it), caller)
            except Refused:
                continue
            found[stored.id] = stored
        wanted = given.get("fields") or ["*navigable"]
        told = [
            self._documents.issue(found[id], caller, wanted, given.get("expand") or ())
            for id in sorted(found, key=int)
        ]
        return as_json({"expand": "schema,names", "issues": told, "issueErrors": []})

    def create(self, call: Call, caller: str) -> Answer:
        return as_json(self._told(self._made(posted(call), caller)), 201)

    def bulk(self, call: Call, caller: str) -> Answer:
        """What can be made is; 400 only if nothing can."""
        given = posted(call)
        updates = given.get("issueUpdates")
        if not isinstance(updates, list) or not updates or len(updates) > MOST_IN_BULK:
            raise refuse(400, f"The number of issues to create must be between 1 and {MOST_IN_BULK}.")
        made, errors = list[dict[str, Any]](), list[dict[str, Any]]()
        for number, it in enumerate(updates):
            try:
                made.append(self._told(self._made(it, caller)))
            except Refused as refused:
                said = _body(refused)
                errors.append(
                    {"status": refused.answer.status, "elementErrors": said, "failedElementNumber": number}
                )
        return as_json({"issues": made, "errors": errors}, 201 if made else 400)

    def _made(self, given: Mapping[str, Any], caller: str) -> Stored:
        only(given, *BODY)
        fields = {**(given.get("fields") or {})}
        project = self._project(fields.pop("project", None), caller)
        type = _type(project, fields.pop("issuetype", None))
        for id in fields:
            if id not in ON_SCREEN:
                raise field_refused(**{id: not_settable(id)})
        parent = fields.pop("parent", None)
        values = {id: accepted(self._board, id, it) for id, it in fields.items()}
        if parent is not None or type.level < 0:
            values["parent"] = self.parent_of(parent, project, type, caller)
        _check_required(project, type, values)
        stored = self.insert(project, type, values, caller)
        self._board.announce("jira:issue_created", stored, {})
        return stored

    def insert(self, project: Project, type: IssueType, values: Mapping[str, Any], by: str) -> Stored:
        board = self._board
        board.numbers[project.key] = board.numbers.get(project.key, 0) + 1
        empty: dict[str, Any] = {it: [] if FIELDS[it].type == "array" else None for it in ON_SCREEN}
        begun = {
            **empty,
            "key": f"{project.key}-{board.numbers[project.key]}",
            "project": project.key,
            "issuetype": type.name,
            "status": project.first,
            "resolution": None,
            "priority": "Medium",
            "reporter": by,
            "creator": by,
        }
        return board.store.add(type.name, board.new_id(), {**begun, **values}, by)

    def update(self, call: Call, caller: str) -> Answer:
        """`notifyUsers` counts for administrators alone; whatever it says of a transition is passed over."""
        stored = self._board.issue_of(call, caller)
        self._board.must(caller, "EDIT_ISSUES", NO_EDIT)
        given = posted(call)
        only(given, *BODY)
        fields, operations = {**(given.get("fields") or {})}, given.get("update") or {}
        if twice := sorted(set(fields) & set(operations)):
            raise field_refused(**{twice[0]: "Field cannot appear in both 'fields' and 'update'"})
        fields |= {id: _set(id, steps, stored) for id, steps in operations.items()}
        values = dict[str, Any]()
        for id, it in fields.items():
            if id in ("project", "issuetype") or (id not in ON_SCREEN and id in FIELDS):
                raise field_refused(**{id: not_settable(id)})
            values[id] = self._parent(it, stored, caller) if id == "parent" else accepted(self._board, id, it)
        if "summary" in values and not (values["summary"] or "").strip():
            raise field_refused(summary="You must specify a summary of the issue.")
        self.change(stored, values, caller)
        if not call.flag("returnIssue"):
            return Answer(204)
        return as_json(self._documents.issue(stored, caller, ["*all"], _listed(call.get("expand"))))

    def change(self, stored: Stored, values: Mapping[str, Any], by: str) -> None:
        """What changes nothing is none."""
        changed = {id: it for id, it in values.items() if stored.values.get(id) != it}
        if changed:
            self._board.store.change(stored, changed, by)
            self._board.announce("jira:issue_updated", stored, stored.latest.changed)

    def delete(self, call: Call, caller: str) -> Answer:
        """For good. With what is below it only if that is said."""
        stored = self._board.issue_of(call, caller)
        self._board.must(caller, "DELETE_ISSUES", NO_DELETE)
        below = [it for it in self._board.children(stored) if it.stream == "Sub-task"]
        if below and not call.flag("deleteSubtasks"):
            raise refuse(
                400,
                f"The issue '{stored.values['key']}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.",
            )
        for it in (*below, stored):
            self.destroy(it, caller)
        return Answer(204)

    def destroy(self, stored: Stored, by: str) -> None:
        board = self._board
        board.announce("jira:issue_deleted", stored, {})
        board.bonds = {id: it for id, it in board.bonds.items() if stored.id not in (it.inward, it.outward)}
        board.store.destroy(stored, by)

    def parent_of(self, given: Any, project: Project, type: IssueType, caller: str) -> str:
        """One level above; anything else is no parent."""
        named = (
            (given or {}).get("id") or (given or {}).get("key") if isinstance(given, dict | None) else None
        )
        try:
            above = self._board.issue(str(named), caller)
        except Refused:
            raise field_refused(parent="Could not find issue by id or key.") from None
        level = self._board.project_of(above).type_named(above.stream)
        if level is None or level.level != type.level + 1:
            raise field_refused(parent="Given parent issue does not belong to the appropriate hierarchy.")
        if type.level < 0 and above.values["project"] != project.key:
            raise field_refused(parent="A sub-task has to be in the project of its parent.")
        return above.id

    def _parent(self, given: Any, stored: Stored, caller: str) -> str | None:
        if given is None:
            return None
        project = self._board.project_of(stored)
        type = project.type_named(stored.stream)
        assert type is not None
        return self.parent_of(given, project, type, caller)

    def _project(self, given: Any, caller: str) -> Project:
        told = given if isinstance(given, dict) else {}
        found = self._board.project(told.get("id", told.get("key")))
        if found is None or found not in self._board.visible(caller):
            raise field_refused(project="Specify a valid project ID or key")
        self._board.must(caller, "CREATE_ISSUES", NO_CREATE, 400)
        return found

    def _told(self, stored: Stored) -> dict[str, str]:
        link = f"{ADDRESS}/rest/api/3/issue/{stored.id}"
        return {"id": stored.id, "key": str(stored.values["key"]), "self": link}


def _type(project: Project, given: Any) -> IssueType:
    told = given if isinstance(given, dict) else {}
    found = next((it for it in project.types if told.get("id") == it.id or told.get("name") == it.name), None)
    if found is None:
        raise field_refused(issuetype="Specify a valid issue type")
    return found


def _check_required(project: Project, type: IssueType, values: Mapping[str, Any]) -> None:
    if not (values.get("summary") or "").strip():
        raise field_refused(summary="You must specify a summary of the issue.")
    for id in project.required.get(type.name, ()):
        if not values.get(id):
            raise field_refused(**{id: f"{FIELDS[id].name} is required."})


def _set(id: str, steps: Any, stored: Stored) -> Any:
    """One by one: `set`, and of lists also `add` and `remove`."""
    value: Any = list(stored.values.get(id) or []) if FIELDS[id].type == "array" else None
    for step in steps if isinstance(steps, list) else []:
        [(verb, given)] = step.items()
        if verb == "set":
            value = (
                None if given == {"none": True} or (id == "parent" and (given or {}).get("none")) else given
            )
        elif verb == "add" and isinstance(value, list):
            value = [*value, given]
        elif verb == "remove" and isinstance(value, list):
            value = [it for it in value if it != given]
        else:
            raise field_refused(**{id: f"The operation {verb} is not supported by this field."})
    return value


def _body(refused: Refused) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(refused.answer.body)
    return {"errorMessages": told.get("errorMessages", []), "errors": told.get("errors", {})}


def _listed(text: str) -> list[str]:
    return [it.strip() for it in text.split(",") if it.strip()]
