"""Zendesk Support for the contract: an account by hand, and the way to it."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.zendesk.reader import ZendeskReader
from syncline_common.connectors.zendesk.records import version_of
from syncline_common.connectors.zendesk.writer import ZendeskWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, bearer
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.store import Stored
from syncline_sandbox.zendesk.helpdesk import Helpdesk
from syncline_sandbox.zendesk.people import SYNC, OAuthToken

TRIAGE = "triage@fabrikam.example"
A_TICKET: Values = {"subject": "It is slow", "description": "Since this morning", "priority": "high"}
A_CHANGED_TICKET: Values = {"subject": "It is fast"}


class Helped(Strings[Helpdesk]):
    """An account of Zendesk Support, by hand. Its blind minute begins when it is told to be late."""

    def __init__(self) -> None:
        hands = Hands()
        made = Helpdesk(now=hands, oauth_tokens=(OAuthToken(SECRET, SYNC.email, ("read", "write")),))
        made.desk.caps.blind, made.desk.exports.limit = timedelta(0), None
        super().__init__(made, "tickets", hands)

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self._change(plain, {"type": "incident"})
        self._change(marked, {"external_id": MARKER})
        self._change(discussed, {"type": "incident", "problem_id": int(marked)})
        self._note(discussed, {"body": "Again"})
        self._attach(discussed, "screen.png", FILE)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        """A problem, so that it may stand above an incident."""
        given = {"subject": "It is slow", "description": "Since this morning", "type": "problem"}
        return self._add(given).id

    def edit(self, id: str) -> None:
        words = self.vendor.store.records[id].values["subject"]
        self.vendor.edit(id, {"subject": f"{words}."}, TRIAGE)

    def clone(self, id: str) -> str:
        values = self.vendor.store.records[id].values
        names = ("subject", "description", "type", "priority", "external_id")
        return self._add({name: values[name] for name in names}).id

    def remove(self, id: str) -> None:
        self.vendor.tickets.bin(self.vendor.store.records[id], TRIAGE)

    def versions(self) -> Mapping[str, str]:
        """By what the vendor shows: it has no number of its own for them."""
        return {it.id: version_of(self.vendor.desk.document(it)) for it in self.vendor.desk.tickets()}

    def bearing(self, marker: str) -> list[str]:
        return [it.id for it in self.vendor.desk.tickets() if it.values["external_id"] == marker]

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self._attach(id, name, bytes(size))
        return id

    def takes_files_of(self, size: int) -> None:
        self.vendor.desk.caps.file_bytes = size

    def _add(self, given: Values) -> Stored:
        desk = self.vendor.desk
        return self.vendor.writing.add(dict(given), None, None, desk.user(TRIAGE))[0]

    def _change(self, id: str, values: Values) -> None:
        self.vendor.edit(id, values, TRIAGE)

    def _note(self, id: str, said: Values) -> None:
        vendor = self.vendor
        vendor.writing.change(vendor.desk.ticket(id), {}, dict(said), None, vendor.desk.user(TRIAGE))

    def _attach(self, id: str, name: str, content: bytes) -> None:
        kept = self.vendor.discussion.keep(name, "image/png", content)
        token = self.vendor.discussion.bring(kept)
        self._note(id, {"body": "See", "uploads": [token]})


class Zendesk(Joined[Helped]):
    kind, address, made = "zendesk", "https://sandbox.zendesk.com", Helped
    stream, person = "tickets", "sync"
    project: str | None = None
    sample, change, key = A_TICKET, A_CHANGED_TICKET, "subject"
    lacks: Collection[str] = ("link to another",)
    changes_by: Collection[str] = ("PUT",)
    ties_by: Collection[str] = ("ticket.update",)

    def auth(self) -> Auth:
        return bearer(SECRET)

    def reader(self, out: Out) -> WholeReader:
        return ZendeskReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return ZendeskWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        return {
            "ticket.create": Sort.PLAIN,
            "ticket.update": Sort.PLAIN,
            "ticket.delete": Sort.DELETE,
            "upload.create": Sort.STAGED,
            "attachment.content": Sort.FILE,
        }.get(heard.operation, Sort.READ)
