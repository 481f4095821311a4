"""The kinds of records an account has: their attributes, what a new one needs, and what each can be asked by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from syncline_sandbox.itglue.refusals import invalid

LATER = (
    "archived",
    "asset_tag",
    "notes",
    "purchased_at",
    "restricted",
    "serial_number",
    "warranty_expires_at",
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DAYS = ("warranty_expires_at", "installed_at", "purchased_at")
MAC = 17  # characters
LISTS: Mapping[str, Mapping[int, str]] = {
    "configuration_types": {11: "Workstation", 12: "Server", 13: "Switch"},
    "configuration_statuses": {21: "Active", 22: "Inactive"},
    "organization_types": {31: "Customer", 32: "Vendor"},
    "organization_statuses": {41: "Active", 42: "Inactive"},
    "contact_types": {51: "End User", 52: "Decision Maker"},
    "manufacturers": {61: "Lenovo", 62: "Dell"},
    "operating_systems": {71: "Windows 11 Pro", 72: "Ubuntu 24.04"},
}
OF_LISTS = {
    "configuration_type_id": "configuration_types",
    "configuration_status_id": "configuration_statuses",
    "organization_type_id": "organization_types",
    "organization_status_id": "organization_statuses",
    "contact_type_id": "contact_types",
    "manufacturer_id": "manufacturers",
    "operating_system_id": "operating_systems",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    stream: str
    thing: str
    taken: tuple[str, ...]
    required: tuple[str, ...]
    filters: tuple[str, ...]
    sorts: tuple[str, ...]
    flags: tuple[str, ...] = ()
    synced: tuple[str, ...] = ()  # what may still be written of a record that another system keeps


ORGANIZATIONS = Shelf(
    "organizations",
    "organization",
    (
        "name",
        "description",
        "alert",
        "quick_notes",
        "short_name",
        "organization_type_id",
        "organization_status_id",
    ),
    ("name",),
    ("name", "organization_type_id", "organization_status_id"),
    ("name", "id", "created_at", "updated_at"),
    synced=("alert", "description", "quick_notes"),
)
CONFIGURATIONS = Shelf(
    "configurations",
    "configuration",
    (
        *("name", "hostname", "primary_ip", "mac_address", "default_gateway", "serial_number", "asset_tag"),
        *("position", "installed_by", "purchased_by", "notes", "operating_system_notes", *DAYS),
        *(
            "organization_id",
            "configuration_type_id",
            "configuration_status_id",
            "manufacturer_id",
            "model_id",
        ),
        *("operating_system_id", "location_id", "contact_id"),
    ),
    ("name", "configuration_type_id", "organization_id"),
    (
        *("name", "organization_id", "configuration_type_id", "configuration_status_id", "contact_id"),
        *("serial_number", "mac_address", "asset_tag", "archived"),
    ),
    ("name", "id", "created_at", "updated_at"),
    flags=("archived", "restricted"),
    synced=LATER,
)
CONTACTS = Shelf(
    "contacts",
    "contact",
    ("first_name", "last_name", "title", "notes", "organization_id", "contact_type_id", "location_id"),
    ("first_name", "organization_id"),
    ("first_name", "last_name", "title", "contact_type_id", "important", "primary_email", "organization_id"),
    ("first_name", "last_name", "id", "created_at", "updated_at"),
    flags=("important",),
)
SHELVES = {it.stream: it for it in (ORGANIZATIONS, CONFIGURATIONS, CONTACTS)}


def taken(attributes: Mapping[str, Any], shelf: Shelf) -> dict[str, Any]:
    """By either spelling; the rest is passed over without a word."""
    given = {name.replace("-", "_"): it for name, it in attributes.items()}
    kept: dict[str, Any] = {
        name: None if given[name] == "" else given[name] for name in shelf.taken if name in given
    }
    kept |= {name: bool(given[name]) for name in shelf.flags if name in given}
    if shelf is CONTACTS:
        kept |= {name: _ways(given[name]) for name in ("contact_emails", "contact_phones") if name in given}
    return {name: _number(it) if name.endswith("_id") else it for name, it in kept.items()}


def check(values: Mapping[str, Any], shelf: Shelf) -> None:
    for name in shelf.required:
        if values.get(name) is None:
            raise invalid(name, "can't be blank")
    for name, listed in OF_LISTS.items():
        if values.get(name) is not None and values[name] not in LISTS[listed]:
            raise invalid(name, "does not exist")
    for name in DAYS:
        if values.get(name) is not None and not DAY.fullmatch(str(values[name])):
            raise invalid(name, "is not a date")
    if len(str(values.get("mac_address") or "")) > MAC:
        raise invalid("mac_address", f"is too long (maximum is {MAC} characters)")
    if values.get("primary_ip"):
        try:
            ip_address(str(values["primary_ip"]))
        except ValueError:
            raise invalid("primary_ip", "is not an IPv4 or IPv6 address") from None


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdigit() else None


def _ways(told: Any) -> list[dict[str, Any]]:
    """E-mail addresses and telephone numbers: all of them are replaced."""
    rows = told if isinstance(told, list) else []
    named = [
        {name.replace("_", "-"): it for name, it in row.items()} for row in rows if isinstance(row, dict)
    ]
    return [
        {"value": it.get("value"), "primary": bool(it.get("primary")), "label-name": "Work"} for it in named
    ]
