"""What a connector has to be able to do, and the ledger that says of each point how it stands."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

POINTS: Final = {
    "check": "The credential, reading and writing are proven, and nothing visible is written",
    "refusals": "A wrong secret, a missing scope and a sign-in page are told apart",
    "projects": "Projects are listed",
    "streams": "Record types are listed",
    "fields": "Fields are described: type, choices, required, read-only",
    "people": "People are found by name",
    "changes": "Changes come ordered, go on after any page, and end with the vendor's own mark",
    "busy_second": "More changes in one moment than fit a page are all read",
    "inventory": "Everything there is goes by, by id",
    "fetch": "Records are fetched in bulk; what is gone is missing; what is empty is empty",
    "find": "A marker is found, the oldest record first, and compared",
    "create": "A create leaves the marker, and nothing is sent that the vendor would drop without a word",
    "update": "An update never overwrites an edit that it has not seen",
    "close": "A record is closed in the vendor's own way",
    "delete": "Deleting can be undone where the vendor allows it, and spares what was edited",
    "comments": "Comments are read, public and internal apart",
    "comment": "A comment is written, and an internal one never where others would see it",
    "comment_edits": "Edits of comments are carried over",
    "attachments": "Attachments are listed, sent and fetched, of any size in little memory",
    "ties": "Ties to other records, parents and related ones, are read, and made once",
    "links": "Links and parents are carried over",
    "deletions": "Deletions are seen before the daily sweep",
    "rich_text": "Formatted text becomes the neutral tree and back",
    "mentions": "People are mentioned, and neutralised where they are not known",
    "inline_images": "Images in texts are carried over",
    "webhooks": "Webhooks are verified and become hints",
    "subscriptions": "Webhooks are subscribed to",
    "batch_writes": "Records are written in batches",
    "contract": "It passes the tests that every connector passes, on a simulated system",
    "live": "It was tried on a system of the vendor's",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """What nobody could verify, and the safe way that was chosen."""

    claim: str
    choice: str


@dataclass(frozen=True, slots=True)
class Ledger:
    done: dict[str, str]  # the test that shows it
    todo: dict[str, str]  # what is missing
    exempt: dict[str, str]  # why the vendor has no such thing
    doubts: tuple[Doubt, ...]


@cache
def ledger_of(kind: str) -> Ledger:
    text = files("syncline_common.connectors").joinpath(kind, "quality.toml").read_text()
    told: dict[str, Any] = tomllib.loads(text)
    doubts = tuple(Doubt(**it) for it in told.get("unverified", []))
    return Ledger(told["done"], told.get("todo", {}), told.get("exempt", {}), doubts)
