"""Reading work items: queries, single items, batches, their revisions and updates."""

from typing import Any

from syncline_sandbox.azure_devops.accounts import check_content_type
from syncline_sandbox.azure_devops.boards import Boards, Project, iso, item_url, named_fields, path
from syncline_sandbox.azure_devops.refusals import bad_argument, listed, no_item, posted_json, refuse
from syncline_sandbox.azure_devops.search import Terms, matching
from syncline_sandbox.azure_devops.wiql import parse
from syncline_sandbox.calls import Answer, Call, Operation, as_json

EXPANDS = ("none", "relations", "fields", "links", "all")


class Reading:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def operations(self) -> list[Operation]:
        read = "vso.work"
        id = r"(?P<id>\d+)"
        return [
            Operation("wiql", "POST", path(r"wit/wiql"), self.wiql, read),
            Operation("workitems.list", "GET", path(r"wit/workitems"), self.by_ids, read),
            Operation("workitems.get", "GET", path(rf"wit/workitems/{id}"), self.one, read),
            Operation("workitemsbatch", "POST", path(r"wit/workitemsbatch"), self.batch, read),
            Operation("workitems.updates", "GET", path(rf"wit/workitems/{id}/updates"), self.updates, read),
            Operation(
                "workitems.revisions", "GET", path(rf"wit/workitems/{id}/revisions"), self.revisions, read
            ),
        ]

    def wiql(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/json")
        posted = posted_json(call.body)
        if not isinstance(posted, dict) or not isinstance(posted.get("query"), str):
            raise bad_argument("Value cannot be null. Parameter name: wiql")
        boards, project = self._boards, self._boards.project_of(call)
        query = parse(posted["query"])
        account = boards.account(caller)
        now = boards.store.clock.now()
        precise = call.flag("timePrecision")
        terms = Terms(project.name if project else None, caller, now, account.zone, precise)
        rows = [
            {**version.values, "System.Id": int(stored.id), "System.Rev": version.number}
            for stored, version in boards.store.searched()
        ]
        found = matching(query, rows, terms)
        top = _number(call, "$top", len(found))
        if min(top, len(found)) > boards.caps.hits:
            message = f"VS402337: The number of work items returned exceeds the size limit of {boards.caps.hits}. Change the query to return fewer items."
            raise refuse(400, "WorkItemTrackingQueryResultSizeLimitExceededException", message)
        ids = [str(row["System.Id"]) for row in found[:top]]
        columns = [
            {"referenceName": ref, "url": f"{call.base}/_apis/wit/fields/{ref}"} for ref in query.columns
        ]
        return as_json(
            {
                "queryType": "flat",
                "queryResultType": "workItem",
                "asOf": iso(boards.store.clock.stamp()),
                "columns": columns,
                "workItems": [{"id": int(id), "url": item_url(call.base, id)} for id in ids],
            }
        )

    def one(self, call: Call, caller: str) -> Answer:
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        only, expand = self._shape(call.get("fields"), call.get("$expand"))
        return as_json(self._boards.document(stored, call.base, only=only, expand=expand))

    def by_ids(self, call: Call, caller: str) -> Answer:
        ids = [it.strip() for it in call.get("ids").split(",") if it.strip()]
        shape = self._shape(call.get("fields"), call.get("$expand"))
        return self._several(call, ids, shape, call.get("errorPolicy"))

    def batch(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/json")
        posted = posted_json(call.body)
        if not isinstance(posted, dict) or not isinstance(posted.get("ids"), list):
            raise bad_argument("Value cannot be null. Parameter name: ids")
        fields = ",".join(posted.get("fields") or [])
        shape = self._shape(fields, str(posted.get("$expand") or ""))
        return self._several(
            call, [str(it) for it in posted["ids"]], shape, str(posted.get("errorPolicy") or "")
        )

    def _several(self, call: Call, ids: list[str], shape: tuple[list[str], str], policy: str) -> Answer:
        boards, (only, expand) = self._boards, shape
        if not ids:
            raise bad_argument("Value cannot be null. Parameter name: ids")
        if len(ids) > boards.caps.batch:
            message = f"VS403474: You requested {len(ids)} work items which exceeds the limit of {boards.caps.batch}."
            raise refuse(400, "VssServiceException", message)
        if not all(it.isdigit() for it in ids):
            raise bad_argument("The value of ids is not valid.")
        project = boards.project_of(call)
        items: list[object] = []
        for id in ids:
            stored = boards.store.find(id)
            if stored and _is_in(stored.values, project):
                items.append(boards.document(stored, call.base, only=only, expand=expand))
            elif policy.lower() == "omit":
                items.append(None)
            else:
                raise no_item(id)
        return listed(items)

    def updates(self, call: Call, caller: str) -> Answer:
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        updates: list[object] = [
            {
                "id": version.number,
                "workItemId": int(stored.id),
                "rev": version.number,
                "revisedBy": self._boards.identity(version.by, call.base),
                "revisedDate": iso(version.at),
                "fields": {ref: _delta(*change) for ref, change in version.changed.items()},
            }
            for version in stored.history
        ]
        return listed(_page(call, updates))

    def revisions(self, call: Call, caller: str) -> Answer:
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        revisions: list[object] = [
            {
                "id": int(stored.id),
                "rev": version.number,
                "fields": self._boards.fields(stored, version, call.base),
                "url": f"{item_url(call.base, stored.id)}/revisions/{version.number}",
            }
            for version in stored.history
        ]
        return listed(_page(call, revisions))

    def _shape(self, fields: str, expand: str) -> tuple[list[str], str]:
        expand = (expand or "none").lower()
        if expand not in EXPANDS:
            raise bad_argument(f"The value {expand} is not valid for $expand.")
        if fields and expand != "none":
            message = "The expand parameter can not be used with the fields parameter."
            raise refuse(400, "ConflictingParametersException", message)
        return named_fields(fields), expand


def _is_in(values: Any, project: Project | None) -> bool:
    return project is None or values["System.TeamProject"] == project.name


def _delta(old: Any, new: Any) -> dict[str, Any]:
    return {"newValue": new} if old is None else {"oldValue": old, "newValue": new}


def _number(call: Call, name: str, default: int) -> int:
    text = call.get(name) or str(default)
    if not text.isdigit():
        raise bad_argument(f"The value {text} is not valid for {name}.")
    return int(text)


def _page(call: Call, items: list[object]) -> list[object]:
    skip = _number(call, "$skip", 0)
    return items[skip : skip + _number(call, "$top", 200)]
