"""Repositories: who may do what in them, their labels and milestones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.github.accounts import MEMBERS, ROLES, Account

API, WEB = "https://api.github.com", "https://github.com"


@dataclass(slots=True)
class Repo:
    id: int
    owner: str
    name: str
    private: bool = True
    has_issues: bool = True
    archived: bool = False
    roles: Mapping[str, str] = field(default_factory=lambda: MEMBERS)
    labels: dict[str, str] = field(default_factory=dict)  # and their colours
    milestones: list[str] = field(default_factory=list)  # by number, from 1
    last_number: int = 0
    former: set[str] = field(default_factory=set)  # full names from which it is redirected

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def url(self) -> str:
        return f"{API}/repos/{self.full_name}"

    def role(self, account: Account) -> str:
        """What of it a token lets its owner do; a classic one without a scope, what is public."""
        scopes = account.scopes
        if scopes is not None and not scopes & {"repo", *(() if self.private else ("public_repo",))}:
            return "none" if self.private else "pull"
        return self.roles.get(account.login, "none" if self.private else "pull")

    def lets(self, account: Account, role: str) -> bool:
        return ROLES.index(self.role(account)) >= ROLES.index(role)

    def is_member(self, account: Account) -> bool:
        return account.login in self.roles and self.lets(account, "pull")

    def label(self, name: str) -> str | None:
        """As it is spelt: names are compared whatever their case."""
        return next((it for it in self.labels if it.lower() == name.lower()), None)

    def document(self, account: Account) -> dict[str, Any]:
        return {
            "id": self.id,
            "node_id": f"R_{self.id}",
            "name": self.name,
            "full_name": self.full_name,
            "private": self.private,
            "owner": {"login": self.owner, "id": 1, "type": "Organization"},
            "html_url": f"{WEB}/{self.full_name}",
            "url": self.url,
            "has_issues": self.has_issues,
            "archived": self.archived,
            "disabled": False,
            "permissions": {it: self.lets(account, it) for it in reversed(ROLES) if it != "none"},
        }

    def label_document(self, name: str) -> dict[str, Any]:
        color = self.labels.get(name, "ededed")
        url = f"{self.url}/labels/{name}"
        return {"id": _id(name), "url": url, "name": name, "color": color, "default": False}

    def milestone_document(self, number: int) -> dict[str, Any]:
        return {
            "id": 1000 * self.id + number,
            "url": f"{self.url}/milestones/{number}",
            "number": number,
            "title": self.milestones[number - 1],
            "state": "open",
        }


def _id(name: str) -> int:
    return 208_045_900 + sum(name.encode())
