"""What the endpoints share: repositories, the issues in them, and how an issue looks on the wire."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncline_sandbox.calls import Call
from syncline_sandbox.github.accounts import ACCOUNTS, NOBODY, Account
from syncline_sandbox.github.refusals import deleted, no_authentication, not_accessible, nothing, refuse
from syncline_sandbox.github.repositories import API, WEB, Repo
from syncline_sandbox.store import Store, Stored, Version

ROOT = r"(?:/api/v3)?"
REPO = rf"{ROOT}(?:/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)|/repositories/(?P<repository>\d+))"
NUMBER = r"/(?P<number>\d+)"
ISSUES, PULLS = "issues", "pulls"


@dataclass(slots=True)
class Note:
    """A comment."""

    id: int
    issue: str
    body: str
    by: str
    at: datetime
    edited_at: datetime


@dataclass(slots=True)
class Work:
    store: Store
    announce: Callable[[str, Stored, str, Note | None], None]
    repositories: Sequence[Repo] = ()
    accounts: Sequence[Account] = ACCOUNTS
    types: Sequence[str] = ("Bug", "Feature", "Task")  # of issues, as the organization has them
    notes: dict[int, Note] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)  # of an issue, by their ids
    last_id: int = 1_000_000

    def account(self, login: str) -> Account:
        return next((it for it in self.accounts if it.login == login), NOBODY)

    def repository(self, call: Call, caller: str, *, to: str = "pull") -> Repo:
        """404 to who may not see it; `to` is what they want to do."""
        account, found = self.account(caller), self._named(call)
        if found is None or not found.lets(account, "pull"):
            raise nothing()
        if to != "pull":
            if account is NOBODY:
                raise no_authentication()
            what = "repository_hooks" if to == "admin" else "issues"
            if not account.may(what, "write"):
                raise not_accessible(f"{what}=write") if account.scopes is None else nothing()
            if not found.lets(account, "admin" if to == "admin" else "pull"):
                raise nothing()
            if found.archived:
                raise refuse(403, "Repository was archived so is read-only.")
        return found

    def _named(self, call: Call) -> Repo | None:
        if id := call.params.get("repository"):
            return next((it for it in self.repositories if str(it.id) == id), None)
        name = f"{call.params['owner']}/{call.params['repo']}".lower()
        return next((it for it in self.repositories if it.full_name.lower() == name), None)

    def moved(self, call: Call) -> Repo | None:
        """Where a name leads that a repository had once."""
        name = f"{call.params.get('owner')}/{call.params.get('repo')}".lower()
        named = self._named(call) if "owner" in call.params else None
        return None if named else next((it for it in self.repositories if name in it.former), None)

    def with_issues(self, call: Call, caller: str, *, to: str = "pull") -> Repo:
        found = self.repository(call, caller, to=to)
        if not found.has_issues:
            raise refuse(410, "Issues has been disabled in this repository.")
        return found

    def issue(self, repository: Repo, number: str) -> Stored:
        """A pull request is one of them."""
        stored = self.store.records.get(f"{repository.id}/{int(number)}")
        if stored is None:
            raise nothing()
        if stored.deleted_at is not None:
            raise deleted()
        return stored

    def of(self, stored: Stored) -> Repo:
        id = stored.id.partition("/")[0]
        return next(it for it in self.repositories if str(it.id) == id)

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def user(self, login: str | None) -> dict[str, Any] | None:
        if login is None:
            return None
        account = self.account(login)
        return {
            "login": login,
            "id": account.id or 10137,
            "node_id": f"U_{account.id}",
            "url": f"{API}/users/{login}",
            "html_url": f"{WEB}/{login}",
            "type": "User",
            "site_admin": False,
        }

    def document(self, stored: Stored, version: Version | None = None) -> dict[str, Any]:
        """As it is, or as a list still has it."""
        at, repository = version or stored.latest, self.of(stored)
        values, number = at.values, int(stored.id.partition("/")[2])
        url, web = f"{repository.url}/issues/{number}", f"{WEB}/{repository.full_name}"
        people = [self.user(it) for it in values["assignees"]]
        milestone = values["milestone"]
        parent = self.parents.get(stored.id)
        return {
            "id": values["id"],
            "node_id": f"I_{values['id']}",
            "url": url,
            "repository_url": repository.url,
            "html_url": f"{web}/{'pull' if stored.stream == PULLS else 'issues'}/{number}",
            "number": number,
            "title": values["title"],
            "body": values["body"],
            "state": values["state"],
            "state_reason": values["state_reason"],
            "user": self.user(stored.first.by),
            "labels": [repository.label_document(it) for it in values["labels"]],
            "assignee": people[0] if people else None,
            "assignees": people,
            "milestone": repository.milestone_document(milestone) if milestone else None,
            "type": self.type_document(values["type"]),
            "locked": values["locked"],
            "active_lock_reason": None,
            "comments": values["comments"],
            "created_at": zulu(stored.first.at),
            "updated_at": zulu(at.at),
            "closed_at": values["closed_at"],
            "author_association": "MEMBER",
            "performed_via_github_app": None,
            **({"parent_issue_url": self.url_of(parent)} if parent else {}),
            **(
                {"pull_request": {"url": f"{repository.url}/pulls/{number}"}}
                if stored.stream == PULLS
                else {}
            ),
        }

    def url_of(self, id: str) -> str:
        return f"{self.of(self.store.records[id]).url}/issues/{id.partition('/')[2]}"

    def type_document(self, name: str | None) -> dict[str, Any] | None:
        return (
            None if name is None else {"id": 410 + self.types.index(name), "name": name, "is_enabled": True}
        )

    def note_document(self, note: Note) -> dict[str, Any]:
        repository = self.of(self.store.records[note.issue])
        number = note.issue.partition("/")[2]
        return {
            "id": note.id,
            "node_id": f"IC_{note.id}",
            "url": f"{repository.url}/issues/comments/{note.id}",
            "html_url": f"{WEB}/{repository.full_name}/issues/{number}#issuecomment-{note.id}",
            "issue_url": f"{repository.url}/issues/{number}",
            "body": note.body,
            "user": self.user(note.by),
            "created_at": zulu(note.at),
            "updated_at": zulu(note.edited_at),
            "author_association": "MEMBER",
        }


def zulu(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def begun(title: str, id: int, **given: Any) -> dict[str, Any]:
    """What an issue has from the start."""
    fixed: Mapping[str, Any] = {
        "title": title,
        "body": None,
        "state": "open",
        "state_reason": None,
        "labels": [],
        "assignees": [],
        "milestone": None,
        "type": None,
        "locked": False,
        "comments": 0,
        "closed_at": None,
        "id": id,
    }
    return {**fixed, **given}
