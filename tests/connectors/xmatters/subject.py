"""xMatters for the contract: a company by hand, and the way to it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.xmatters.columns import SHAPES
from syncline_common.connectors.xmatters.reader import XMattersReader
from syncline_common.connectors.xmatters.records import version
from syncline_common.connectors.xmatters.writer import XMattersWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, basic
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.store import Stored
from syncline_sandbox.xmatters import accounts
from syncline_sandbox.xmatters.company import Company
from syncline_sandbox.xmatters.foundation import DEFAULT_SITE

BY = "administrator"
A_PERSON: Values = {
    "firstName": "Service",
    "lastName": "Desk",
    "roles": ["Standard User"],
    "properties.Cost Centre": "300",
}
A_CHANGED_PERSON: Values = {"firstName": "Night"}
AS_MADE: Mapping[str, Any] = {
    "firstName": "Service",
    "lastName": "Desk",
    "roles": ["Standard User"],
    "supervisors": [],
    "status": "ACTIVE",
    "licenseType": "FULL_USER",
    "language": "en",
    "timezone": "UTC",
    "site": DEFAULT_SITE,
    "externallyOwned": False,
}


class Staffed(Strings[Company]):
    """A company by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = accounts.ACCOUNTS
        super().__init__(
            Company(now=hands, accounts=(replace(ours, secret=SECRET), *others)), "people", hands
        )

    def furnish(self) -> Scene:
        """Who supervises is one more: whoever they supervise changes when they are taken away."""
        plain, other, discussed, marked = self.fill(4, per_second=1)
        self.vendor.edit(marked, {"externalKey": MARKER}, BY)
        self.vendor.edit(discussed, {"supervisors": [marked]}, BY)
        self.move(3)
        return Scene([plain, other, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        """Past the rules, which it keeps: they look at everybody for each."""
        login = f"desk.{len(self.vendor.store.records):05}.{self.vendor.guid()[:4]}"
        values = {**AS_MADE, "targetName": login, "webLogin": login}
        return self.vendor.store.add("people", self.vendor.guid(), values, BY).id

    def edit(self, id: str) -> None:
        words = self._stored(id).values["lastName"]
        self.vendor.store.change(self._stored(id), {"lastName": f"{words}."}, BY)

    def clone(self, id: str) -> str:
        """xMatters has no such button; an import that takes keys along comes closest."""
        values = {**self._stored(id).values, "targetName": "copy", "webLogin": "copy"}
        return self.vendor.store.add("people", self.vendor.guid(), values, BY).id

    def remove(self, id: str) -> None:
        self.vendor.store.destroy(self._stored(id), BY)

    def bearing(self, marker: str) -> list[str]:
        people = self.vendor.store.records.values()
        return [it.id for it in people if it.values.get("externalKey") == marker]

    def versions(self) -> Mapping[str, str]:
        """There is no count of edits: what a person looks like is the version."""
        shown = self.vendor.recipients.documents
        people = self.vendor.store.records.values()
        documents = {it.id: shown.of(it, embed=("roles", "supervisors")) for it in people}
        return {id: version(it, SHAPES["people"]) for id, it in documents.items()}

    def file(self, name: str, size: int) -> str:
        raise NotImplementedError

    def _stored(self, id: str) -> Stored:
        return self.vendor.store.records[id]


class XMatters(Joined[Staffed]):
    kind, address, made = "xmatters", "https://sandbox.xmatters.com", Staffed
    stream, person = "people", "desk"
    project: str | None = None
    sample, change, key = A_PERSON, A_CHANGED_PERSON, "lastName"
    unique = "targetName"
    asks_nothing: Collection[str] = ("projects", "streams")
    lacks: Collection[str] = (
        "comments",
        "comment",
        "attachments",
        "attach",
        "download",
        "link to another",
    )
    changes_by: Collection[str] = ("POST",)
    ties_by: Collection[str] = ("people.update",)

    def auth(self) -> Auth:
        return basic("x-api-key-5f0c2a", SECRET)

    def reader(self, out: Out) -> WholeReader:
        return XMattersReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return XMattersWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "people.create": Sort.PLAIN,
            "people.update": Sort.PLAIN,
            "people.delete": Sort.DELETE,
        }.get(heard.operation, Sort.READ)
