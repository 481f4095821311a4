"""A client of a simulated vendor without a network, and a clock that stands still until told."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from syncline_sandbox.azure_devops.boards import Project
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.calls import Answer, call_of
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.syncro.company import Company
from syncline_sandbox.vendor import Vendor

PATCH = "application/json-patch+json"
FABRIKAM = Project("10000000-0000-4000-8000-000000000001", "Fabrikam Web", ("Checkout", "Search"))
OTHER = Project("10000000-0000-4000-8000-000000000002", "Contoso")


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 31, 18, 36, 26, 230_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def basic(password: str, name: str = "") -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


class Desk:
    def __init__(self, vendor: Vendor, host: str, headers: dict[str, str]) -> None:
        self.vendor, self.host, self.headers = vendor, host, headers

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """`headers` by name with underscores; what is not bytes is sent as JSON."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and not any(name.lower() == "content-type" for name in sent):
            sent["Content-Type"] = "application/json"
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.vendor.ledger.current = self.vendor.ledger.asked(
            self.vendor.clock.now(), "by hand", method, target
        )
        answer, _ = self.vendor.answer(call_of(method, self.host, target, sent, raw))
        self.vendor.ledger.current = None
        return answer

    def json(self, method: str, target: str, body: Any = None, **headers: str) -> Any:
        answer = self.ask(method, target, body, **headers)
        assert answer.status < 300, answer
        return json.loads(answer.body)


class BoardsDesk(Desk):
    vendor: Organisation

    def __init__(self, token: str = "sandbox-pat-read-write", vendor: Organisation | None = None) -> None:
        self.hands = Hands()
        made = vendor or Organisation(now=self.hands, projects=(FABRIKAM, OTHER))
        headers = {"Authorization": basic(token), "X-TFS-FedAuthRedirect": "Suppress"}
        super().__init__(made, made.address, headers)

    def as_(self, token: str) -> "BoardsDesk":
        desk = BoardsDesk(token, self.vendor)
        desk.hands = self.hands
        return desk

    def create(self, title: str = "The page is blank", type: str = "Bug", **fields: Any) -> dict[str, Any]:
        """`fields` by reference name with `__` for dots."""
        given = {"System.Title": title, **{name.replace("__", "."): it for name, it in fields.items()}}
        body = [{"op": "add", "path": f"/fields/{ref}", "value": it} for ref, it in given.items()]
        target = f"/sandbox/Fabrikam%20Web/_apis/wit/workitems/${type.replace(' ', '%20')}?api-version=7.1"
        made: dict[str, Any] = self.json("POST", target, body, Content_Type=PATCH)
        return made

    def patch(self, id: int, *operations: dict[str, Any], more: str = "") -> Answer:
        target = f"/sandbox/_apis/wit/workitems/{id}?api-version=7.1{more}"
        return self.ask("PATCH", target, list(operations), Content_Type=PATCH)

    def query(self, where: str, more: str = "") -> list[int]:
        text = f"SELECT [System.Id] FROM WorkItems WHERE {where}"
        target = f"/sandbox/Fabrikam%20Web/_apis/wit/wiql?api-version=7.1{more}"
        return [it["id"] for it in self.json("POST", target, {"query": text})["workItems"]]


def problem(answer: Answer) -> tuple[int, str]:
    """Status, and the number or key that a client goes by."""
    body = json.loads(answer.body)
    number = body["message"].partition(":")[0]
    return answer.status, number if number[:2] in ("TF", "VS") else body["typeKey"]


class InstanceDesk(Desk):
    vendor: Instance

    def __init__(
        self, name: str = "sync.account", password: str = "sandbox-password", vendor: Instance | None = None
    ) -> None:
        self.hands = Hands()
        headers = {"Authorization": basic(password, name), "Accept": "application/json"}
        made = vendor or Instance(now=self.hands)
        super().__init__(made, made.address, headers)

    def as_(self, name: str, password: str) -> "InstanceDesk":
        desk = InstanceDesk(name, password, self.vendor)
        desk.hands = self.hands
        return desk

    def create(self, table: str = "incident", **values: Any) -> dict[str, Any]:
        given = {"short_description": "The printer is on fire", **values}
        made: dict[str, Any] = self.json("POST", f"/api/now/table/{table}", given)["result"]
        return made

    def patch(self, id: str, **values: Any) -> Answer:
        return self.ask("PATCH", f"/api/now/table/incident/{id}", values)

    def rows(self, query: str = "", table: str = "incident", **params: Any) -> list[dict[str, Any]]:
        named = urlencode({"sysparm_query": query, **{f"sysparm_{name}": it for name, it in params.items()}})
        found: list[dict[str, Any]] = self.json("GET", f"/api/now/table/{table}?{named}")["result"]
        return found


def failed(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["error"]["message"]


class CompanyDesk(Desk):
    vendor: Company

    def __init__(self, token: str = "sandbox-syncro-token", vendor: Company | None = None) -> None:
        self.hands = Hands()
        made = vendor or Company(now=self.hands)
        super().__init__(
            made, made.address, {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        )

    def as_(self, token: str) -> "CompanyDesk":
        desk = CompanyDesk(token, self.vendor)
        desk.hands = self.hands
        return desk

    def customer(self, **values: Any) -> int:
        made: int = self.json("POST", "/api/v1/customers", {"business_name": "Contoso", **values})[
            "customer"
        ]["id"]
        return made

    def ticket(self, **values: Any) -> dict[str, Any]:
        given = {"subject": "The printer is on fire", "customer_id": values.pop("customer", None), **values}
        given["customer_id"] = given["customer_id"] or self.customer()
        made: dict[str, Any] = self.json("POST", "/api/v1/tickets", given)["ticket"]
        return made
