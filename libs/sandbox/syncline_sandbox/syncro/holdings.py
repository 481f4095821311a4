"""What a company holds, whatever its kind: numbers, who sees what, and writes of which only what differs counts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline_sandbox.calls import Call
from syncline_sandbox.store import Store, Stored
from syncline_sandbox.syncro.accounts import Account
from syncline_sandbox.syncro.lists import Seen
from syncline_sandbox.syncro.refusals import not_found

ROOT = "/api/v1"
ONE = r"/(?P<id>\d+)"
Announce = Callable[[str, Stored], None]


class Holdings:
    """`announce` is told what happened to which record."""

    def __init__(self, store: Store, accounts: Sequence[Account]) -> None:
        self.store, self.accounts = store, accounts
        self._last = 1000
        self.newest_first = True  # in which order lists come is described nowhere
        self.announce: Announce = lambda _event, _stored: None

    def add(self, stream: str, values: Mapping[str, Any], by: str) -> Stored:
        self._last += 1
        stored = self.store.add(stream, str(self._last), values, by)
        self.announce("created", stored)
        return stored

    def change(self, stored: Stored, values: Mapping[str, Any], by: str) -> None:
        """As a row of a database that is saved: without a difference it is not touched."""
        if any(stored.values.get(name) != value for name, value in values.items()):
            self.store.change(stored, values, by)
            self.announce("updated", stored)

    def touch(self, stored: Stored, by: str) -> None:
        """What hangs on it has changed, and with it its time."""
        self.store.change(stored, {}, by)
        self.announce("updated", stored)

    def account(self, name: str) -> Account:
        return next(it for it in self.accounts if it.name == name)

    def found(self, call: Call, caller: str, stream: str) -> Stored:
        stored = self.get(stream, call.params["id"])
        if stored is None or not self.is_seen(stored, caller):
            raise not_found()
        return stored

    def get(self, stream: str, id: object) -> Stored | None:
        stored = self.store.find(str(id))
        return stored if stored is not None and stored.stream == stream else None

    def is_seen(self, stored: Stored, caller: str) -> bool:
        """A single-customer user sees what is its customer's, and is told nothing of the rest."""
        only = self.account(caller).customer
        return only is None or _customer_of(stored) == only

    def listed(self, caller: str, stream: str) -> list[Seen]:
        """As the index has them, which is a little late."""
        only = self.account(caller).customer
        seen = self.store.searched(frozenset([stream]))
        found = [it for it in seen if only is None or _customer_of(it[0]) == only]
        return sorted(found, key=lambda it: it[0].first.sequence, reverse=self.newest_first)


def _customer_of(stored: Stored) -> str:
    return stored.id if stored.stream == "customers" else str(stored.values.get("customer_id"))
