"""The ticket form of a Freshservice account, and what its API makes of tickets."""

from collections.abc import Sequence
from typing import Any

from syncline_sandbox.freshworks.accounts import AGENTS
from syncline_sandbox.freshworks.fields import FormField
from syncline_sandbox.freshworks.shapes import Shape

IT, PEOPLE = 2, 3  # workspaces, the first of them the primary one


def _chosen(*pairs: tuple[int, str]) -> list[dict[str, Any]]:
    return [{"id": id, "value": value} for id, value in pairs]


STATUSES = _chosen((2, "Open"), (3, "Pending"), (4, "Resolved"), (5, "Closed"), (6, "Awaiting approval"))
LEVELS = _chosen((1, "Low"), (2, "Medium"), (3, "High"))
PRIORITIES = [*LEVELS, *_chosen((4, "Urgent"))]
SOURCES = _chosen((1, "Email"), (2, "Portal"), (3, "Phone"), (4, "Chat"), (11, "Slack"))
TYPES = _chosen((1, "Incident"), (2, "Service Request"))
CATEGORIES = [
    {
        "id": 31,
        "value": "Hardware",
        "nested_options": [{"id": 32, "value": "Computer", "nested_options": []}],
    },
    {"id": 33, "value": "Software", "nested_options": []},
]
GROUPS = _chosen((71, "Service Desk"), (72, "Network"))
FIELDS: Sequence[FormField] = (
    FormField(1, "requester", "Requester", "default_requester", "requester_id", required=True),
    FormField(2, "subject", "Subject", "default_subject", "subject", required=True),
    FormField(3, "ticket_type", "Type", "default_ticket_type", "type", choices=TYPES),
    FormField(4, "source", "Source", "default_source", "source", choices=SOURCES),
    FormField(5, "status", "Status", "default_status", "status", required=True, choices=STATUSES),
    FormField(6, "priority", "Priority", "default_priority", "priority", required=True, choices=PRIORITIES),
    FormField(7, "urgency", "Urgency", "default_urgency", "urgency", choices=LEVELS),
    FormField(8, "impact", "Impact", "default_impact", "impact", choices=LEVELS),
    FormField(9, "group", "Group", "default_group", "group_id", choices=GROUPS),
    FormField(
        10,
        "agent",
        "Agent",
        "default_agent",
        "responder_id",
        choices=_chosen(*((it.id, it.name) for it in AGENTS)),
    ),
    FormField(
        11,
        "department",
        "Department",
        "default_department",
        "department_id",
        choices=_chosen((81, "Finance")),
    ),
    FormField(12, "category", "Category", "default_category", "category", choices=CATEGORIES),
    FormField(13, "description", "Description", "default_description", "description", required=True),
    FormField(21, "reference", "Reference", "custom_text"),
    FormField(22, "channel", "Channel", "custom_dropdown", choices=_chosen((91, "Office"), (92, "Home"))),
    FormField(23, "visits", "Visits", "custom_number"),
    FormField(24, "due_on", "Due on", "custom_date"),
    FormField(25, "internal", "Internal issue", "custom_checkbox"),
    FormField(26, "cause", "Cause", "custom_text"),
    FormField(27, "desk_number", "Desk", "custom_text", workspace=IT),
    FormField(28, "contract", "Contract", "custom_text", workspace=PEOPLE),
)
WRITABLE = {
    **dict.fromkeys(("subject", "description", "name", "email", "phone"), "string"),
    **dict.fromkeys(("status", "priority", "source", "urgency", "impact"), "choice"),
    **dict.fromkeys(("requester_id", "responder_id", "group_id", "department_id", "workspace_id"), "integer"),
    **dict.fromkeys(("requested_for_id", "email_config_id", "sla_policy_id"), "integer"),
    **dict.fromkeys(("due_by", "fr_due_by"), "moment"),
    **dict.fromkeys(("tags", "cc_emails", "assets"), "array"),
    **dict.fromkeys(("type", "category"), "word"),
    **dict.fromkeys(("sub_category", "item_category"), "string"),
    "custom_fields": "custom",
}
SEARCHED = (
    *("workspace_id", "requester_id", "group_id", "priority", "status", "impact", "urgency"),
    *("due_by", "fr_due_by", "created_at"),
)
SHAPE = Shape(
    product="Freshservice",
    wrapped=True,
    fields=FIELDS,
    fields_at="/ticket_form_fields",
    search_at="/tickets/filter",
    found_in="tickets",
    listed=frozenset(
        {"filter", "requester_id", "email", "type", "updated_since", "order_type", "include", "workspace_id"}
    ),
    orders=frozenset(),
    includes={"requester": 3, "stats": 3, "tags": 3, "requested_for": 3, "department": 3},
    in_rows=frozenset({"tags"}),
    in_one=frozenset({"tags"}),
    hits_are_whole=False,
    writable=WRITABLE,
    defaults={
        **{"status": 2, "priority": 1, "source": 2, "urgency": 1, "impact": 1, "type": "Incident"},
        **{"tags": [], "cc_emails": [], "spam": False, "workspace_id": IT},
    },
    largest=40 * 2**20,
    searchable={"agent_id": "responder_id", "tag": "tags", **{it: it for it in SEARCHED}},
    not_begun=frozenset({"Service Request"}),
    workspaces={IT: "IT", PEOPLE: "People"},
)
TEXTS = frozenset({"custom_text", "custom_paragraph"})  # that a search does not know
