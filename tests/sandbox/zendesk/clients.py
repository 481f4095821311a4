"""A client of the simulated account without a network."""

import json
from typing import Any

from sandbox.desk import Desk, Hands, basic
from syncline_sandbox.calls import Answer
from syncline_sandbox.zendesk.helpdesk import Helpdesk

ROOT = "/api/v2"
ADMIN, AGENT = "sync.account@fabrikam.example", "triage@fabrikam.example"
CUSTOMER, FORMER = "purchasing@northwind.example", "former.desk@fabrikam.example"


class HelpdeskDesk(Desk):
    vendor: Helpdesk

    def __init__(
        self, authorization: str, vendor: Helpdesk | None = None, hands: Hands | None = None
    ) -> None:
        self.hands = hands or Hands()
        made = vendor or Helpdesk(now=self.hands)
        super().__init__(made, made.address, {"Authorization": authorization} if authorization else {})

    def as_(self, authorization: str) -> "HelpdeskDesk":
        return HelpdeskDesk(authorization, self.vendor, self.hands)

    def create(self, subject: str = "The printer is on fire", **fields: Any) -> dict[str, Any]:
        given = {"subject": subject, "comment": {"body": "It burns"}, **fields}
        made: dict[str, Any] = self.json("POST", f"{ROOT}/tickets", {"ticket": given})["ticket"]
        return made

    def put(self, id: int, **fields: Any) -> Answer:
        return self.ask("PUT", f"{ROOT}/tickets/{id}", {"ticket": fields})

    def changed(self, id: int, **fields: Any) -> dict[str, Any]:
        answer = self.put(id, **fields)
        assert answer.status == 200, answer
        told: dict[str, Any] = json.loads(answer.body)["ticket"]
        return told

    def exported(self, more: str) -> dict[str, Any]:
        found: dict[str, Any] = self.json("GET", f"{ROOT}/incremental/tickets/cursor?{more}")
        return found


def bearer(token: str = "sandbox-oauth-read-write") -> str:
    return f"Bearer {token}"


def by_token(email: str = ADMIN, token: str = "sandbox-api-token") -> str:
    return basic(token, f"{email}/token")


def desk(authorization: str = bearer()) -> HelpdeskDesk:
    return HelpdeskDesk(authorization)


def said(answer: Answer) -> tuple[int, str]:
    """Status, and the error's name."""
    error = json.loads(answer.body)["error"]
    return answer.status, error if isinstance(error, str) else error["title"]
