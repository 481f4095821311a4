"""Which fields a ticket of this account has: the system's own, and those that its administrator has made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("problem", "incident", "question", "task")
SYSTEM_OPTIONS = {"status": STATUSES[:-1], "priority": PRIORITIES, "tickettype": TYPES}


@dataclass(frozen=True, slots=True)
class TicketField:
    id: int
    type: str
    title: str
    options: Mapping[str, str] | None = None  # tag, and what people see
    required: bool = False  # to solve a ticket
    active: bool = True
    system: bool = False

    def document(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "title": self.title,
            "raw_title": self.title,
            "description": self.title,
            "active": self.active,
            "required": self.required,
            "regexp_for_validation": None,
            "removable": not self.system,
            "agent_can_edit": True,
            "created_at": "2026-01-05T08:00:00Z",
            "updated_at": "2026-01-05T08:00:00Z",
        }
        if self.options is not None:
            told["custom_field_options"] = [
                {"id": self.id + number, "name": name, "raw_name": name, "value": tag, "default": False}
                for number, (tag, name) in enumerate(self.options.items(), 1)
            ]
        if self.type in SYSTEM_OPTIONS:
            told["system_field_options"] = [
                {"name": it.capitalize(), "value": it} for it in SYSTEM_OPTIONS[self.type]
            ]
        return told


def _system(id: int, type: str, title: str) -> TicketField:
    return TicketField(id, type, title, system=True)


CUSTOMER, PRODUCT, SEATS, OUTAGE = 360000000101, 360000000201, 360000000301, 360000000401
GO_LIVE, COMPONENTS, COST, OLD_CODE = 360000000501, 360000000601, 360000000701, 360000000801
FIELDS: Sequence[TicketField] = (
    _system(360000000001, "subject", "Subject"),
    _system(360000000002, "description", "Description"),
    _system(360000000003, "status", "Status"),
    _system(360000000004, "tickettype", "Type"),
    _system(360000000005, "priority", "Priority"),
    _system(360000000006, "group", "Group"),
    _system(360000000007, "assignee", "Assignee"),
    _system(360000000008, "custom_status", "Ticket status"),
    TicketField(CUSTOMER, "text", "Customer"),
    TicketField(PRODUCT, "tagger", "Product", {"web_shop": "Web shop", "mobile_app": "Mobile app"}),
    TicketField(SEATS, "integer", "Seats"),
    TicketField(OUTAGE, "checkbox", "Outage"),
    TicketField(GO_LIVE, "date", "Goes live on"),
    TicketField(COMPONENTS, "multiselect", "Components", {"checkout": "Checkout", "search": "Search"}),
    TicketField(COST, "decimal", "Cost"),
    TicketField(OLD_CODE, "text", "Old code", active=False),
)
CUSTOM: Mapping[int, TicketField] = {it.id: it for it in FIELDS if not it.system}
WITH_TAGS = tuple(it for it in CUSTOM.values() if it.options)
CUSTOM_STATUSES = {  # by id: category, and what agents call it
    1001: ("new", "New"),
    1002: ("open", "Open"),
    1003: ("pending", "Pending"),
    1004: ("hold", "On-hold"),
    1005: ("solved", "Solved"),
    1006: ("open", "Waits for the vendor"),
}
GROUPS = {700000000001: "Support", 700000000002: "Network"}
BRANDS = {800000000001: "Fabrikam", 800000000002: "Northwind"}
ORGANIZATIONS = {600000000001: "Northwind Traders", 600000000002: "Woodgrove Bank"}
DEFAULT_GROUP, DEFAULT_BRAND, DEFAULT_FORM = 700000000001, 800000000001, 500000000001


def default_status(category: str) -> int | None:
    """Of a category; a closed ticket keeps the one it had."""
    return next((id for id, (of, _) in CUSTOM_STATUSES.items() if of == category), None)
