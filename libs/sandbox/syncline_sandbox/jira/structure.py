"""What a site is made of, and for whom: itself, projects, kinds of issues, their fields, people and rights."""

from collections.abc import Sequence
from re import compile as pattern
from typing import Any

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.jira.accounts import KNOWN, Account
from syncline_sandbox.jira.board import ADDRESS, API, Board, number, paged
from syncline_sandbox.jira.catalogue import FIELDS, ON_SCREEN, Field, IssueType, Project
from syncline_sandbox.jira.documents import kind_of
from syncline_sandbox.jira.refusals import refuse
from syncline_sandbox.jira.values import option, project_of, status, who

META = rf"{API}/issue/createmeta/(?P<project>[^/]+)/issuetypes"
NO_PROJECT = "No project could be found with key '{}'."


class Structure:
    def __init__(self, board: Board) -> None:
        self._board = board

    def operations(self) -> list[Operation]:
        return [
            Operation("server", "GET", pattern(rf"{API}/serverInfo"), self.server, "anonymous"),
            Operation("myself", "GET", pattern(rf"{API}/myself"), self.myself),
            Operation("rights", "GET", pattern(rf"{API}/mypermissions"), self.rights, "anonymous"),
            Operation("project.search", "GET", pattern(rf"{API}/project/search"), self.projects, "anonymous"),
            Operation(
                "project.statuses",
                "GET",
                pattern(rf"{API}/project/(?P<project>[^/]+)/statuses"),
                self.statuses,
            ),
            Operation("project.get", "GET", pattern(rf"{API}/project/(?P<project>[^/]+)"), self.project),
            Operation("createmeta.types", "GET", pattern(META), self.types),
            Operation("createmeta.fields", "GET", pattern(rf"{META}/(?P<type>\d+)"), self.fields_of),
            Operation("field.list", "GET", pattern(rf"{API}/field"), self.fields, "anonymous"),
            Operation("user.search", "GET", pattern(rf"{API}/user/search"), self.people),
            Operation("user.assignable", "GET", pattern(rf"{API}/user/assignable/search"), self.assignable),
        ]

    def server(self, call: Call, caller: str) -> Answer:
        now = self._board.told(self._board.store.clock.stamp(), caller)
        told = {
            "baseUrl": ADDRESS,
            "version": "1001.0.0-SNAPSHOT",
            "deploymentType": "Cloud",
            "serverTime": now,
        }
        return as_json(told)

    def myself(self, call: Call, caller: str) -> Answer:
        return as_json({**who(self._board, caller, whole=True), "locale": "en_US"})

    def rights(self, call: Call, caller: str) -> Answer:
        """Which are meant has to be said; where no project is named, one in which it is so is enough."""
        named = [it for it in call.get("permissions").split(",") if it]
        unknown = [it for it in named if it not in KNOWN]
        if not named or unknown:
            raise refuse(
                400,
                f"Unrecognized permission: {unknown[0]}"
                if unknown
                else "The permissions query parameter is required.",
            )
        if (key := call.get("projectKey")) and self._board.project(key) not in self._board.visible(caller):
            raise refuse(404, NO_PROJECT.format(key))
        account = self._board.account(caller)
        told = {
            it: {
                "id": "0",
                "key": it,
                "name": it.title(),
                "type": "PROJECT",
                "havePermission": account.may(it),
            }
            for it in named
        }
        return as_json({"permissions": told})

    def projects(self, call: Call, caller: str) -> Answer:
        """Of anybody who is not known, an empty list."""
        whole = "issueTypes" in call.get("expand")
        wanted = "CREATE_ISSUES" if call.get("action") == "create" else "BROWSE_PROJECTS"
        found = self._board.visible(caller) if self._board.account(caller).may(wanted) else ()
        told = [
            project_of(it) | ({"issueTypes": [kind_of(type) for type in it.types]} if whole else {})
            for it in found
        ]
        return as_json(paged(call, told, "values", most=100))

    def project(self, call: Call, caller: str) -> Answer:
        found = self._project(call, caller)
        return as_json(project_of(found) | {"issueTypes": [kind_of(it) for it in found.types]})

    def statuses(self, call: Call, caller: str) -> Answer:
        found = self._project(call, caller)
        return as_json(
            [{**kind_of(it), "statuses": [status(name) for name in found.statuses]} for it in found.types]
        )

    def types(self, call: Call, caller: str) -> Answer:
        found = [kind_of(it) for it in self._project(call, caller).types]
        return as_json(_without_end(paged(call, found, "issueTypes", most=200)))

    def fields_of(self, call: Call, caller: str) -> Answer:
        project = self._project(call, caller)
        type = next((it for it in project.types if it.id == call.params["type"]), None)
        if type is None:
            raise refuse(404, "The issue type is not found.")
        told = [described(FIELDS[it], required=it in required(project, type)) for it in ON_SCREEN]
        return as_json(_without_end(paged(call, told, "fields", most=200)))

    def fields(self, call: Call, caller: str) -> Answer:
        return as_json([_listed(it) for it in FIELDS.values()])

    def people(self, call: Call, caller: str) -> Answer:
        self._board.must(caller, "USER_PICKER", "You are not authorized to browse users.")
        return self._found(call, self._board.accounts)

    def assignable(self, call: Call, caller: str) -> Answer:
        if not call.get("project") and not call.get("issueKey"):
            raise refuse(400, "Either the project or the issueKey parameter is required.")
        return self._found(call, [it for it in self._board.accounts if it.type == "atlassian"])

    def _found(self, call: Call, accounts: Sequence[Account]) -> Answer:
        if not (wanted := call.get("query").casefold()):
            raise refuse(400, "The query parameter is required.")
        named = [
            it for it in accounts if wanted in it.name.casefold() or it.email.casefold().startswith(wanted)
        ]
        at, size = number(call, "startAt", 0), number(call, "maxResults", 50)
        return as_json([who(self._board, it.id) for it in named[at : at + size]])

    def _project(self, call: Call, caller: str) -> Project:
        found = self._board.project(call.params["project"])
        if found is None or found not in self._board.visible(caller):
            raise refuse(404, NO_PROJECT.format(call.params["project"]))
        return found


def required(project: Project, type: IssueType) -> tuple[str, ...]:
    usual = ("summary", "project", "issuetype", "reporter", *(("parent",) if type.level < 0 else ()))
    return (*usual, *project.required.get(type.name, ()))


def _without_end(page: dict[str, Any]) -> dict[str, Any]:
    """These lists say how long they are, and not which page is the last."""
    return {name: it for name, it in page.items() if name != "isLast"}


def described(it: Field, *, required: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "required": required,
        "schema": it.schema,
        "name": it.name,
        "key": it.id,
        "fieldId": it.id,
        "hasDefaultValue": it.id in ("priority", "reporter"),
        "operations": ["add", "set", "remove"] if it.type == "array" else ["set"],
    }
    return told | ({"allowedValues": [option(it, name) for _, name in it.choices]} if it.choices else {})


def _listed(it: Field) -> dict[str, Any]:
    names = [f"cf[{it.schema['customId']}]", it.name] if it.custom else [it.id]
    told = {"id": it.id, "key": it.id, "name": it.name, "custom": bool(it.custom), "clauseNames": names}
    return {**told, "orderable": True, "navigable": True, "searchable": True, "schema": it.schema}
