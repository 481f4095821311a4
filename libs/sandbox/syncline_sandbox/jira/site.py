"""The site as a whole: who is let in, what a limit looks like, and the endpoints together."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused, call_of
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.jira.accounts import ACCOUNTS, ANONYMOUS, Account, account_of
from syncline_sandbox.jira.adf import plain
from syncline_sandbox.jira.board import ADDRESS, Board
from syncline_sandbox.jira.catalogue import FIELDS, ON_SCREEN, PROJECTS, Project
from syncline_sandbox.jira.discussion import Discussion
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.files import Files
from syncline_sandbox.jira.hooks import Hooks
from syncline_sandbox.jira.issues import Issues
from syncline_sandbox.jira.linking import Linking
from syncline_sandbox.jira.moving import Moving
from syncline_sandbox.jira.refusals import (
    collection,
    field_refused,
    no_issue,
    not_authenticated,
    not_settable,
)
from syncline_sandbox.jira.search import Search
from syncline_sandbox.jira.structure import Structure
from syncline_sandbox.jira.values import accepted
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

FIXED = ("issuetype", "project", "parent")


class Site(Vendor):
    kind = "jira"
    address = ADDRESS
    granularity = timedelta(milliseconds=1)
    window = timedelta(seconds=1)
    first_number = 1

    def __init__(
        self,
        seed: int = 1,
        now: Now = real_now,
        projects: Sequence[Project] = PROJECTS,
        accounts: Sequence[Account] = ACCOUNTS,
    ) -> None:
        super().__init__(seed, now)
        self.board = Board(self.store, accounts, projects, self._announce)
        documents = Documents(self.board)
        self.search = search = Search(self.board, documents)
        self.hooks = Hooks(self.board, documents, search, self.deliveries)
        self.issues = Issues(self.board, documents)
        self.moving = Moving(self.board, self.issues)
        self.discussion, self.files = Discussion(self.board, documents), Files(self.board, documents)
        self.linking = Linking(self.board)
        parts = (
            search,
            Structure(self.board),
            self.moving,
            self.discussion,
            self.files,
            self.linking,
            self.hooks,
            self.issues,
        )
        self._operations = [operation for part in parts for operation in part.operations()]

    def within(self, call: Call) -> Sequence[Call]:
        if self.operation_of(call) != "issue.bulk":
            return ()
        try:
            parts = json.loads(call.body).get("issueUpdates")
        except (ValueError, AttributeError):
            return ()
        there = parts if isinstance(parts, list) else []
        return [call_of("POST", call.base, "/rest/api/3/issue", {}) for _ in there]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        """Who can't be known is nobody, and may ask some things all the same: a list then is empty, and no refusal."""
        if operation.scope == "public":
            return ANONYMOUS
        account = account_of(call, self.board.accounts)
        if account is not None and account.id not in self.revoked:
            return account.id
        if operation.scope == "anonymous":
            return ANONYMOUS
        raise Refused(self.reject(call))

    def reject(self, call: Call) -> Answer:
        return not_authenticated()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        if methods:
            return Answer(405, b"", {"Allow": ", ".join(sorted(methods))})
        return collection(404, "The requested resource does not exist.")

    def unavailable(self) -> Answer:
        return collection(503, "Jira is temporarily unavailable.")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        """Until when is said in minutes."""
        told = {
            "X-RateLimit-Limit": str(used.limit),
            "X-RateLimit-Remaining": str(used.remaining),
            "X-RateLimit-Reset": f"{used.resets_at:%Y-%m-%dT%H:%MZ}",
        }
        if self.is_over(used):
            told |= {"Retry-After": str(used.seconds), "RateLimit-Reason": "jira-burst-based"}
        return told

    def limited(self, used: Used) -> Answer:
        return collection(429, "Rate limit exceeded")

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As in the vendor's pages: a status by one of the workflow's transitions, a text as lines, people by their names."""
        stored = self.store.find(id)
        if stored is None:
            raise no_issue()
        who, given = self.board.account(by).id, dict(values)
        status, words = given.pop("status", None), given.pop("comment", None)
        self.issues.change(stored, {name: self._given(name, it) for name, it in given.items()}, who)
        if status is not None and status != stored.values["status"]:
            self._move(stored, status, who)
        if words:
            self.discussion.keep(stored, plain(str(words)), who)

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        given = dict(values)
        project = self.board.project(given.pop("project", self.board.projects[0].key))
        type = project.type_named(stream) if project else None
        if project is None or type is None:
            raise field_refused(issuetype="Specify a valid issue type")
        made = {name: self._given(name, it) for name, it in given.items()}
        stored = self.issues.insert(project, type, made, self.board.account(by).id)
        self._announce("jira:issue_created", stored, {})
        return stored

    @property
    def people(self) -> Sequence[str]:
        return [it.name for it in sorted(self.board.accounts, key=lambda it: bool(it.token))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        found = [
            self._box(it) for it in ON_SCREEN if it not in FIXED and FIELDS[it].type not in ("doc", "array")
        ]
        statuses = tuple((it, it) for it in self.board.project_of(stored).statuses)
        return [*found, Box("status", "Status", statuses), Box("comment", "Comment", adds=True)]

    def headline(self, stored: Stored) -> str:
        return f"{stored.values.get('key')} {stored.values.get('summary', '')}"

    def push(self, stream: str, url: str, secret: str) -> None:
        self.hooks.add("Syncline", url, secret, f'issuetype = "{stream}"')

    def _announce(self, event: str, stored: Stored, changed: Mapping[str, Any]) -> None:
        self.hooks.announce(event, stored, changed)

    def _box(self, id: str) -> Box:
        known = FIELDS[id]
        people = tuple((it.name, it.name) for it in self.board.accounts)
        named = tuple((name, name) for _, name in known.choices)
        return Box(id, known.name, people if known.type == "user" else named)

    def _given(self, id: str, value: Any) -> Any:
        """What a person types, in the form that the API has for it."""
        known = FIELDS.get(id)
        if known is None:
            raise field_refused(**{id: not_settable(id)})
        if value in (None, ""):
            return accepted(self.board, id, None)
        if known.type == "doc":
            return accepted(self.board, id, plain(str(value)) if isinstance(value, str) else value)
        if known.type == "user":
            return self.board.account(str(value)).id
        if known.type == "number":
            return accepted(self.board, id, float(value))
        if known.choices and isinstance(value, str):
            return accepted(self.board, id, {"value" if known.custom else "name": value})
        return accepted(self.board, id, value)

    def _move(self, stored: Stored, status: str, by: str) -> None:
        workflow = self.board.project_of(stored).workflow
        now = stored.values["status"]
        found = next((it for it in workflow if it.to == status and (not it.of or now in it.of)), None)
        if found is None:
            raise Refused(collection(400, f"No transition leads from {now} to {status}."))
        self.moving.carry_out(stored, found, by, {})
