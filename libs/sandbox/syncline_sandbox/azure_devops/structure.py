"""Projects, work item types, fields, states, areas and iterations: what a mapping is made from."""

from typing import Any

from syncline_sandbox.azure_devops.boards import Boards, Project, path, type_named
from syncline_sandbox.azure_devops.catalogue import (
    FIELDS,
    TYPES,
    ItemType,
    field_document,
    state_document,
    type_document,
    type_field_document,
)
from syncline_sandbox.azure_devops.linking import relation_types
from syncline_sandbox.azure_devops.refusals import bad_argument, listed, refuse
from syncline_sandbox.calls import Answer, Call, Operation, as_json

TYPE = r"wit/workitemtypes/(?P<type>[^/]+)"


class Structure:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def operations(self) -> list[Operation]:
        read = "vso.work"
        nodes = path(r"wit/classificationnodes/(?P<tree>areas|iterations)", "always")
        return [
            Operation("projects.list", "GET", path(r"projects", "never"), self.projects),
            Operation("projects.get", "GET", path(r"projects/(?P<project>[^/]+)", "never"), self.project),
            Operation("types.list", "GET", path(r"wit/workitemtypes", "always"), self.types, read),
            Operation("types.get", "GET", path(TYPE, "always"), self.type, read),
            Operation("types.fields", "GET", path(f"{TYPE}/fields", "always"), self.type_fields, read),
            Operation("types.states", "GET", path(f"{TYPE}/states", "always"), self.type_states, read),
            Operation("fields.list", "GET", path(r"wit/fields"), self.fields, read),
            Operation("fields.get", "GET", path(r"wit/fields/(?P<field>[^/]+)"), self.field, read),
            Operation("nodes.get", "GET", nodes, self.nodes, read),
            Operation(
                "relationtypes.list", "GET", path(r"wit/workitemrelationtypes", "never"), self.relations, read
            ),
        ]

    def projects(self, call: Call, caller: str) -> Answer:
        top, skip = call.get("$top", "100"), call.get("$skip") or call.get("continuationToken") or "0"
        if not top.isdigit() or not skip.isdigit():
            raise bad_argument("The value of $top or $skip is not valid.")
        end = int(skip) + int(top)
        page: list[object] = [_document(it, call) for it in self._boards.projects[int(skip) : end]]
        more = {"X-MS-ContinuationToken": str(end)} if end < len(self._boards.projects) else {}
        return listed(page).also(more)

    def project(self, call: Call, caller: str) -> Answer:
        return as_json(_document(self._boards.project(call.params["project"]), call))

    def types(self, call: Call, caller: str) -> Answer:
        self._boards.project(call.params["project"])
        return listed([type_document(it, call.base) for it in TYPES.values()])

    def type(self, call: Call, caller: str) -> Answer:
        return as_json(type_document(self._type(call), call.base))

    def type_fields(self, call: Call, caller: str) -> Answer:
        type, everything = self._type(call), call.get("$expand").lower() == "all"
        return listed([type_field_document(type, ref, all_of_it=everything) for ref in type.fields])

    def type_states(self, call: Call, caller: str) -> Answer:
        return listed([state_document(it) for it in self._type(call).states])

    def fields(self, call: Call, caller: str) -> Answer:
        return listed([field_document(it, call.base) for it in FIELDS.values()])

    def field(self, call: Call, caller: str) -> Answer:
        found = [
            it for it in FIELDS.values() if call.params["field"].lower() in (it.ref.lower(), it.name.lower())
        ]
        if not found:
            message = f"TF51535: Cannot find field {call.params['field']}."
            raise refuse(404, "WorkItemTrackingFieldDefinitionNotFoundException", message)
        return as_json(field_document(found[0], call.base))

    def nodes(self, call: Call, caller: str) -> Answer:
        """The root alone, unless a depth is asked for."""
        project, tree = self._boards.project(call.params["project"]), call.params["tree"].lower()
        names = project.areas if tree == "areas" else project.iterations
        kind, word = ("area", "Area") if tree == "areas" else ("iteration", "Iteration")
        root = _node(1, project.name, kind, f"\\{project.name}\\{word}")
        root["hasChildren"] = bool(names)
        if call.get("$depth", "0") not in ("", "0"):
            root["children"] = [
                _node(number, name, kind, f"\\{project.name}\\{word}\\{name}")
                for number, name in enumerate(names, 2)
            ]
        return as_json(root)

    def relations(self, call: Call, caller: str) -> Answer:
        return listed(relation_types(call.base))

    def _type(self, call: Call) -> ItemType:
        return type_named(call.params["type"], self._boards.project(call.params["project"]))


def _node(id: int, name: str, kind: str, path: str) -> dict[str, Any]:
    return {"id": id, "name": name, "structureType": kind, "hasChildren": False, "path": path}


def _document(project: Project, call: Call) -> dict[str, object]:
    return {
        "id": project.id,
        "name": project.name,
        "url": f"{call.base}/_apis/projects/{project.id}",
        "state": project.state,
        "revision": 12,
        "visibility": "private",
        "lastUpdateTime": "2026-01-05T08:00:00Z",
    }
