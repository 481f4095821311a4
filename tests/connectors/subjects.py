"""The connectors that are put through the contract, each with its simulated system."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from backing.canaries import CANARY, sings
from connectors.loopback import ELSEWHERE, Loopback
from sandbox.desk import FABRIKAM, Hands
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.azure_devops.writer import AzureDevOpsWriter
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.connectors.servicenow.writer import ServiceNowWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, basic
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Done, Heard, Ports, Scene, Sort
from syncline_sandbox.azure_devops import accounts as azure_devops
from syncline_sandbox.azure_devops import linking
from syncline_sandbox.azure_devops.boards import Attachment, item_url
from syncline_sandbox.azure_devops.linking import PARENT
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.azure_devops.patching import Patch
from syncline_sandbox.faults import Fault
from syncline_sandbox.ledger import Request
from syncline_sandbox.servicenow import accounts as servicenow
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.vendor import Vendor

MARKER = "sl-abcdefghij234567abcd"
FILE = b"\x00\xffcontent\n" * 200
SECRET = f"{CANARY}-of-the-credential"
PERSON = "service.desk"
A_BUG: Values = {"System.Title": "It is slow", "System.Tags": ["customer"], "Custom.Customer": "Contoso"}
A_CHANGED_BUG: Values = {"System.Title": "It is fast", "System.State": "Active"}
AN_INCIDENT: Values = {"short_description": "It is slow", "impact": "2"}
A_CHANGED_INCIDENT: Values = {"short_description": "It is fast"}


class Strings:
    """What is the same in every simulated system."""

    def __init__(self, vendor: Vendor, stream: str, hands: Hands) -> None:
        self._any, self._stream, self._hands = vendor, stream, hands

    def add(self) -> str:
        raise NotImplementedError

    def fill(self, count: int, *, per_second: int) -> list[str]:
        made = []
        for number in range(count):
            if number % per_second == 0:
                self.move(1)
            made.append(self.add())
        return made

    def move(self, seconds: float) -> None:
        self._hands.move(seconds)

    def late(self, seconds: float) -> None:
        self._any.store.lag = timedelta(seconds=seconds)

    def versions(self) -> Mapping[str, str]:
        records = self._any.store.records.values()
        return {
            it.id: str(it.number) for it in records if it.stream == self._stream and it.deleted_at is None
        }

    def order(self, fault: str, *, skip: int = 0, count: int | None = None, operation: str = "*") -> None:
        self._any.faults.order(operation, Fault(fault), count, skip)

    def lift(self) -> None:
        self._any.faults.lift()

    @property
    def heard(self) -> Sequence[Heard]:
        return [Heard(_name(it), it.target) for it in self._any.ledger.requests]

    @property
    def done(self) -> Sequence[Done]:
        return [Done(it.what, it.stream, it.id, it.request) for it in self._any.ledger.effects]


class Organised(Strings):
    """An organization of Azure DevOps, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = azure_devops.ACCOUNTS
        ours = replace(ours, token=SECRET, scopes=azure_devops.EVERYTHING)
        self.vendor = Organisation(now=hands, projects=(FABRIKAM,), accounts=(ours, *others))
        super().__init__(self.vendor, "Bug", hands)
        self._by = "triage@fabrikam.example"

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self._tag(marked, MARKER)
        self.vendor.writing.change(
            self.vendor.boards.item(discussed), {"System.History": "<p>Again</p>"}, self._by, self._now()
        )
        self._attach(discussed, "screen.png", FILE)
        self._tie(discussed, PARENT, marked)
        self._tie(plain, "System.LinkTypes.Related", discussed)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        boards = self.vendor.boards
        boards.last_id += 1
        at = boards.now_text()
        values = {
            "System.TeamProject": FABRIKAM.name,
            "System.WorkItemType": "Bug",
            "System.AreaPath": FABRIKAM.name,
            "System.IterationPath": FABRIKAM.name,
            "System.Title": f"Number {boards.last_id}",
            "System.State": "New",
            "System.Reason": "New",
            "System.CreatedDate": at,
            "System.CreatedBy": self._by,
            "System.ChangedDate": at,
            "System.ChangedBy": self._by,
            "System.CommentCount": 0,
            "System.Tags": "customer",
        }
        return self.vendor.store.add("Bug", str(boards.last_id), values, self._by).id

    def edit(self, id: str) -> None:
        stored = self.vendor.boards.item(id)
        self.vendor.edit(id, {"System.Title": f"{stored.values['System.Title']}, edited"}, "Triage Desk")

    def clone(self, id: str) -> str:
        original, copy = self.vendor.boards.item(id), self.add()
        self._tag(copy, original.values["System.Tags"])
        return copy

    def remove(self, id: str) -> None:
        self.vendor.store.bin(self.vendor.boards.item(id), self._by)

    def bearing(self, marker: str) -> list[str]:
        tags = {it.id: str(it.values.get("System.Tags")) for it in self.vendor.store.records.values()}
        return [id for id, it in tags.items() if marker in it]

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self._attach(id, name, bytes(size))
        return id

    def takes_files_of(self, size: int) -> None:
        self.vendor.boards.caps.attachment_bytes = size

    def _now(self) -> str:
        return self.vendor.boards.now_text()

    def _tag(self, id: str, tags: str) -> None:
        stored = self.vendor.boards.item(id)
        self.vendor.writing.change(stored, {"System.Tags": tags}, self._by, self._now())

    def _tie(self, id: str, rel: str, other: str) -> None:
        boards, base = self.vendor.boards, self.vendor.address
        patch = Patch(added=[{"rel": rel, "url": item_url(base, other)}])
        linking.apply(boards, boards.item(id), patch, self._by, base)

    def _attach(self, id: str, name: str, content: bytes) -> None:
        boards, own = self.vendor.boards, self.vendor.guid()
        boards.attachments[own] = Attachment(own, name, content)
        url = f"{self.vendor.address}/_apis/wit/attachments/{own}"
        relation = {
            "rel": "AttachedFile",
            "url": url,
            "attributes": {"name": name, "resourceSize": len(content)},
        }
        boards.relations.setdefault(id, []).append(relation)


class Instanced(Strings):
    """An instance of ServiceNow, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = servicenow.ACCOUNTS
        self.vendor = Instance(now=hands, accounts=(replace(ours, password=SECRET), *others))
        super().__init__(self.vendor, "incident", hands)

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


class Joined:
    """What is the same for every subject."""

    kind: str
    address: str
    made: type[Organised] | type[Instanced]
    stream: str
    project: str | None
    person: str
    sample: Values
    change: Values
    key: str
    asks_nothing: Collection[str] = ()
    gateway: type[Gateway] = Gateway
    secret: str = SECRET
    elsewhere: str = ELSEWHERE

    def __init__(self, place: Loopback, **more: Any) -> None:
        self._place, self._more = place, more
        place.file = FILE

    def system(self) -> Organised | Instanced:
        made = self.made()
        self._place.put(made.vendor)
        return made

    def ports(self, wrap: Callable[[Out], Out] | None = None) -> Ports:
        gateway: Out = self._place.gateway(self.kind, self.address, self.auth(), self.gateway, **self._more)
        out = wrap(gateway) if wrap else gateway
        return Ports(self.reader(out), self.writer(out))

    def heard_elsewhere(self) -> Sequence[str]:
        return self._place.heard_elsewhere

    def sings(self, text: str) -> bool:
        return sings(text.encode(errors="replace"))

    def auth(self) -> Auth:
        raise NotImplementedError

    def reader(self, out: Out) -> WholeReader:
        raise NotImplementedError

    def writer(self, out: Out) -> WholeWriter:
        raise NotImplementedError


class AzureDevOps(Joined):
    kind, address, made = "azure_devops", "https://dev.azure.com/sandbox", Organised
    stream, person = "Bug", "triage"
    project: str | None = FABRIKAM.name
    sample, change, key = A_BUG, A_CHANGED_BUG, "System.Title"

    def auth(self) -> Auth:
        return basic("", SECRET)

    def reader(self, out: Out) -> WholeReader:
        return AzureDevOpsReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return AzureDevOpsWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        if "validateOnly=true" in heard.target:
            return Sort.READ
        return {
            "workitems.create": Sort.PLAIN,
            "comments.create": Sort.PLAIN,
            "workitems.update": Sort.TESTED,
            "workitems.batch of workitems.create": Sort.PLAIN,
            "workitems.batch of workitems.update": Sort.TESTED,
            "workitems.delete": Sort.DELETE,
            "attachments.create": Sort.STAGED,
            "attachments.get": Sort.FILE,
        }.get(heard.operation, Sort.READ)


class ServiceNow(Joined):
    kind, address, made = "servicenow", "https://sandbox.service-now.com", Instanced
    stream, person = "incident", "sync"
    project: str | None = None
    sample, change, key = AN_INCIDENT, A_CHANGED_INCIDENT, "short_description"
    asks_nothing: Collection[str] = ("projects",)

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


SUBJECTS: Mapping[str, type[AzureDevOps] | type[ServiceNow]] = {
    it.kind: it for it in (AzureDevOps, ServiceNow)
}


def _name(request: Request) -> str:
    """Of a batch, what it is made of says what it means when it goes wrong."""
    return f"{request.operation} of {request.within[0]}" if request.within else request.operation
