"""Syncro for the contract: a company by hand, and the way to it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.syncro.reader import SyncroReader
from syncline_common.connectors.syncro.records import MARKER_PROPERTY, to_record
from syncline_common.connectors.syncro.writer import SyncroWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, bearer
from syncline_common.sdk.ports import Found, Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.syncro.accounts import ACCOUNTS
from syncline_sandbox.syncro.company import Company
from syncline_sandbox.syncro.directory import CUSTOMERS

PERSON = "Service Desk"
CUSTOMER = "1001"  # the first record of all
A_TICKET: Values = {"subject": "It is slow", "customer_id": CUSTOMER}
A_CHANGED_TICKET: Values = {"subject": "It is fast"}
A_CUSTOMER: Values = {"business_name": "Contoso", "city": "Oslo"}
A_CHANGED_CUSTOMER: Values = {"business_name": "Contoso Ltd"}
MARKED = Found(marker_field=MARKER_PROPERTY, marker_streams=("customers",))


class Companied(Strings[Company]):
    """A company at Syncro, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = ACCOUNTS
        made = Company(now=hands, accounts=(replace(ours, token=SECRET), *others))
        super().__init__(made, "tickets", hands)
        customer = made.create("customers", {"business_name": "Contoso"}, PERSON)
        assert customer.id == CUSTOMER
        made.ledger.effects.clear()

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self.vendor.edit(marked, {"tag_list": ["printer", MARKER]}, PERSON)
        self.vendor.edit(discussed, {"comment": "Again"}, PERSON)
        self.vendor.discussion.keep(self.vendor.store.records[discussed], "screen.png", FILE, PERSON)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        return self.vendor.create("tickets", A_TICKET, PERSON).id

    def edit(self, id: str) -> None:
        words = self.vendor.store.records[id].values["subject"]
        self.vendor.edit(id, {"subject": f"{words}."}, PERSON)

    def clone(self, id: str) -> str:
        return self.vendor.create("tickets", self.vendor.store.records[id].values, PERSON).id

    def remove(self, id: str) -> None:
        self.vendor.store.destroy(self.vendor.store.records[id], PERSON)

    def versions(self) -> Mapping[str, str]:
        """Syncro counts no edits: the version is what is told of the record, in the form that it has alone."""
        return {id: to_record(self._alone(id), "tickets").version for id in super().versions()}

    def bearing(self, marker: str) -> list[str]:
        records = self.vendor.store.records.values()
        return [it.id for it in records if marker in it.values.get("tag_list", ())]

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self.vendor.discussion.keep(self.vendor.store.records[id], name, bytes(size), PERSON)
        return id

    def _alone(self, id: str) -> Any:
        return json.loads(json.dumps(self.vendor.tickets.alone(self.vendor.store.records[id])))


class Customered(Companied):
    """The same, of whose records the customers are looked at. The first is one, too."""

    def __init__(self) -> None:
        super().__init__()
        self._stream = "customers"
        self.vendor.store.records.clear()

    def furnish(self) -> Scene:
        plain, marked, other = self.fill(3, per_second=1)
        self.vendor.edit(marked, {"properties": {MARKER_PROPERTY: MARKER}}, PERSON)
        self.move(3)
        return Scene([plain, marked, other], marked, MARKER, other, b"")

    def add(self) -> str:
        return self.vendor.create("customers", A_CUSTOMER, PERSON).id

    def edit(self, id: str) -> None:
        name = self.vendor.store.records[id].values["business_name"]
        self.vendor.edit(id, {"business_name": f"{name}."}, PERSON)

    def clone(self, id: str) -> str:
        return self.vendor.create("customers", self.vendor.store.records[id].values, PERSON).id

    def versions(self) -> Mapping[str, str]:
        rows = ((id, self._row(id)) for id in Strings.versions(self))
        return {id: to_record(row, "customers").version for id, row in rows}

    def bearing(self, marker: str) -> list[str]:
        records = self.vendor.store.records.values()
        return [it.id for it in records if it.values["properties"].get(MARKER_PROPERTY) == marker]

    def _row(self, id: str) -> Any:
        stored = self.vendor.store.records[id]
        return json.loads(json.dumps(self.vendor.directory.row((stored, stored.latest), CUSTOMERS)))


class Syncro(Joined[Companied]):
    kind, address, made = "syncro", Company.address, Companied
    stream, person = "tickets", "service"
    project: str | None = None
    sample, change, key = A_TICKET, A_CHANGED_TICKET, "subject"
    asks_nothing: Collection[str] = ("projects", "streams")
    lacks: Collection[str] = ("attach", "ties", "link to a parent", "link to another")
    changes_by: Collection[str] = ("PUT",)

    def auth(self) -> Auth:
        return bearer(SECRET)

    def reader(self, out: Out) -> WholeReader:
        return SyncroReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return SyncroWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "ticket.create": Sort.PLAIN,
            "customer.create": Sort.PLAIN,
            "asset.create": Sort.PLAIN,
            "ticket.update": Sort.PLAIN,
            "customer.update": Sort.PLAIN,
            "ticket.delete": Sort.DELETE,
            "ticket.comment": Sort.PLAIN,
            "attachment.file": Sort.FILE,
        }.get(heard.operation, Sort.READ)


class SyncroCustomers(Syncro):
    """Organizations, after a check that has found the field for our markers."""

    made = Customered
    stream, sample, change, key = "customers", A_CUSTOMER, A_CHANGED_CUSTOMER, "business_name"
    lacks: Collection[str] = (
        *Syncro.lacks,
        "comments",
        "attachments",
        "download",
        "comment",
        "close",
        "delete",
    )

    def reader(self, out: Out) -> WholeReader:
        return SyncroReader(out, MARKED)

    def writer(self, out: Out) -> WholeWriter:
        return SyncroWriter(out, MARKED)
