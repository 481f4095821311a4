"""Creating, changing, deleting and restoring work items, with everything that the vendor refuses."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from syncline_sandbox.azure_devops import linking
from syncline_sandbox.azure_devops.accounts import PATCH_JSON, check_content_type
from syncline_sandbox.azure_devops.boards import Boards, Project, path, type_named
from syncline_sandbox.azure_devops.catalogue import ItemType
from syncline_sandbox.azure_devops.patching import Patch, patch_of
from syncline_sandbox.azure_devops.refusals import bad_argument, listed, posted_json, refuse
from syncline_sandbox.azure_devops.values import ONLY_BYPASSING, accepted, check_rules
from syncline_sandbox.calls import Answer, Call, Operation, as_json, call_of
from syncline_sandbox.store import Stored

WRITE = "vso.work_write"
ID = r"(?P<id>\d+)"


def inner_call(call: Call, part: Mapping[str, Any]) -> Call:
    """A part of a batch. Within one, records are created by PATCH."""
    headers = {**call.headers, **{str(k).lower(): str(v) for k, v in part.get("headers", {}).items()}}
    method, uri = str(part.get("method")), str(part.get("uri"))
    creates = method == "PATCH" and "/workitems/$" in uri.lower()
    return call_of(
        "POST" if creates else method, call.base, uri, headers, json.dumps(part.get("body")).encode()
    )


class Writing:
    def __init__(self, boards: Boards, again: Callable[[Call], Answer]) -> None:
        self._boards, self._again = boards, again

    def operations(self) -> list[Operation]:
        return [
            Operation(
                "workitems.create",
                "POST",
                path(r"wit/workitems/\$(?P<type>[^/]+)", "always"),
                self.create,
                WRITE,
                True,
            ),
            Operation("workitems.update", "PATCH", path(rf"wit/workitems/{ID}"), self.update, WRITE, True),
            Operation("workitems.batch", "PATCH", path(r"wit/\$batch", "never"), self.batch, WRITE, True),
        ]

    def create(self, call: Call, caller: str) -> Answer:
        check_content_type(call, PATCH_JSON)
        boards, project = self._boards, self._boards.project(call.params["project"])
        type = type_named(call.params["type"], project)
        patch = patch_of(call.body)
        self._check_rights(call, caller)
        given = self._accepted(patch, type, call)
        after = self.begun(type, project, given, caller)
        linking.check(boards, "", patch)
        after |= linking.counted(boards, "", patch)
        if call.flag("validateOnly"):
            shown = {"id": 0, "rev": 0, "fields": {ref: it for ref, it in after.items() if it is not None}}
            return as_json({**shown, "url": f"{call.base}/_apis/wit/workItems/0"})
        stored = self.add(type, after, caller)
        linking.apply(boards, stored, patch, caller, call.base)
        boards.announce("workitem.created", stored, stored.latest)
        return as_json(boards.document(stored, call.base, expand="all"))

    def begun(self, type: ItemType, project: Project, given: Mapping[str, Any], by: str) -> dict[str, Any]:
        """What a new item holds. Raises Refused if the process does not want it so."""
        after = {**_beginning(type, project, by, self._boards.now_text()), **given}
        check_rules(self._boards, {}, after)
        return after

    def add(self, type: ItemType, values: Mapping[str, Any], by: str) -> Stored:
        self._boards.last_id += 1
        return self._boards.store.add(type.name, str(self._boards.last_id), values, by)

    def update(self, call: Call, caller: str) -> Answer:
        check_content_type(call, PATCH_JSON)
        boards = self._boards
        stored = boards.item(call.params["id"], boards.project_of(call))
        patch = patch_of(call.body)
        self._check_rights(call, caller)
        _test(stored, patch)
        project = boards.project(stored.values["System.TeamProject"])
        type = type_named(str(patch.values.get("System.WorkItemType") or stored.stream), project)
        given = self._accepted(patch, type, call)
        given |= {ref: together(stored.values.get(ref), given[ref]) for ref in patch.beside}
        at = boards.now_text()
        changed = {ref: value for ref, value in given.items() if stored.values.get(ref) != value}
        after = {**stored.values, **changed}
        linking.check(boards, stored.id, patch)
        changed |= linking.counted(boards, stored.id, patch)
        check_rules(boards, stored.values, after)
        if call.flag("validateOnly"):
            return as_json(boards.document(stored, call.base))
        if changed:
            self.change(stored, changed, caller, at)
        linking.apply(boards, stored, patch, caller, call.base)
        return as_json(boards.document(stored, call.base, expand="all"))

    def change(self, stored: Stored, changed: Mapping[str, Any], by: str, at: str) -> None:
        """One revision, with the stamps that come with it."""
        boards = self._boards
        stamped = {"System.ChangedDate": at, "System.ChangedBy": by, **changed}
        if "System.State" in changed:
            stamped["Microsoft.VSTS.Common.StateChangeDate"] = at
        if changed.get("System.History"):
            stamped["System.CommentCount"] = stored.values.get("System.CommentCount", 0) + 1
            boards.add_comment(stored, str(changed["System.History"]), by)
        if stored.number >= boards.caps.revisions:
            message = f"VS403442: The work item has reached the limit of {boards.caps.revisions} revisions."
            raise refuse(400, "WorkItemRevisionLimitExceededException", message)
        version = boards.store.change(stored, stamped, by)
        stored.stream = version.values["System.WorkItemType"]
        boards.announce("workitem.updated", stored, version)

    def batch(self, call: Call, caller: str) -> Answer:
        """Each part has an answer of its own; one that fails stops nothing."""
        check_content_type(call, "application/json")
        parts = posted_json(call.body)
        if not isinstance(parts, list) or not all(isinstance(it, dict) for it in parts):
            raise bad_argument("You must pass an array of requests in the body of the request.")
        if not all(isinstance(it.get("headers", {}), dict) for it in parts):
            raise bad_argument("The headers of a request are not an object.")
        if len(parts) > self._boards.caps.batch:
            raise bad_argument(f"A batch has at most {self._boards.caps.batch} requests.")
        answers: list[object] = []
        for part in parts:
            answer = self._again(inner_call(call, part))
            answers.append(
                {"code": answer.status, "headers": dict(answer.headers), "body": answer.body.decode()}
            )
        return listed(answers)

    def _accepted(self, patch: Patch, type: ItemType, call: Call) -> dict[str, Any]:
        bypasses = call.flag("bypassRules")
        if bypasses and patch.values.get("System.ChangedBy", "x") in (None, ""):
            raise refuse(400, "RuleValidationException", "VS403417: The field ChangedBy cannot be empty.")
        given = {
            ref: accepted(self._boards, ref, value, type, bypasses=bypasses)
            for ref, value in patch.values.items()
            if ref not in ("System.TeamProject", "System.WorkItemType")
        }
        if "System.TeamProject" in patch.values:
            given["System.TeamProject"] = self._boards.project(str(patch.values["System.TeamProject"])).name
        if "System.WorkItemType" in patch.values:
            given["System.WorkItemType"] = type.name
        if not bypasses and ONLY_BYPASSING & set(given):
            raise bad_argument("bypassRules is needed for that.")
        return given

    def _check_rights(self, call: Call, caller: str) -> None:
        account = self._boards.account(caller)
        if not account.contributor:
            message = "TF237111: The current user does not have permissions to save work items under the specified area path."
            raise refuse(403, "WorkItemUnauthorizedException", message)
        if call.flag("bypassRules") and not account.bypasses_rules:
            message = (
                "TF401344: The current user does not have permissions to bypass rules on work item updates."
            )
            raise refuse(403, "AccessDeniedException", message)


def _test(stored: Stored, patch: Patch) -> None:
    for ref, wanted in patch.tests:
        there = stored.number if ref == "/rev" else stored.values.get(ref)
        if str(there) != str(wanted):
            message = f"VS403351: Test Operation for path {ref} failed."
            raise refuse(412, "TestPatchOperationFailedException", message)


def together(there: str | None, added: str | None) -> str | None:
    """Tags, each once, whatever its case."""
    found = dict[str, str]()
    for tag in f"{there or ''};{added or ''}".split(";"):
        if tag.strip():
            found.setdefault(tag.strip().lower(), tag.strip())
    return "; ".join(found.values()) or None


def _beginning(type: ItemType, project: Project, caller: str, at: str) -> dict[str, Any]:
    return {
        "System.TeamProject": project.name,
        "System.WorkItemType": type.name,
        "System.AreaPath": project.name,
        "System.IterationPath": project.name,
        "System.State": type.states[0].name,
        "System.Reason": "New",
        "System.CreatedDate": at,
        "System.CreatedBy": caller,
        "System.ChangedDate": at,
        "System.ChangedBy": caller,
        "System.CommentCount": 0,
        "Microsoft.VSTS.Common.StateChangeDate": at,
        **type.defaults,
    }
