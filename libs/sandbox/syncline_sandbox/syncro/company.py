"""A company at Syncro as a whole: who is let in, what a limit looks like, and the endpoints together."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import compile as pattern
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.limits import Budget, Used
from syncline_sandbox.store import Stored
from syncline_sandbox.syncro.accounts import ACCOUNTS, Account, caller, me
from syncline_sandbox.syncro.directory import SECTIONS, Directory
from syncline_sandbox.syncro.discussion import Discussion
from syncline_sandbox.syncro.holdings import ROOT, Holdings
from syncline_sandbox.syncro.refusals import invalid_token, not_found, not_permitted
from syncline_sandbox.syncro.settings import PRIORITIES, PROBLEMS, STATUSES
from syncline_sandbox.syncro.tickets import Tickets
from syncline_sandbox.vendor import Vendor

SUBDOMAIN = "sandbox"
SINGLE = {"tickets": "ticket", "customers": "customer", "contacts": "contact", "customer_assets": "asset"}
TOLD = ("tickets", "customers", "contacts")  # no notification tells of a changed asset


class ByAddress(Budget):
    """Whoever calls from one address shares one limit."""

    def use(self, caller: str, now: datetime) -> Used | None:
        return super().use("the address", now)


@dataclass(frozen=True, slots=True)
class Webhook:
    """What an administrator sets up; nothing is signed. A name and password in its address travel as a header."""

    stream: str
    url: str
    secret: str


class Company(Vendor):
    kind = "syncro"
    address = "https://sandbox.syncromsp.com"
    granularity = timedelta(milliseconds=1)
    window = timedelta(minutes=1)
    first_number = 1

    def __init__(self, seed: int = 1, now: Now = real_now, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__(seed, now)
        self.accounts = accounts
        self.budget = ByAddress(self.window)
        self.webhooks: list[Webhook] = []
        self.holdings = Holdings(self.store, accounts)
        self.holdings.announce = self._announce
        self.discussion = Discussion(self.holdings, self.address)
        self.tickets = Tickets(self.holdings, self.discussion)
        self.directory = Directory(self.holdings)
        parts = (self.tickets, self.discussion, self.directory)
        self._operations = [
            Operation("me", "GET", pattern(f"{ROOT}/me"), self._me),
            Operation("users.list", "GET", pattern(f"{ROOT}/users"), self._users),
            *(it for part in parts for it in part.operations()),
        ]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        if operation.scope == "public":
            return "anybody"
        account = caller(call, self.accounts)
        if account is None or account.name in self.revoked:
            raise Refused(self.reject(call))
        if operation.scope and operation.scope not in account.permissions:
            raise not_permitted()
        return account.name

    def reject(self, call: Call) -> Answer:
        return invalid_token()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        return as_json({"status": 404, "error": "Not Found"}, 404)

    def unavailable(self) -> Answer:
        return as_json({"error": "Service Unavailable"}, 503)

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        """It says nothing of how it stands."""
        return {}

    def limited(self, used: Used) -> Answer:
        return as_json({"error": "Rate limit exceeded"}, 429)

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As in its pages. `comment` is what is said to the customer, `note` what is not."""
        stored = self.store.find(id)
        if stored is None:
            raise not_found()
        given = {name: it for name, it in values.items() if name not in ("comment", "note")}
        if stored.stream != "tickets":
            return self.directory.change(stored, given, by)
        self.tickets.change(stored, given, by)
        for name in ("comment", "note"):
            if values.get(name):
                told = {"subject": "Update", "body": values[name], "hidden": name == "note"}
                self.discussion.add(stored, {**told, "do_not_email": True}, by)
                self.holdings.touch(stored, by)
        return None

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        if stream == "tickets":
            return self.tickets.insert(values, by)
        return self.directory.insert(stream, values, by)

    @property
    def people(self) -> Sequence[str]:
        return [it.name for it in sorted(self.accounts, key=lambda it: bool(it.token))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        if stored.stream != "tickets":
            return [Box(it, it.replace("_", " ").capitalize()) for it in SECTIONS[stored.stream].taken]
        return [
            Box("subject", "Subject"),
            Box("status", "Status", tuple((it, it) for it in STATUSES)),
            Box("priority", "Priority", tuple((it, it) for it in PRIORITIES)),
            Box("problem_type", "Problem type", tuple((it, it) for it in PROBLEMS)),
            Box("due_date", "Due date"),
            Box("comment", "Comment", adds=True),
            Box("note", "Private note", adds=True),
        ]

    def headline(self, stored: Stored) -> str:
        told = (stored.values.get(it) for it in ("subject", "business_name", "name"))
        return next((str(it) for it in told if it), "")

    def push(self, stream: str, url: str, secret: str) -> None:
        self.webhooks.append(Webhook(stream, url, secret))

    def _me(self, _call: Call, caller: str) -> Answer:
        return as_json(me(self.holdings.account(caller), SUBDOMAIN))

    def _users(self, _call: Call, _caller: str) -> Answer:
        return as_json({"users": [[it.user_id, it.name] for it in self.accounts]})

    def _announce(self, event: str, stored: Stored) -> None:
        for it in self.webhooks:
            if it.stream == stored.stream and stored.stream in TOLD:
                link = f"{self.address}/{stored.stream}/{stored.id}"
                said = f"{SINGLE[stored.stream].capitalize()} was {event}: {self.headline(stored)}"
                attributes = {"id": int(stored.id), **stored.values}
                body = {"text": said, "html": f"<p>{said}</p>", "link": link, "attributes": attributes}
                headers = {"Authorization": f"Basic {b64encode(f'syncline:{it.secret}'.encode()).decode()}"}
                self.deliveries.announce(self.clock.now(), it.stream, it.url, headers, body)
