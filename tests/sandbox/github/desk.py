"""A client of the simulated GitHub, without a network."""

import json
from typing import Any

from sandbox.desk import Desk, Hands
from syncline_sandbox.calls import Answer
from syncline_sandbox.github.hub import Hub
from syncline_sandbox.github.repositories import Repo

SHOP = "/repos/octo-org/shop"


def repositories() -> list[Repo]:
    return [
        Repo(501, "octo-org", "shop", labels={"bug": "d73a4a"}, milestones=["Release 7"]),
        Repo(502, "octo-org", "app", private=False),
    ]


class HubDesk(Desk):
    vendor: Hub

    def __init__(self, token: str = "ghp_sandbox_read_write", vendor: Hub | None = None) -> None:
        self.hands = Hands()
        made = vendor or Hub(now=self.hands, repositories=repositories())
        headers = {"Accept": "application/vnd.github+json", "User-Agent": "tests"}
        super().__init__(
            made, made.address, headers | ({"Authorization": f"Bearer {token}"} if token else {})
        )

    def as_(self, token: str) -> "HubDesk":
        desk = HubDesk(token, self.vendor)
        desk.hands = self.hands
        return desk

    def create(self, title: str = "The page is blank", **fields: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.json("POST", f"{SHOP}/issues", {"title": title, **fields})
        return made

    def numbers(self, query: str) -> list[int]:
        return [it["number"] for it in self.json("GET", f"{SHOP}/issues?{query}")]

    def found(self, q: str) -> list[int]:
        return [it["number"] for it in self.json("GET", f"/search/issues?q={q}")["items"]]


def failed(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["message"]


def fault(answer: Answer) -> tuple[int, str, str]:
    """Status, and field and code of the first error."""
    error = json.loads(answer.body)["errors"][0]
    return answer.status, error["field"], error["code"]
