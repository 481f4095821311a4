"""What an administrator has set up beforehand: sites, roles, languages, zones, names of devices, licences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncline_sandbox.xmatters.accounts import WEB_SERVICE

ROOT = "/api/xm/1"


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: str
    timezone: str

    @property
    def document(self) -> dict[str, object]:
        return {**self.reference, "status": "ACTIVE", "language": "en", "timezone": self.timezone}

    @property
    def reference(self) -> dict[str, object]:
        return {"id": self.id, "name": self.name, "links": {"self": f"{ROOT}/sites/{self.id}"}}


SITES: Mapping[str, Site] = {
    it.id: it
    for it in (
        Site("596c0550-fca0-485c-9395-cc9f4ad3570e", "Default Site", "US/Eastern"),
        Site("1c58b0a5-0b0f-4c1d-8d1b-3f1f0a2b7a11", "Lisbon", "Europe/Lisbon"),
    )
}
DEFAULT_SITE = next(iter(SITES))
ROLES: Mapping[str, str] = {  # name to id
    "Company Supervisor": "4c6a5b0e-1b1a-4f6c-9a0a-000000000001",
    "Standard User": "4c6a5b0e-1b1a-4f6c-9a0a-000000000002",
    "Group Supervisor": "4c6a5b0e-1b1a-4f6c-9a0a-000000000003",
    WEB_SERVICE: "4c6a5b0e-1b1a-4f6c-9a0a-000000000004",
}
LANGUAGES = ("en", "pt", "fr")
ZONES = ("US/Eastern", "US/Pacific", "Europe/Lisbon", "UTC")
STATUS = ("ACTIVE", "INACTIVE")
LICENCES: Mapping[str, int] = {"FULL_USER": 4000, "STAKEHOLDER_USER": 50}
DEVICE_NAMES: Sequence[tuple[str, str]] = (  # type and name
    ("EMAIL", "Work Email"),
    ("EMAIL", "Home Email"),
    ("VOICE", "Work Phone"),
    ("VOICE", "Mobile Phone"),
    ("TEXT_PHONE", "SMS Phone"),
)
PROPERTIES = ("Cost Centre", "Building")  # custom fields of people


def roles() -> list[dict[str, object]]:
    return [{"id": id, "name": name, "description": name} for name, id in ROLES.items()]


def role(name: str) -> dict[str, object]:
    return {"id": ROLES[name], "name": name}


def device_names() -> list[dict[str, object]]:
    return [
        {"deviceType": type, "name": name, "description": name, "privileged": False}
        for type, name in DEVICE_NAMES
    ]
