"""Freshservice, as far as it differs from its sister product."""

from syncline_common.connectors.freshservice.manifest import MANIFEST
from syncline_common.connectors.freshworks.product import Product

PRODUCT = Product(
    manifest=MANIFEST,
    wrapped=True,
    fields_at="/ticket_form_fields",
    search_at="/tickets/filter",
    found_in="tickets",
    content=(
        *("subject", "type", "status", "priority", "source", "requester_id", "responder_id"),
        *("group_id", "department_id", "urgency", "impact", "category", "sub_category", "item_category"),
        "workspace_id",
    ),
    attributes={
        "ticket_type": "type",
        "requester": "requester_id",
        "agent": "responder_id",
        "group": "group_id",
        "department": "department_id",
    },
    searched={
        **{it: it for it in ("priority", "status", "impact", "urgency", "group_id", "requester_id")},
        "responder_id": "agent_id",
        "tags": "tag",
    },
    searched_types=frozenset({"custom_number", "custom_checkbox", "custom_dropdown"}),
    in_lists={"include": "tags"},
    of_one={"include": "tags"},
)
