"""The ticket form of a Freshdesk account, and what its API makes of tickets."""

from collections.abc import Sequence

from syncline_sandbox.freshworks.accounts import AGENTS
from syncline_sandbox.freshworks.fields import FormField
from syncline_sandbox.freshworks.shapes import Shape

STATUSES = {
    "2": ["Open", "Being Processed"],
    "3": ["Pending", "Awaiting your Reply"],
    "4": ["Resolved", "This ticket has been Resolved"],
    "5": ["Closed", "This ticket has been Closed"],
    "6": ["Waiting on Customer", "Awaiting your Reply"],
    "7": ["Waiting on Third Party", "Being Processed"],
}
SOURCES = {"Email": 1, "Portal": 2, "Phone": 3, "Chat": 7, "Feedback Widget": 9, "Outbound Email": 10}
PRIORITIES = {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4}
TYPES = ["Question", "Incident", "Problem", "Feature Request", "Refund"]
COUNTRIES = [{"Norway": [{"Oslo": ["Centre", "Harbour"]}]}, {"Italy": [{"Lazio": ["Rome"]}]}]
FIELDS: Sequence[FormField] = (
    FormField(1, "requester", "Search a requester", "default_requester", "requester_id", required=True),
    FormField(2, "subject", "Subject", "default_subject", "subject", required=True),
    FormField(3, "ticket_type", "Type", "default_ticket_type", "type", choices=TYPES),
    FormField(4, "source", "Source", "default_source", "source", choices=SOURCES),
    FormField(5, "status", "Status", "default_status", "status", required=True, choices=STATUSES),
    FormField(6, "priority", "Priority", "default_priority", "priority", required=True, choices=PRIORITIES),
    FormField(7, "group", "Group", "default_group", "group_id", choices={"Billing": 71, "Technical": 72}),
    FormField(
        8, "agent", "Agent", "default_agent", "responder_id", choices={it.name: it.id for it in AGENTS}
    ),
    FormField(9, "product", "Product", "default_product", "product_id", choices={"Web shop": 81}),
    FormField(10, "company", "Company", "default_company", "company_id"),
    FormField(11, "description", "Description", "default_description", "description", required=True),
    FormField(21, "cf_reference", "Reference", "custom_text"),
    FormField(22, "cf_syncline_id", "Syncline ID", "custom_text"),
    FormField(23, "cf_channel", "Channel", "custom_dropdown", choices=["Shop", "Partner"]),
    FormField(24, "cf_rating", "Rating", "custom_decimal"),
    FormField(25, "cf_visits", "Visits", "custom_number"),
    FormField(26, "cf_due_on", "Due on", "custom_date"),
    FormField(27, "cf_internal", "Internal issue", "custom_checkbox"),
    FormField(28, "cf_country", "Country", "nested_field", choices=COUNTRIES),
    FormField(29, "cf_cause", "Cause", "custom_text"),
)
ALONE = ("name", "email", "phone", "unique_external_id", "facebook_id", "twitter_id")
WRITABLE = {
    **dict.fromkeys(("subject", "description", *ALONE), "string"),
    **dict.fromkeys(("status", "priority", "source"), "choice"),
    **dict.fromkeys(("requester_id", "responder_id", "group_id", "product_id", "company_id"), "integer"),
    **dict.fromkeys(("email_config_id", "internal_agent_id", "internal_group_id", "parent_id"), "integer"),
    **dict.fromkeys(("due_by", "fr_due_by"), "moment"),
    **dict.fromkeys(("tags", "cc_emails", "related_ticket_ids"), "array"),
    "type": "word",
    "custom_fields": "custom",
    "lookup_parameter": "string",
}
SEARCHED = ("group_id", "priority", "status", "type", "due_by", "fr_due_by", "created_at", "updated_at")
SHAPE = Shape(
    product="Freshdesk",
    wrapped=False,
    fields=FIELDS,
    fields_at="/ticket_fields",
    search_at="/search/tickets",
    found_in="results",
    listed=frozenset(
        {"filter", "requester_id", "email", "unique_external_id", "company_id", "updated_since"}
        | {"order_by", "order_type", "include"}
    ),
    orders=frozenset({"created_at", "due_by", "updated_at", "status"}),
    includes={"requester": 2, "stats": 2, "description": 2, "company": 2},
    in_rows=frozenset({"description"}),
    writable=WRITABLE,
    defaults={"status": 2, "priority": 1, "source": 2, "tags": [], "cc_emails": [], "spam": False},
    largest=20 * 2**20,
    pages=300,
    searchable={"agent_id": "responder_id", "tag": "tags", **{it: it for it in SEARCHED}},
)
