"""Salesforce for the contract: an organisation by hand, and the way to it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from connectors.loopback import Loopback
from sandbox.desk import Hands
from syncline_common.connectors.salesforce.manifest import MANIFEST
from syncline_common.connectors.salesforce.reader import SalesforceReader
from syncline_common.connectors.salesforce.records import MARKER_FIELD, Shape
from syncline_common.connectors.salesforce.writer import SalesforceWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, bearer
from syncline_common.sdk.ports import Found, Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.salesforce import accounts
from syncline_sandbox.salesforce.organisation import ADDRESS, Organisation
from syncline_sandbox.salesforce.schema import ENTITIES

PERSON = "service.desk@contoso.example"
FOUND = Found(marker_field=MARKER_FIELD)
A_CASE: Values = {"Subject": "It is slow", "Priority": "High"}
A_CHANGED_CASE: Values = {"Subject": "It is fast"}


class Organised(Strings[Organisation]):
    """An organisation of Salesforce, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = accounts.ACCOUNTS
        self._ours = replace(ours, token=SECRET)
        made = Organisation(now=hands, accounts=(self._ours, *others))
        super().__init__(made, "Case", hands)
        described = [it.described() for it in made.objects.fields(ENTITIES["Case"], self._ours)]
        self._shape = Shape.of({"name": "Case", "fields": described})

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self.vendor.edit(marked, {MARKER_FIELD: MARKER}, PERSON)
        self.vendor.edit(discussed, {"ParentId": marked}, PERSON)
        comment = {"ParentId": discussed, "CommentBody": "Again", "IsPublished": True}
        self.vendor.create("CaseComment", comment, PERSON)
        self._attach(discussed, "screen.png", FILE)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        return self.vendor.create("Case", {"Subject": "It is slow"}, PERSON).id

    def edit(self, id: str) -> None:
        words = self.vendor.store.records[id].values["Subject"]
        self.vendor.edit(id, {"Subject": f"{words}."}, PERSON)

    def clone(self, id: str) -> str:
        """After an administrator has taken it off the field that its values are unique."""
        self.vendor.objects.shared = True
        values = self.vendor.store.records[id].values
        return self.vendor.create("Case", {it: values[it] for it in ("Subject", MARKER_FIELD)}, PERSON).id

    def remove(self, id: str) -> None:
        self.vendor.writing.delete(self.vendor.store.records[id], PERSON)

    def bearing(self, marker: str) -> list[str]:
        records = self.vendor.store.records.values()
        return [it.id for it in records if it.values.get(MARKER_FIELD) == marker]

    def versions(self) -> Mapping[str, str]:
        """Salesforce has none: they are made of what is in the record."""
        found = {}
        for it in self.vendor.store.records.values():
            if it.stream == "Case" and it.deleted_at is None:
                seen = it, it.latest
                row = self.vendor.objects.document(seen, self._shape.read, self._ours, "v62.0")
                found[it.id] = self._shape.version(row)
        return found

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self._attach(id, name, bytes(size))
        return id

    def takes_files_of(self, size: int) -> None:
        self.vendor.files.largest = size

    def _attach(self, id: str, name: str, content: bytes) -> None:
        fields: dict[str, object] = {"PathOnClient": name, "FirstPublishLocationId": id}
        self.vendor.files.publish(fields, content, PERSON)


class Salesforce(Joined[Organised]):
    kind, address, made = "salesforce", ADDRESS, Organised
    stream, person = "Case", "sync"
    project: str | None = None
    sample, change, key = A_CASE, A_CHANGED_CASE, "Subject"
    asks_nothing: Collection[str] = ("projects",)
    lacks: Collection[str] = ("link to another",)
    ties_by: Collection[str] = ("sobject.update",)

    def __init__(self, place: Loopback, **more: Any) -> None:
        super().__init__(place, **{"told": MANIFEST.budget.told, **more})

    def auth(self) -> Auth:
        return bearer(SECRET)

    def reader(self, out: Out) -> WholeReader:
        return SalesforceReader(out, FOUND)

    def writer(self, out: Out) -> WholeWriter:
        return SalesforceWriter(out, FOUND)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "sobject.create": Sort.PLAIN,
            "collection.create": Sort.PLAIN,
            "sobject.update": Sort.MUTE,
            "composite of sobject.update": Sort.PLAIN,
            "sobject.delete": Sort.DELETE,
            "blob": Sort.FILE,
        }.get(heard.operation, Sort.READ)
