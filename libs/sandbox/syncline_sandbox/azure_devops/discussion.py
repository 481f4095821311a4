"""Comments of a work item: one stream that everybody sees, each with a version of its own."""

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.azure_devops.accounts import check_content_type
from syncline_sandbox.azure_devops.boards import Boards, Comment, here, path
from syncline_sandbox.azure_devops.refusals import bad_argument, posted_json, refuse
from syncline_sandbox.azure_devops.writing import Writing
from syncline_sandbox.calls import Answer, Call, Operation, as_json

WHERE = r"wit/workitems/(?P<id>\d+)/comments"
ONE = WHERE + r"/(?P<comment>\d+)"
WRITE = "vso.work_write"


class Discussion:
    def __init__(self, boards: Boards, writing: Writing) -> None:
        self._boards, self._writing = boards, writing

    def operations(self) -> list[Operation]:
        return [
            Operation("comments.list", "GET", path(WHERE), self.listed, "vso.work"),
            Operation("comments.create", "POST", path(WHERE), self.create, WRITE, True),
            Operation("comments.update", "PATCH", path(ONE), self.update, WRITE, True),
            Operation("comments.delete", "DELETE", path(ONE), self.delete, WRITE, True),
        ]

    def listed(self, call: Call, caller: str) -> Answer:
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        present = [it for it in self._boards.comments if it.item == stored.id and not it.is_deleted]
        if call.get("order", "desc").lower() != "asc":
            present.reverse()
        size, start = call.get("$top", "200"), call.get("continuationToken", "0")
        if not size.isdigit() or not start.isdigit() or int(size) > 200:
            raise bad_argument("The value of $top or continuationToken is not valid.")
        page, end = present[int(start) : int(start) + int(size)], int(start) + int(size)
        document: dict[str, Any] = {
            "totalCount": len(present),
            "count": len(page),
            "comments": [self._document(it, call) for it in page],
        }
        if end < len(present):
            document["continuationToken"] = str(end)
            document["nextPage"] = f"{here(call)}?continuationToken={end}&$top={size}"
        return as_json(document)

    def create(self, call: Call, caller: str) -> Answer:
        text = _text(call)
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        self._check_rights(caller)
        self._writing.change(stored, {"System.History": text}, caller, self._boards.now_text())
        return as_json(self._document(self._boards.comments[-1], call))

    def update(self, call: Call, caller: str) -> Answer:
        text, comment = _text(call), self._comment(call)
        self._check_rights(caller)
        comment.text, comment.version, comment.changed_at = text, comment.version + 1, self._boards.now_text()
        self._noted(comment, caller, {"text": text})
        return as_json(self._document(comment, call))

    def delete(self, call: Call, caller: str) -> Answer:
        comment = self._comment(call)
        self._check_rights(caller)
        comment.is_deleted = True
        self._noted(comment, caller, {"deleted": comment.id})
        return Answer(204)

    def _comment(self, call: Call) -> Comment:
        stored = self._boards.item(call.params["id"], self._boards.project_of(call))
        for comment in self._boards.comments:
            if (
                comment.item == stored.id
                and str(comment.id) == call.params["comment"]
                and not comment.is_deleted
            ):
                return comment
        message = f"VS403680: The comment {call.params['comment']} does not exist on work item {stored.id}."
        raise refuse(404, "WorkItemCommentNotFoundException", message)

    def _noted(self, comment: Comment, by: str, after: Mapping[str, Any]) -> None:
        self._boards.store.noted(self._boards.store.records[comment.item], "commented", by, after)

    def _check_rights(self, caller: str) -> None:
        if not self._boards.account(caller).contributor:
            message = "TF237111: The current user does not have permissions to save work items under the specified area path."
            raise refuse(403, "WorkItemUnauthorizedException", message)

    def _document(self, comment: Comment, call: Call) -> dict[str, Any]:
        by = self._boards.identity(comment.by, call.base)
        document = {
            "workItemId": int(comment.item),
            "id": comment.id,
            "version": comment.version,
            "text": comment.text,
            "createdBy": by,
            "createdDate": comment.created_at,
            "modifiedBy": by,
            "modifiedDate": comment.changed_at,
            "url": f"{call.base}/_apis/wit/workItems/{comment.item}/comments/{comment.id}",
        }
        return (
            {**document, "renderedText": comment.text}
            if "rendered" in call.get("$expand").lower()
            else document
        )


def _text(call: Call) -> str:
    check_content_type(call, "application/json")
    posted = posted_json(call.body)
    if not isinstance(posted, dict) or not isinstance(posted.get("text"), str) or not posted["text"].strip():
        raise bad_argument("Value cannot be null. Parameter name: text")
    return str(posted["text"])
