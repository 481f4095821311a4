"""Freshdesk, as far as it differs from its sister product."""

from syncline_common.connectors.freshdesk.manifest import MANIFEST
from syncline_common.connectors.freshworks.product import Product

PRODUCT = Product(
    manifest=MANIFEST,
    wrapped=False,
    fields_at="/ticket_fields",
    search_at="/search/tickets",
    found_in="results",
    content=(
        *("subject", "type", "status", "priority", "source", "requester_id", "responder_id"),
        *("group_id", "product_id", "company_id"),
    ),
    attributes={
        "ticket_type": "type",
        "requester": "requester_id",
        "agent": "responder_id",
        "group": "group_id",
        "product": "product_id",
        "company": "company_id",
    },
    searched={
        **{it: it for it in ("priority", "status", "type", "group_id")},
        "responder_id": "agent_id",
        "tags": "tag",
    },
    searched_types=frozenset({"custom_text", "custom_number", "custom_checkbox", "custom_dropdown"}),
    in_lists={"include": "description"},
    as_made={"order_by": "created_at"},
)
