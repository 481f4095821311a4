"""Jira Cloud for the contract: a site by hand, and the way to it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.connectors.jira.records import to_record
from syncline_common.connectors.jira.writer import JiraWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, basic
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.jira import accounts
from syncline_sandbox.jira.adf import plain
from syncline_sandbox.jira.catalogue import FIELDS
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.site import Site

PERSON = "Triage Desk"
A_BUG: Values = {
    "summary": "It is slow",
    "description": "One line,\nand another.\n\nA paragraph.",
    "labels": ["customer"],
    "customfield_10031": "Contoso",
    "customfield_10033": "Major",
}
A_CHANGED_BUG: Values = {"summary": "It is fast", "customfield_10035": 5}


class Sited(Strings[Site]):
    """A site of Jira Cloud, by hand."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = accounts.ACCOUNTS
        made = Site(now=hands, accounts=(replace(ours, token=SECRET), *others))
        super().__init__(made, "Bug", hands)
        self.us, self._documents = ours.id, Documents(made.board)

    def furnish(self) -> Scene:
        plainly, marked, discussed = self.fill(3, per_second=1)
        self.vendor.edit(marked, {"labels": ["customer", MARKER]}, PERSON)
        board, store = self.vendor.board, self.vendor.store
        by = board.account(PERSON).id
        self.vendor.discussion.keep(store.records[discussed], plain("Again"), by)
        self.vendor.files.keep(store.records[discussed], "screen.png", FILE, "image/png", by)
        self.vendor.linking.keep("Relates", store.records[plainly], store.records[discussed], by)
        self.move(3)
        return Scene([plainly, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        values = {"summary": "It is slow", "labels": ["customer"], "description": "Somebody called."}
        return self.vendor.create("Bug", values, PERSON).id

    def edit(self, id: str) -> None:
        words = self.vendor.store.records[id].values["summary"]
        self.vendor.edit(id, {"summary": f"{words}."}, PERSON)

    def clone(self, id: str) -> str:
        values = self.vendor.store.records[id].values
        return self.vendor.create(
            "Bug", {"summary": values["summary"], "labels": values["labels"]}, PERSON
        ).id

    def remove(self, id: str) -> None:
        self.vendor.issues.destroy(self.vendor.store.records[id], PERSON)

    def versions(self) -> Mapping[str, str]:
        """The vendor counts none: a version is made of what an issue shows, and read here as it is shown."""
        fields = {it.id: {"schema": it.schema} for it in FIELDS.values()}
        there = [it for it in self.vendor.store.records.values() if it.stream == "Bug"]
        shown = {it.id: self._documents.issue(it, self.us, ("*all", "-subtasks")) for it in there}
        return {id: to_record(it, "Bug", fields).version for id, it in shown.items()}

    def bearing(self, marker: str) -> list[str]:
        return [it.id for it in self.vendor.store.records.values() if marker in it.values["labels"]]

    def file(self, name: str, size: int) -> str:
        id = self.add()
        by = self.vendor.board.account(PERSON).id
        self.vendor.files.keep(self.vendor.store.records[id], name, bytes(size), "image/png", by)
        return id

    def takes_files_of(self, size: int) -> None:
        self.vendor.board.largest_file = size


class Jira(Joined[Sited]):
    kind, address, made = "jira", "https://sandbox.atlassian.net", Sited
    stream, person = "Bug", "triage"
    project: str | None = "WEB"
    sample, change, key = A_BUG, A_CHANGED_BUG, "summary"
    lacks: Collection[str] = ("link to a parent",)  # of the same type there is none: see test_ties
    changes_by: Collection[str] = ("PUT",)
    ties_by: Collection[str] = ("link.create",)

    def auth(self) -> Auth:
        return basic("sync@fabrikam.example", SECRET)

    def reader(self, out: Out) -> WholeReader:
        return JiraReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return JiraWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "issue.create": Sort.PLAIN,
            "issue.bulk of issue.create": Sort.PLAIN,
            "issue.update": Sort.PLAIN,
            "issue.delete": Sort.DELETE,
            "transition.do": Sort.MUTE,
            "comment.create": Sort.PLAIN,
            "attachment.create": Sort.PLAIN,
            "attachment.content": Sort.FILE,
            "link.create": Sort.MUTE,
        }.get(heard.operation, Sort.READ)
