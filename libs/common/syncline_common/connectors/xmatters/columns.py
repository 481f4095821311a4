"""What a person, a group and a device have, as the vendor's reference describes them; it has no address that says so."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncline_common.schemas.values import FieldType

ID, KEY = "id", "externalKey"  # ours among them, which no other field is free for
STATUS = ("ACTIVE", "INACTIVE")
PROPERTY = "properties."  # before the name of a custom field or attribute


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    writable: bool = True
    nullable: bool = False  # whether it can be emptied
    choices: tuple[str, ...] | None = None
    chosen_from: str = ""  # the list of the company's that has its choices


@dataclass(frozen=True, slots=True)
class Shape:
    """`fixed` is sent with every write, `kept` as it is unless it is written: it would be set to the caller else."""

    label: str
    recipient: str
    columns: tuple[Column, ...]
    embed: str = ""
    order: Mapping[str, str] | None = None
    filters: tuple[str, ...] = ()  # that the vendor takes by the field's own name
    references: bool = False  # supervisors are sent as objects
    typed: str = ""  # a field that tells how the others are to be read, and so goes with every write

    @property
    def by_name(self) -> dict[str, Column]:
        return {it.name: it for it in self.columns}


def _choice(name: str, label: str, *choices: str, required: bool = False) -> Column:
    return Column(name, label, FieldType.CHOICE, required, choices=choices)


SITE = Column("site", "Site", FieldType.CHOICE, chosen_from="sites")
SUPERVISORS = Column("supervisors", "Supervisors", FieldType.LIST, nullable=True)
OWNED = Column("externallyOwned", "Externally owned", FieldType.BOOLEAN, writable=False)
NAME = Column("targetName", "Name", required=True)
PEOPLE = (
    Column("targetName", "User ID", required=True),
    Column("firstName", "First name", required=True),
    Column("lastName", "Last name", required=True),
    Column("roles", "Roles", FieldType.LIST, required=True),
    _choice("status", "Status", *STATUS),
    _choice("licenseType", "Licence", "FULL_USER", "STAKEHOLDER_USER"),
    SITE,
    Column("language", "Language"),
    Column("timezone", "Time zone"),
    Column("webLogin", "Web login"),
    Column("phoneLogin", "Phone login", nullable=True),
    SUPERVISORS,
    OWNED,
)
GROUPS = (
    NAME,
    Column("description", "Description", nullable=True),
    _choice("groupType", "Type", "ON_CALL", "BROADCAST", "DYNAMIC"),
    _choice("status", "Status", *STATUS),
    SITE,
    Column("timezone", "Time zone"),
    Column("allowDuplicates", "Allow duplicates", FieldType.BOOLEAN),
    Column("useDefaultDevices", "Use default devices", FieldType.BOOLEAN),
    Column("observedByAll", "Observed by all", FieldType.BOOLEAN),
    SUPERVISORS,
    OWNED,
)
DEVICES = (
    Column("targetName", "Full name", writable=False),
    _choice("deviceType", "Type", "EMAIL", "VOICE", "TEXT_PHONE", "TEXT_PAGER", "FAX", required=True),
    Column("name", "Name", FieldType.CHOICE, required=True, chosen_from="device-names"),
    Column("owner", "Owner", FieldType.PERSON, required=True),
    Column("emailAddress", "E-mail address"),
    Column("phoneNumber", "Phone number"),
    Column("pin", "PIN"),
    Column("twoWayDevice", "Two-way", FieldType.BOOLEAN),
    _choice("status", "Status", *STATUS),
    _choice("testStatus", "Test status", "TESTED", "UNTESTED", "PENDING", "INVALID"),
    _choice("priorityThreshold", "Priority threshold", "LOW", "MEDIUM", "HIGH"),
    Column("sequence", "Order", FieldType.NUMBER),
    Column("delay", "Delay", FieldType.NUMBER),
    Column("defaultDevice", "Failsafe", FieldType.BOOLEAN),
    OWNED,
)
BY_NAME = {"sortBy": "TARGET_NAME", "sortOrder": "ASCENDING"}
SHAPES: Mapping[str, Shape] = {
    "people": Shape(
        "Person",
        "PERSON",
        PEOPLE,
        "roles,supervisors",
        BY_NAME,
        ("targetName", "firstName", "lastName", "webLogin", "status", "licenseType"),
    ),
    "groups": Shape(
        "Group",
        "GROUP",
        GROUPS,
        "supervisors",
        {**BY_NAME, "sortBy": "NAME"},
        ("status", "groupType"),
        references=True,
    ),
    "devices": Shape("Device", "DEVICE", DEVICES, typed="deviceType"),
}
