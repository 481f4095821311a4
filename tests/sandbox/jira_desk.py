"""A client of the simulated Jira without a network."""

import json
from typing import Any

from sandbox.desk import Desk, Hands, basic
from syncline_sandbox.calls import Answer
from syncline_sandbox.jira.site import Site

API = "/rest/api/3"
OURS = ("sync@fabrikam.example", "sandbox-token")
READER = ("audit@fabrikam.example", "sandbox-token-read-only")
ADMINISTRATOR = ("admin@fabrikam.example", "sandbox-token-administrator")


class SiteDesk(Desk):
    vendor: Site

    def __init__(self, email: str = OURS[0], token: str = OURS[1], vendor: Site | None = None) -> None:
        self.hands = Hands()
        made = vendor or Site(now=self.hands)
        super().__init__(made, made.address, {"Authorization": basic(token, email)})

    def as_(self, email: str, token: str) -> "SiteDesk":
        desk = SiteDesk(email, token, self.vendor)
        desk.hands = self.hands
        return desk

    def create(self, type: str = "Bug", project: str = "WEB", **fields: Any) -> str:
        given = {"project": {"key": project}, "issuetype": {"name": type}, "summary": "x", **fields}
        return str(self.json("POST", f"{API}/issue", {"fields": given})["id"])

    def refused(self, **fields: Any) -> dict[str, str]:
        """What it says of each field that it does not take."""
        given = {"project": {"key": "WEB"}, "issuetype": {"name": "Bug"}, "summary": "x", **fields}
        answer = self.ask("POST", f"{API}/issue", {"fields": given})
        assert answer.status == 400
        return errors_of(answer)

    def search(self, jql: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.json("POST", f"{API}/search/jql", {"jql": jql, **more})
        return found

    def ids(self, jql: str) -> list[str]:
        return [it["id"] for it in self.search(jql)["issues"]]


def errors_of(answer: Answer) -> dict[str, str]:
    told: dict[str, str] = json.loads(answer.body)["errors"]
    return told


def said(answer: Answer) -> str:
    return " ".join(json.loads(answer.body)["errorMessages"])
