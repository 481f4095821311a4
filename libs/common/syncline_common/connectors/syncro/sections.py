"""The kinds of records that a company at Syncro holds: where each is, how it is wrapped, and which fields it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline_common.configuration.facts import FieldFacts
from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import FieldType

DESCRIPTION = "description"  # the first comment of a ticket, which only a new one can be given
ASSET_TYPE = "asset_type"
PROPERTIES = "properties."  # what is behind it is the name of a field of the company's own
NUMBERS = frozenset(  # on the wire; elsewhere an id is a text
    [
        *("customer_id", "contact_id", "user_id", "ticket_type_id", "location_id"),
        *("tax_rate_id", "ref_customer_id"),
    ]
)
AGENT = {  # as its agent tells
    "manufacturer": "Manufacturer",
    "model": "Model",
    "serial_number": "Serial number of the machine",
    "form_factor": "Form factor",
    "domain": "Domain",
    "os": "Operating system",
    "mac_addresses": "MAC addresses",
    "ip_addresses": "IP addresses",
}


@dataclass(frozen=True, slots=True)
class Section:
    stream: str
    label: str
    many: str  # what a list is wrapped in
    one: str  # what a single one is wrapped in; "" if it comes bare
    fields: tuple[FieldFacts, ...]
    searched: tuple[str, ...]  # fields that a list can be asked by
    query: bool = True  # a list can be searched by words
    own_fields: bool = True  # those of the company's own can be written
    since: bool = False  # a list can be asked for what has changed
    listing: Mapping[str, str] = field(default_factory=dict)  # what shows all there are

    @property
    def path(self) -> str:
        return f"/api/v1/{self.stream}"

    @property
    def by_name(self) -> Mapping[str, FieldFacts]:
        return {it.name: it for it in self.fields}


def _text(name: str, label: str, *, required: bool = False) -> FieldFacts:
    return FieldFacts(name, label, required_on_create=required)


def _kept(name: str, label: str, kind: FieldType = FieldType.TEXT) -> FieldFacts:
    """By Syncro, whatever is sent."""
    return FieldFacts(name, label, kind, writable=False)


def _of(kind: FieldType, **fields: str) -> tuple[FieldFacts, ...]:
    return tuple(FieldFacts(name, label, kind) for name, label in fields.items())


def _texts(**fields: str) -> tuple[FieldFacts, ...]:
    return _of(FieldType.TEXT, **fields)


PLACE = _texts(city="City", state="State", zip="Zip")
TICKETS = Section(
    "tickets",
    "Ticket",
    "tickets",
    "ticket",
    (
        _kept("number", "Number"),
        _text("subject", "Subject", required=True),
        _text(DESCRIPTION, "Initial issue"),
        _text("customer_id", "Customer", required=True),
        _text("contact_id", "Contact"),
        FieldFacts("user_id", "Assigned to", FieldType.PERSON),
        *_of(
            FieldType.CHOICE,
            status="Status",
            priority="Priority",
            problem_type="Problem type",
            ticket_type_id="Ticket type",
        ),
        *_of(FieldType.INSTANT, due_date="Due", start_at="Start", end_at="End"),
        FieldFacts("tag_list", "Tags", FieldType.LIST),
        _text("location_id", "Location"),
        _kept("customer_business_then_name", "Customer's name"),
        _kept("resolved_at", "Resolved", FieldType.INSTANT),
    ),
    searched=("number", "status", "customer_id", "contact_id", "user_id"),
    since=True,
)
CUSTOMERS = Section(
    "customers",
    "Customer",
    "customers",
    "customer",
    (
        *_texts(business_name="Business name", firstname="First name", lastname="Last name", email="E-mail"),
        *_texts(phone="Phone", mobile="Mobile", address="Address", address_2="Address, line 2"),
        *PLACE,
        *_texts(notes="Notes", referred_by="Referred by", notification_email="Notification e-mail"),
        *_texts(
            invoice_cc_emails="Invoices also to", tax_rate_id="Tax rate", ref_customer_id="Referring customer"
        ),
        *_of(FieldType.BOOLEAN, get_sms="Gets SMS", opt_out="Opted out", no_email="Gets no e-mail"),
        _kept("disabled", "Disabled", FieldType.BOOLEAN),
        _kept("business_then_name", "Name"),
    ),
    searched=("business_name", "firstname", "lastname", "email"),
    listing={"include_disabled": "true"},
)
CONTACTS = Section(
    "contacts",
    "Contact",
    "contacts",
    "",
    (
        _text("customer_id", "Customer", required=True),
        *_texts(name="Name", address1="Address", address2="Address, line 2"),
        *PLACE,
        *_texts(email="E-mail", phone="Phone", mobile="Mobile", notes="Notes"),
    ),
    searched=("customer_id",),
    query=False,
    own_fields=False,
)
ASSETS = Section(
    "customer_assets",
    "Asset",
    "assets",
    "asset",
    (
        _text("name", "Name", required=True),
        _text("customer_id", "Customer"),
        FieldFacts(ASSET_TYPE, "Type", FieldType.CHOICE, required_on_create=True),
        _text("asset_serial", "Serial number"),
        _kept("contact_id", "Contact"),
        _kept("external_rmm_link", "Link to the agent"),
        *(
            _kept(f"agent.{it}", label, FieldType.LIST if it.endswith("addresses") else FieldType.TEXT)
            for it, label in AGENT.items()
        ),
    ),
    searched=("customer_id",),
)
SECTIONS: Mapping[str, Section] = {it.stream: it for it in (CUSTOMERS, CONTACTS, ASSETS, TICKETS)}


def section_of(stream: str) -> Section:
    if stream not in SECTIONS:
        raise RecordRejected("Syncro has no such records", detail=stream[:40])
    return SECTIONS[stream]
