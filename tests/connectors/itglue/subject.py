"""IT Glue for the contract: an account by hand, and the way to it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from connectors.joined import FILE, MARKER, SECRET, Joined, Strings
from sandbox.desk import Hands
from syncline_common.connectors.itglue.reader import ItGlueReader
from syncline_common.connectors.itglue.records import LINE, to_record
from syncline_common.connectors.itglue.writer import ItGlueWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.auth import Auth, Secret
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_common.testing.contract.subject import Heard, Scene, Sort
from syncline_sandbox.itglue.glue import API, Glue
from syncline_sandbox.itglue.keys import ACCOUNTS

PERSON = "Service Desk"
OWNER = "1001"  # the first record of all
A_CONFIGURATION: Values = {"name": "PC-1", "configuration_type_id": "11", "serial_number": "PF3"}
OWNED: Values = {**A_CONFIGURATION, "organization_id": OWNER}
A_CHANGED_CONFIGURATION: Values = {"name": "PC-2"}
AN_ORGANIZATION: Values = {"name": "Contoso", "short_name": "CTS"}
A_CHANGED_ORGANIZATION: Values = {"name": "Contoso Ltd"}


class Glued(Strings[Glue]):
    """An account at IT Glue, by hand."""

    stream, text = "configurations", "notes"  # ... that bears the marker
    new: Values = OWNED

    def __init__(self) -> None:
        hands = Hands()
        ours, *others = ACCOUNTS
        made = Glue(now=hands, accounts=(replace(ours, key=SECRET), *others))
        super().__init__(made, self.stream, hands)
        owner = made.create("organizations", {"name": "Contoso"}, PERSON)
        assert owner.id == OWNER
        self.move(600)  # it has been there for a while
        made.ledger.effects.clear()

    def furnish(self) -> Scene:
        plain, marked, discussed = self.fill(3, per_second=1)
        self.vendor.edit(marked, {self.text: f"In the cellar\n{LINE.format(MARKER)}"}, PERSON)
        self.vendor.records.keep(self.vendor.store.records[discussed], "screen.png", FILE, PERSON)
        self.move(3)
        return Scene([plain, marked, discussed], marked, MARKER, discussed, FILE)

    def add(self) -> str:
        return self.vendor.create(self._stream, self.new, PERSON).id

    def edit(self, id: str) -> None:
        name = self.vendor.store.records[id].values["name"]
        self.vendor.edit(id, {"name": f"{name}."}, PERSON)

    def clone(self, id: str) -> str:
        return self.vendor.create(self._stream, self.vendor.store.records[id].values, PERSON).id

    def remove(self, id: str) -> None:
        self.vendor.store.destroy(self.vendor.store.records[id], PERSON)

    def versions(self) -> Mapping[str, str]:
        """IT Glue counts no edits: the version is what is told of the record."""
        records, row = self.vendor.store.records, self.vendor.records.row
        return {
            id: to_record(row((records[id], records[id].latest)), self._stream).version
            for id in super().versions()
        }

    def bearing(self, marker: str) -> list[str]:
        records = self.vendor.store.records.values()
        return [it.id for it in records if marker in str(it.values.get(self.text) or "")]

    def takes_files_of(self, size: int) -> None:
        """No limit is documented."""

    def file(self, name: str, size: int) -> str:
        id = self.add()
        self.vendor.records.keep(self.vendor.store.records[id], name, bytes(size), PERSON)
        return id


class Organized(Glued):
    """The same, of whose records the organizations are looked at."""

    stream, text = "organizations", "description"
    new: Values = AN_ORGANIZATION

    def __init__(self) -> None:
        super().__init__()
        self.vendor.store.records.clear()


class ItGlue(Joined[Glued]):
    kind, address, made = "itglue", Glue.address, Glued
    stream, person = "configurations", "service"
    project: str | None = "Contoso"
    origins: Collection[str] = (API,)
    sample, change, key = A_CONFIGURATION, A_CHANGED_CONFIGURATION, "name"
    lacks: Collection[str] = (
        *("comments", "comment", "ties", "link to a parent", "link to another", "delete"),
    )

    def auth(self) -> Auth:
        return Secret("x-api-key", SECRET)

    def reader(self, out: Out) -> WholeReader:
        return ItGlueReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return ItGlueWriter(out)

    def sort_of(self, heard: Heard) -> Sort:
        if heard.operation == "attachment.file":
            return Sort.FILE
        verb = heard.operation.rpartition(".")[2]
        return Sort.PLAIN if verb in ("create", "update") else Sort.READ


class ItGlueOrganizations(ItGlue):
    """What comes first: devices wait for their organization."""

    made = Organized
    project = None
    stream, sample, change, key = "organizations", AN_ORGANIZATION, A_CHANGED_ORGANIZATION, "name"
    lacks: Collection[str] = (*ItGlue.lacks, "attachments", "download", "attach", "close")
