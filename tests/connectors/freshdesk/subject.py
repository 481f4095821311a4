"""Freshdesk for the contract: a help desk by hand, and the way to it."""

from collections.abc import Collection

from connectors.freshworks.strings import HelpDesked
from connectors.freshworks.subject import Helped
from syncline_common.connectors.freshdesk.reader import FreshdeskReader
from syncline_common.connectors.freshdesk.writer import FreshdeskWriter
from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import Out, WholeReader, WholeWriter
from syncline_sandbox.freshdesk.helpdesk import Freshdesk as Account

KEY = "custom_fields.cf_reference"
A_TICKET: Values = {
    "subject": "It is slow",
    "description": "<div>Since this morning</div>",
    "priority": 2,
    "tags": ["customer"],
    KEY: "ORD-1",
}


class Accounted(HelpDesked[Account]):
    """An account of Freshdesk, by hand."""

    made_of = Account
    content = (
        *("subject", "type", "status", "priority", "source", "requester_id", "responder_id"),
        *("group_id", "product_id", "company_id"),
    )

    def of_new(self) -> dict[str, object]:
        return {"tags": ["customer"], "custom_fields": {"cf_reference": f"ORD-{self._count}"}}


class Freshdesk(Helped[Accounted]):
    kind, address, made = "freshdesk", "https://sandbox.freshdesk.com", Accounted
    project: str | None = None
    sample, change, key = A_TICKET, {"priority": 3, KEY: "ORD-99"}, KEY
    asks_nothing: Collection[str] = ("projects", "streams")
    lacks: Collection[str] = ("link to another",)
    ties_by: Collection[str] = ("ticket.update",)

    def reader(self, out: Out) -> WholeReader:
        return FreshdeskReader(out)

    def writer(self, out: Out) -> WholeWriter:
        return FreshdeskWriter(out)
