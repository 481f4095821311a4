"""A client of the simulated organisation."""

import json
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.desk import Desk, Hands
from syncline_sandbox.calls import Answer
from syncline_sandbox.salesforce.accounts import CLIENT_ID, CLIENT_SECRET
from syncline_sandbox.salesforce.organisation import Organisation

DATA = "/services/data/v62.0"
FORM = "application/x-www-form-urlencoded"


class Counter(Desk):
    vendor: Organisation

    def __init__(
        self, id: str = CLIENT_ID, secret: str = CLIENT_SECRET, vendor: Organisation | None = None
    ) -> None:
        self.hands = Hands()
        made = vendor or Organisation(now=self.hands)
        super().__init__(made, made.address, {})
        told = json.loads(self.token(client_id=id, client_secret=secret).body)
        self.headers = {"Authorization": f"Bearer {told['access_token']}"}

    def as_(self, id: str, secret: str) -> "Counter":
        counter = Counter(id, secret, self.vendor)
        counter.hands = self.hands
        return counter

    def token(self, **form: str) -> Answer:
        given = {"grant_type": "client_credentials", **form}
        return self.ask("POST", "/services/oauth2/token", urlencode(given).encode(), Content_Type=FORM)

    def create(self, entity: str = "Case", **values: Any) -> str:
        given = {"Subject": "The printer is on fire", **values} if entity == "Case" else values
        return str(self.json("POST", f"{DATA}/sobjects/{entity}", given)["id"])

    def patch(self, id: str, values: Any, **headers: str) -> Answer:
        return self.ask("PATCH", f"{DATA}/sobjects/Case/{id}", values, **headers)

    def query(self, text: str, resource: str = "query", **headers: str) -> Answer:
        return self.ask("GET", f"{DATA}/{resource}?q={quote(text)}", **headers)

    def rows(self, text: str, resource: str = "query") -> list[dict[str, Any]]:
        answer = self.query(text, resource)
        assert answer.status == 200, answer
        found: list[dict[str, Any]] = json.loads(answer.body)["records"]
        return found


def failed(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)[0]["errorCode"]
