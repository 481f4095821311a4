"""Freshservice for the contract: a service desk by hand, and the way to it."""

from collections.abc import Collection

from connectors.freshworks.strings import HelpDesked
from connectors.freshworks.subject import Helped
from syncline_common.connectors.freshservice.reader import FreshserviceReader
from syncline_common.connectors.freshservice.writer import FreshserviceWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_sandbox.freshservice.servicedesk import Freshservice as Account

A_TICKET: Values = {
    "subject": "It is slow",
    "description": "<div>Since this morning</div>",
    "urgency": 2,
    "tags": ["customer"],
    "custom_fields.reference": "ORD-1",
}


class Accounted(HelpDesked[Account]):
    """An account of Freshservice, by hand."""

    made_of = Account
    content = (
        *("subject", "type", "status", "priority", "source", "requester_id", "responder_id"),
        *("group_id", "department_id", "urgency", "impact", "category", "sub_category", "item_category"),
        "workspace_id",
    )

    def of_new(self) -> dict[str, object]:
        """Every third is in another workspace."""
        return {"tags": ["customer"], "workspace_id": 3 if self._count % 3 == 0 else 2}

    def _tie(self, id: str, parent: str) -> None:
        """There are no ties."""


class Freshservice(Helped[Accounted]):
    kind, address, made = "freshservice", "https://sandbox.freshservice.com", Accounted
    project: str | None = "IT"
    sample, change, key = A_TICKET, {"priority": 3, "custom_fields.visits": 7}, "subject"
    asks_nothing: Collection[str] = ()
    lacks: Collection[str] = ("ties", "link to a parent", "link to another")

    def reader(self, out: Out) -> WholeReader:
        return FreshserviceReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return FreshserviceWriter(out)
