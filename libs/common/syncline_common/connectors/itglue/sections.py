"""The kinds of records that an account at IT Glue holds: their fields, and by which of them a list can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncline_common.configuration.facts import FieldFacts
from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import FieldType

OWNER, OWNER_NAME = "organization_id", "organization_name"
EMAIL, PHONE = "email", "phone"  # the first among a contact's
WAYS: Mapping[str, str] = {EMAIL: "contact_emails", PHONE: "contact_phones"}


@dataclass(frozen=True, slots=True)
class Section:
    stream: str
    label: str
    fields: tuple[FieldFacts, ...]
    required: tuple[str, ...]
    searched: Mapping[str, str]  # fields that a list can be asked by, and what the filter is called
    marked: str  # the field whose text has our marker for its last line
    lists: Mapping[str, str]  # fields whose choices are a list of their own
    later: frozenset[str]  # what may still be written where another system keeps the record
    archives: bool = False

    @property
    def path(self) -> str:
        return f"/{self.stream}"

    @property
    def by_name(self) -> Mapping[str, FieldFacts]:
        return {it.name: it for it in self.fields}

    @property
    def owned(self) -> bool:
        """By an organization."""
        return OWNER in self.by_name


def _of(kind: FieldType, **fields: str) -> tuple[FieldFacts, ...]:
    return tuple(FieldFacts(name, label, kind) for name, label in fields.items())


def _texts(**fields: str) -> tuple[FieldFacts, ...]:
    return _of(FieldType.TEXT, **fields)


def _kept(**fields: str) -> tuple[FieldFacts, ...]:
    """By IT Glue, whatever is sent."""
    return tuple(FieldFacts(name, label, writable=False) for name, label in fields.items())


def _required(name: str, label: str, kind: FieldType = FieldType.TEXT) -> FieldFacts:
    return FieldFacts(name, label, kind, required_on_create=True, nullable=False)


ADDRESS = _kept(resource_url="Address")
OWNED = (FieldFacts(OWNER, "Organization", nullable=False), *_kept(organization_name="Organization's name"))
ORGANIZATIONS = Section(
    "organizations",
    "Organization",
    (
        _required("name", "Name"),
        *_texts(description="Description", alert="Alert", short_name="Short name"),
        *_of(FieldType.CHOICE, organization_type_id="Type", organization_status_id="Status"),
        *_kept(organization_type_name="Type's name", organization_status_name="Status's name"),
        *ADDRESS,
    ),
    required=("name",),
    searched={it: it for it in ("name", "organization_type_id", "organization_status_id")},
    marked="description",
    lists={
        "organization_type_id": "organization_types",
        "organization_status_id": "organization_statuses",
    },
    later=frozenset(["alert", "description"]),
)
CONFIGURATIONS = Section(
    "configurations",
    "Configuration",
    (
        _required("name", "Name"),
        *OWNED,
        _required("configuration_type_id", "Type", FieldType.CHOICE),
        *_of(
            FieldType.CHOICE,
            configuration_status_id="Status",
            manufacturer_id="Manufacturer",
            operating_system_id="Operating system",
        ),
        *_texts(
            hostname="Host name",
            primary_ip="Primary IP address",
            mac_address="MAC address",
            default_gateway="Default gateway",
            serial_number="Serial number",
            asset_tag="Asset tag",
            position="Position",
            installed_by="Installed by",
            purchased_by="Purchased by",
            notes="Notes",
            operating_system_notes="Notes on the operating system",
            model_id="Model",
            location_id="Location",
            contact_id="Contact",
        ),
        *_of(
            FieldType.DATE,
            warranty_expires_at="Warranty ends",
            installed_at="Installed",
            purchased_at="Purchased",
        ),
        *_of(FieldType.BOOLEAN, archived="Archived"),
        *_kept(
            configuration_type_name="Type's name",
            configuration_type_kind="Kind of type",
            configuration_status_name="Status's name",
            manufacturer_name="Manufacturer's name",
            model_name="Model's name",
            operating_system_name="Operating system's name",
            location_name="Location's name",
            contact_name="Contact's name",
            psa_integration="Kept by another system",
        ),
        *ADDRESS,
    ),
    required=("name", "configuration_type_id"),
    searched={
        it: it
        for it in (
            *("name", OWNER, "configuration_type_id", "configuration_status_id", "contact_id"),
            *("serial_number", "mac_address", "asset_tag"),
        )
    },
    marked="notes",
    lists={
        "configuration_type_id": "configuration_types",
        "configuration_status_id": "configuration_statuses",
        "manufacturer_id": "manufacturers",
        "operating_system_id": "operating_systems",
    },
    later=frozenset(
        ["archived", "asset_tag", "notes", "purchased_at", "serial_number", "warranty_expires_at"]
    ),
    archives=True,
)
CONTACTS = Section(
    "contacts",
    "Contact",
    (
        _required("first_name", "First name"),
        *OWNED,
        *_texts(last_name="Last name", title="Title", email="E-mail", phone="Telephone", notes="Notes"),
        *_of(FieldType.CHOICE, contact_type_id="Type"),
        *_texts(location_id="Location"),
        *_of(FieldType.BOOLEAN, important="Important"),
        *_kept(contact_type_name="Type's name", location_name="Location's name"),
        *ADDRESS,
    ),
    required=("first_name",),
    searched={
        EMAIL: "primary_email",
        **{it: it for it in ("first_name", "last_name", "title", "contact_type_id", OWNER)},
    },
    marked="notes",
    lists={"contact_type_id": "contact_types"},
    later=frozenset(),
)
SECTIONS: Mapping[str, Section] = {it.stream: it for it in (ORGANIZATIONS, CONFIGURATIONS, CONTACTS)}


def section_of(stream: str) -> Section:
    if stream not in SECTIONS:
        raise RecordRejected("IT Glue has no such records", detail=stream[:40])
    return SECTIONS[stream]
