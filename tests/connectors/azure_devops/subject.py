"""Azure DevOps for the contract: an organization by hand, and the way to it."""

from collections.abc import Collection
from dataclasses import replace

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import FABRIKAM, Hands
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.azure_devops.writer import AzureDevOpsWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, basic
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.azure_devops import accounts, linking
from syncline_sandbox.azure_devops.boards import Attachment, item_url
from syncline_sandbox.azure_devops.linking import PARENT
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.azure_devops.patching import Patch

A_BUG: Values = {"System.Title": "It is slow", "System.Tags": ["customer"], "Custom.Customer": "Contoso"}
A_CHANGED_BUG: Values = {"System.Title": "It is fast", "System.State": "Active"}


class Organised(Strings[Organisation]):
    """An organization of Azure DevOps, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = accounts.ACCOUNTS
        ours = replace(ours, token=SECRET, scopes=accounts.EVERYTHING)
        made = Organisation(now=hands, projects=(FABRIKAM,), accounts=(ours, *others))
        super().__init__(made, "Bug", hands)
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


class AzureDevOps(Joined[Organised]):
    kind, address, made = "azure_devops", "https://dev.azure.com/sandbox", Organised
    stream, person = "Bug", "triage"
    project: str | None = FABRIKAM.name
    sample, change, key = A_BUG, A_CHANGED_BUG, "System.Title"
    ties_by: Collection[str] = ("workitems.update",)

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
            "workitems.update": Sort.PLAIN,
            "workitems.batch of workitems.create": Sort.PLAIN,
            "workitems.batch of workitems.update": Sort.PLAIN,
            "workitems.delete": Sort.DELETE,
            "attachments.create": Sort.STAGED,
            "attachments.get": Sort.FILE,
        }.get(heard.operation, Sort.READ)
