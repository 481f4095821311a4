"""The recycle bin: deleting, looking into it, restoring, and destroying for good."""

from syncline_sandbox.azure_devops.accounts import check_content_type
from syncline_sandbox.azure_devops.boards import Boards, path
from syncline_sandbox.azure_devops.refusals import bad_argument, listed, no_item, posted_json, refuse
from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.store import Stored

READ, WRITE = "vso.work", "vso.work_write"
ID = r"(?P<id>\d+)"


class Deleting:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def operations(self) -> list[Operation]:
        return [
            Operation("workitems.delete", "DELETE", path(rf"wit/workitems/{ID}"), self.delete, WRITE, True),
            Operation(
                "workitemsdelete", "POST", path(r"wit/workitemsdelete"), self.delete_several, WRITE, True
            ),
            Operation("recyclebin.list", "GET", path(r"wit/recyclebin"), self.bin, READ),
            Operation("recyclebin.get", "GET", path(rf"wit/recyclebin/{ID}"), self.one, READ),
            Operation(
                "recyclebin.restore", "PATCH", path(rf"wit/recyclebin/{ID}"), self.restore, WRITE, True
            ),
            Operation(
                "recyclebin.destroy", "DELETE", path(rf"wit/recyclebin/{ID}"), self.destroy, WRITE, True
            ),
        ]

    def delete(self, call: Call, caller: str) -> Answer:
        self._check_rights(caller)
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        document = self._delete(stored, caller, call, for_good=call.flag("destroy"))
        return as_json(document)

    def delete_several(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/json")
        self._check_rights(caller)
        posted = posted_json(call.body)
        if not isinstance(posted, dict) or not isinstance(posted.get("ids"), list):
            raise bad_argument("Value cannot be null. Parameter name: ids")
        if not all(str(it).isdigit() for it in posted["ids"]):
            raise bad_argument("The value of ids is not valid.")
        results = []
        for id in map(str, posted["ids"]):
            stored = self._boards.store.find(id)
            if stored is None:
                results.append({"id": int(id), "code": 404, "message": no_item(id).answer.body.decode()})
            else:
                results.append(self._delete(stored, caller, call, for_good=bool(posted.get("destroy"))))
        return as_json({"results": results})

    def bin(self, call: Call, caller: str) -> Answer:
        project = self._boards.project_of(call)
        items: list[object] = [
            {"id": int(it.id), "url": f"{call.base}/_apis/wit/recyclebin/{it.id}"}
            for it in self._boards.store.records.values()
            if it.deleted_at and (project is None or it.values["System.TeamProject"] == project.name)
        ]
        return listed(items)

    def one(self, call: Call, caller: str) -> Answer:
        return as_json(self._document(self._binned(call.params["id"]), call, caller))

    def restore(self, call: Call, caller: str) -> Answer:
        check_content_type(call, "application/json")
        self._check_rights(caller)
        stored = self._binned(call.params["id"])
        posted = posted_json(call.body)
        if not isinstance(posted, dict) or posted.get("IsDeleted", posted.get("isDeleted")) is not False:
            raise bad_argument("The value of IsDeleted has to be false.")
        self._boards.store.restore(stored, caller)
        at = self._boards.now_text()
        version = self._boards.store.change(
            stored, {"System.ChangedDate": at, "System.ChangedBy": caller}, caller
        )
        self._boards.announce("workitem.restored", stored, version)
        return as_json(self._document(stored, call, caller))

    def destroy(self, call: Call, caller: str) -> Answer:
        self._check_rights(caller)
        self._boards.store.destroy(self._binned(call.params["id"]), caller)
        return Answer(204)

    def _binned(self, id: str) -> Stored:
        stored = self._boards.store.records.get(id)
        if stored is None or stored.deleted_at is None:
            raise no_item(id)
        return stored

    def _delete(self, stored: Stored, caller: str, call: Call, *, for_good: bool) -> dict[str, object]:
        boards = self._boards
        at = boards.now_text()
        boards.store.change(stored, {"System.ChangedDate": at, "System.ChangedBy": caller}, caller)
        boards.store.bin(stored, caller)
        boards.announce("workitem.deleted", stored, None)
        document = self._document(stored, call, caller)
        if for_good:
            boards.store.destroy(stored, caller)
        return document

    def _document(self, stored: Stored, call: Call, caller: str) -> dict[str, object]:
        """The date is in the form of a country, not in ISO's."""
        at = stored.deleted_at
        shown = f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S} {at:%p}" if at else None
        deleted_by = self._boards.account(stored.deleted_by or caller)
        return {
            "id": int(stored.id),
            "type": stored.stream,
            "name": stored.values["System.Title"],
            "project": stored.values["System.TeamProject"],
            "deletedDate": shown,
            "deletedBy": f"{deleted_by.display} <{deleted_by.name}>",
            "code": 200,
            "url": f"{call.base}/_apis/wit/recyclebin/{stored.id}",
            "resource": self._boards.document(stored, call.base),
        }

    def _check_rights(self, caller: str) -> None:
        if not self._boards.account(caller).contributor:
            message = "TF237111: The current user does not have permissions to delete work items."
            raise refuse(403, "WorkItemUnauthorizedException", message)
