"""What the administrator of a company has set up: statuses, kinds of tickets with their fields, kinds of assets."""

from collections.abc import Sequence
from typing import Any

from syncline_sandbox.syncro.accounts import Account

STATUSES = (
    "New",
    "In Progress",
    "Resolved",
    "Invoiced",
    "Waiting for Parts",
    "Waiting on Customer",
    "Scheduled",
    "Customer Reply",
)
PRIORITIES = ("0 Urgent", "1 High", "2 Normal", "3 Low")
PROBLEMS = ("Hardware", "Network", "Printer", "Virus", "Other")
ASSET_TYPES = ("Syncro Device", "Server", "Desktop", "Laptop", "SNMP Device")
TICKET_TYPES = {1: "Hardware", 2: "Projects"}
TICKET_FIELDS: Sequence[dict[str, Any]] = (
    {"id": 1, "name": "Device Type", "field_type": "select_box", "required": None, "ticket_type_id": 1},
    {"id": 2, "name": "Maker", "field_type": "text_field", "required": None, "ticket_type_id": 1},
)
ANSWERS = ((1, 1, "Hard Drive"), (2, 1, "Screen"))
CUSTOMER_FIELDS = ("Syncline Id", "Account Manager")
ASSET_FIELDS = ("Syncline Id", "mac", "Warranty", "kabuto_information")


def of_tickets(accounts: Sequence[Account]) -> dict[str, Any]:
    """GET /tickets/settings."""
    return {
        "ticket_status_list": list(STATUSES),
        "default_labor_product_id": None,
        "saved_searches": [],
        "ticket_types": [{"id": id, "name": name, "disabled": False} for id, name in TICKET_TYPES.items()],
        "ticket_type_fields": [{**it, "hidden": False, "position": None} for it in TICKET_FIELDS],
        "ticket_type_field_answers": [
            {"id": id, "ticket_field_id": field, "content": content} for id, field, content in ANSWERS
        ],
        "appointment_types": [],
        "users": [{"id": it.user_id, "name": it.name} for it in accounts],
        "require_ticket_type": None,
        "ticket_workflow_default_id": None,
    }
