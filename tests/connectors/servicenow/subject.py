"""ServiceNow for the contract: an instance by hand, and the way to it."""

from collections.abc import Collection
from dataclasses import replace

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.connectors.servicenow.writer import ServiceNowWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, basic
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.servicenow import accounts
from syncline_sandbox.servicenow.instance import Instance

PERSON = "service.desk"
AN_INCIDENT: Values = {"short_description": "It is slow", "impact": "2"}
A_CHANGED_INCIDENT: Values = {"short_description": "It is fast"}


class Instanced(Strings[Instance]):
    """An instance of ServiceNow, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = accounts.ACCOUNTS
        made = Instance(now=hands, accounts=(replace(ours, password=SECRET), *others))
        super().__init__(made, "incident", hands)

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self._change(marked, {"correlation_id": MARKER})
        self._change(discussed, {"parent_incident": marked}, {"comments": "Again"})
        self.vendor.tables.insert("task_rel_task", {"parent": plain, "child": discussed}, PERSON)
        self._attach(discussed, "screen.png", FILE)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        return self.vendor.tables.insert("incident", {"short_description": "It is slow"}, PERSON).id

    def edit(self, id: str) -> None:
        words = self.vendor.store.records[id].values["short_description"]
        self.vendor.edit(id, {"short_description": f"{words}."}, PERSON)

    def clone(self, id: str) -> str:
        values = {name: str(it) for name, it in self.vendor.store.records[id].values.items()}
        return self.vendor.tables.insert("incident", values, PERSON).id

    def remove(self, id: str) -> None:
        self.vendor.store.destroy(self.vendor.store.records[id], PERSON)

    def bearing(self, marker: str) -> list[str]:
        records = self.vendor.store.records.values()
        return [it.id for it in records if it.values.get("correlation_id") == marker]

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self._attach(id, name, bytes(size))
        return id

    def takes_files_of(self, size: int) -> None:
        self.vendor.attachments.largest = size

    def _change(self, id: str, values: dict[str, str], notes: dict[str, str] | None = None) -> None:
        self.vendor.tables.change(self.vendor.store.records[id], values, notes or {}, PERSON)

    def _attach(self, id: str, name: str, content: bytes) -> None:
        self.vendor.attachments.keep(("incident", id, name, "image/png"), content, PERSON)


class ServiceNow(Joined[Instanced]):
    kind, address, made = "servicenow", "https://sandbox.service-now.com", Instanced
    stream, person = "incident", "sync"
    project: str | None = None
    sample, change, key = AN_INCIDENT, A_CHANGED_INCIDENT, "short_description"
    asks_nothing: Collection[str] = ("projects",)
    ties_by: Collection[str] = ("table.update", "table.create")

    def auth(self) -> Auth:
        return basic("sync.account", SECRET)

    def reader(self, out: Out) -> WholeReader:
        return ServiceNowReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return ServiceNowWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "table.create": Sort.PLAIN,
            "table.update": Sort.PLAIN,
            "batch of table.create": Sort.PLAIN,
            "batch of table.update": Sort.PLAIN,
            "table.delete": Sort.DELETE,
            "attachment.create": Sort.PLAIN,
            "attachment.file": Sort.FILE,
        }.get(heard.operation, Sort.READ)
