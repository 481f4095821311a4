"""An account at IT Glue as a whole: who is let in, what a limit looks like, and the endpoints together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from re import compile as pattern
from typing import Any

from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Answer, Call, Operation, Refused
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.itglue.keys import ACCOUNTS, Account, caller
from syncline_sandbox.itglue.lists import paged
from syncline_sandbox.itglue.records import Records
from syncline_sandbox.itglue.refusals import document, errors, forbidden, not_accepted, not_found
from syncline_sandbox.itglue.shelves import LISTS, OF_LISTS, SHELVES, taken
from syncline_sandbox.limits import Used
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

API, WEB = "https://api.itglue.com", "https://sandbox.itglue.com"
REGIONS = {1: "Oslo", 2: "Hamburg"}


class Glue(Vendor):
    kind = "itglue"
    address = WEB
    granularity = timedelta(milliseconds=1)
    window = timedelta(minutes=5)
    first_number = 1

    def __init__(self, seed: int = 1, now: Now = real_now, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__(seed, now)
        self.accounts = accounts
        self.records = Records(self.store, WEB, API)
        lists = {"regions": REGIONS, **LISTS}
        self._operations = [
            Operation("users.list", "GET", pattern("/users"), self._users),
            *(
                Operation(f"{it}.list", "GET", pattern(f"/{it}"), self._list_of(named))
                for it, named in lists.items()
            ),
            *self.records.operations(),
        ]

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations

    def admit(self, operation: Operation, call: Call) -> str:
        account = caller(call, self.accounts)
        if account is None or account.name in self.revoked:
            raise Refused(self.reject(call))
        if operation.writes and not account.writes:
            raise forbidden()
        return account.name

    def reject(self, call: Call) -> Answer:
        return not_accepted()

    def nothing_here(self, call: Call, methods: set[str]) -> Answer:
        return errors(404, "Not found")

    def unavailable(self) -> Answer:
        return errors(503, "Service Unavailable")

    def limit_headers(self, used: Used) -> Mapping[str, str]:
        """It says nothing of how it stands."""
        return {}

    def limited(self, used: Used) -> Answer:
        return errors(429, "Too many requests")

    def edit(self, id: str, values: Mapping[str, Any], by: str) -> None:
        """As in its pages."""
        stored = self.store.find(id)
        if stored is None:
            raise not_found()
        self.records.change(stored, taken(values, SHELVES[stored.stream]), by)

    def sync(self, id: str) -> None:
        """From now on another system keeps this record, by IT Glue's own integration."""
        self.store.change(self.store.records[id], {"psa": "syncro"}, "An integration")

    def create(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        return self.records.insert(stream, values, by)

    @property
    def people(self) -> Sequence[str]:
        return [it.name for it in sorted(self.accounts, key=lambda it: bool(it.key))]

    def boxes(self, stored: Stored) -> Sequence[Box]:
        return [_box(it) for it in SHELVES[stored.stream].taken if it != "organization_id"]

    def headline(self, stored: Stored) -> str:
        names = (stored.values.get(it) for it in ("name", "first_name", "last_name"))
        return " ".join(str(it) for it in names if it)

    def push(self, stream: str, url: str, secret: str) -> None:
        """There is no API for it, and what its workflows send is not signed: nothing is sent."""

    def _users(self, call: Call, _caller: str) -> Answer:
        def row(it: Account) -> dict[str, Any]:
            told = {
                "first-name": it.first_name,
                "last-name": it.last_name,
                "name": it.name,
                "email": it.email,
            }
            return {
                "id": str(it.user_id),
                "type": "users",
                "attributes": {**told, "role-name": "Administrator"},
            }

        return paged(call, self.accounts, row)

    def _list_of(self, named: Mapping[int, str]) -> Any:
        def listed(call: Call, _caller: str) -> Answer:
            rows = [{"id": str(id), "attributes": {"name": name}} for id, name in named.items()]
            return paged(call, rows, lambda it: it) if named is not REGIONS else document({"data": rows})

        return listed


def _box(name: str) -> Box:
    label = name.removesuffix("_id").replace("_", " ").capitalize()
    listed = LISTS.get(OF_LISTS.get(name, ""), {})
    return Box(name, label, tuple((str(id), it) for id, it in listed.items()), long=name == "notes")
