"""GitHub for the contract: repositories by hand, and the way to them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from connectors.joined import MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.github.reader import GitHubReader
from syncline_common.connectors.github.records import version_of
from syncline_common.connectors.github.writer import GitHubWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, bearer
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.github import accounts
from syncline_sandbox.github.hub import Hub
from syncline_sandbox.github.repositories import Repo

OWNER, SHOP = "octo-org", "octo-org/shop"
AN_ISSUE: Values = {"title": "It is slow", "body": "Since this morning", "labels": ["bug"]}
A_CHANGED_ISSUE: Values = {"title": "It is fast", "labels": ["bug", "customer"]}
PERSON = "triage-desk"


class Hosted(Strings[Hub]):
    """GitHub by hand: two repositories, and a pull request among the issues."""

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = accounts.ACCOUNTS
        self.shop = Repo(501, OWNER, "shop", labels={"bug": "d73a4a", "customer": "0e8a16"})
        app = Repo(502, OWNER, "app", private=False)
        made = Hub(now=hands, repositories=(self.shop, app), accounts=(replace(ours, token=SECRET), *others))
        super().__init__(made, "issues", hands)

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self.vendor.writing.add(self.shop, {"title": "Mend it"}, PERSON, "pulls")
        self._change(marked, {"body": f"Seen\n\n<!-- syncline:{MARKER} -->"})
        self.vendor.discussion.add(self.vendor.store.records[discussed], "Again", PERSON)
        records = self.vendor.store.records
        self.vendor.family.tie(records[discussed], records[marked], PERSON)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, b"")

    def add(self) -> str:
        return self.vendor.writing.add(self.shop, {"title": "It is slow", "body": "A"}, PERSON).id

    def edit(self, id: str) -> None:
        """In the text. An edit of the title in the very moment in which we write one is not to be noticed: see the ledger."""
        text = self.vendor.store.records[id].values["body"]
        self._change(id, {"body": f"Edited. {text}"})

    def clone(self, id: str) -> str:
        values = self.vendor.store.records[id].values
        copied = {name: values[name] for name in ("title", "body", "labels")}
        return self.vendor.writing.add(self.shop, copied, PERSON).id

    def remove(self, id: str) -> None:
        self.vendor.store.bin(self.vendor.store.records[id], "administrator")

    def bearing(self, marker: str) -> list[str]:
        records = self.vendor.store.records.values()
        return [it.id for it in records if f"<!-- syncline:{marker} -->" in (it.values["body"] or "")]

    def versions(self) -> Mapping[str, str]:
        records = self.vendor.store.records.values()
        there = [it for it in records if it.stream == "issues" and it.deleted_at is None]
        return {it.id: version_of(self.vendor.work.document(it)) for it in there}

    def file(self, name: str, size: int) -> str:
        return self.add()

    def _change(self, id: str, values: dict[str, Any]) -> None:
        self.vendor.writing.change(self.vendor.store.records[id], values, PERSON)


class GitHub(Joined[Hosted]):
    kind, address, made = "github", f"https://github.com/{OWNER}", Hosted
    stream, person = "issues", "triage"
    project: str | None = SHOP
    sample, change, key = AN_ISSUE, A_CHANGED_ISSUE, "title"
    origins: Collection[str] = ("https://api.github.com",)
    asks_nothing: Collection[str] = ("streams",)
    lacks: Collection[str] = ("attachments", "download", "attach", "link to another", "delete")
    ties_by: Collection[str] = ("subissues.create",)

    def auth(self) -> Auth:
        return bearer(SECRET)

    def reader(self, out: Out) -> WholeReader:
        return GitHubReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return GitHubWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "issues.create": Sort.PLAIN,
            "issues.update": Sort.PLAIN,
            "comments.create": Sort.PLAIN,
            "subissues.create": Sort.PLAIN,
        }.get(heard.operation, Sort.READ)


class Counting(Hosted):
    """A server without cursors."""

    def __init__(self) -> None:
        super().__init__()
        self.vendor.reading.cursors = False


class Older(GitHub):
    made = Counting
