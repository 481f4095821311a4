"""What Freshdesk answers, by the vendor's reference: tickets as its samples have them."""

from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.freshdesk.product import PRODUCT
from syncline_common.connectors.freshworks.records import to_record
from syncline_common.schemas.records import Record

MARKER = "sl-abcdefghij234567abcd"
LIST, ONE, NEW = "GET /api/v2/tickets", "GET /api/v2/tickets/20", "POST /api/v2/tickets"
PUT, GONE, NOTES = "PUT /api/v2/tickets/20", "DELETE /api/v2/tickets/20", "POST /api/v2/tickets/20/notes"
TALK, SEARCH = "GET /api/v2/tickets/20/conversations", "GET /api/v2/search/tickets"
ME, FIELDS = "GET /api/v2/agents/me", "GET /api/v2/ticket_fields"
AGENTS, CONTACTS = "GET /api/v2/agents/autocomplete", "GET /api/v2/contacts/autocomplete"
SINCE = datetime(2026, 7, 14, 0, 28, 44, 500, tzinfo=UTC)


def ticket(id: int = 20, at: str = "2026-07-14T00:28:44Z", **more: Any) -> dict[str, Any]:
    return {
        "cc_emails": ["user@cc.com"],
        "fwd_emails": [],
        "email_config_id": None,
        "fr_escalated": False,
        "group_id": None,
        "priority": 1,
        "requester_id": 1,
        "responder_id": None,
        "source": 2,
        "spam": False,
        "status": 2,
        "subject": "Support needed",
        "company_id": 1,
        "id": id,
        "type": None,
        "product_id": None,
        "created_at": "2026-07-01T11:56:51Z",
        "updated_at": at,
        "due_by": "2026-07-27T11:30:00Z",
        "is_escalated": False,
        "association_type": None,
        "description_text": "Not given.",
        "description": "<div>Not given.</div>",
        "custom_fields": {"category": "Primary"},
        "tags": [],
        "attachments": [],
        **more,
    }


def tickets(*rows: dict[str, Any], more: int = 0) -> Told:
    """`more`: the number of the next page."""
    link = f'<https://acme.freshdesk.com/api/v2/tickets?page={more}&per_page=100>;rel="next"'
    return Told(list(rows), headers={"link": link} if more else {})


FORM = [
    {
        "name": "requester",
        "label": "Search a requester",
        "type": "default_requester",
        "default": True,
        "required_for_agents": True,
    },
    {
        "name": "subject",
        "label": "Subject",
        "type": "default_subject",
        "default": True,
        "required_for_agents": True,
    },
    {
        "name": "ticket_type",
        "label": "Type",
        "type": "default_ticket_type",
        "default": True,
        "choices": ["Question", "Lead"],
    },
    {
        "name": "source",
        "label": "Source",
        "type": "default_source",
        "default": True,
        "choices": {"Email": 1, "Portal": 2},
    },
    {
        "name": "status",
        "label": "Status",
        "type": "default_status",
        "default": True,
        "required_for_agents": True,
        "choices": {"2": ["Open", "Being Processed"], "6": ["Waiting on Customer", "Awaiting your Reply"]},
    },
    {"name": "agent", "label": "Agent", "type": "default_agent", "default": True, "choices": {"Support": 1}},
    {
        "name": "description",
        "label": "Description",
        "type": "default_description",
        "default": True,
        "required_for_agents": True,
    },
    {
        "name": "cf_sector",
        "label": "Sector",
        "type": "custom_dropdown",
        "default": False,
        "choices": ["finance", "marketing"],
    },
    {"name": "cf_rating", "label": "Rating", "type": "custom_decimal", "default": False},
    {"name": "cf_order", "label": "Order", "type": "custom_text", "default": False},
    {
        "name": "country",
        "label": "country",
        "type": "nested_field",
        "default": False,
        "choices": [{"usa": [{"texas": ["citytexas1"]}]}, {"india": [{"kerala": ["kochin"]}]}],
    },
]
MARKED_FORM = [
    *FORM,
    {"name": "cf_syncline_id", "label": "Syncline ID", "type": "custom_text", "default": False},
]
AGENT = {
    "id": 7,
    "ticket_scope": 1,
    "contact": {"name": "Support", "email": "support@acme.example", "active": True},
}


def seen(**more: Any) -> Record:
    return to_record(ticket(**more), PRODUCT)


def desk(**answers: Any) -> StandIn:
    """`answers` by the names above, in lower case."""
    return StandIn({globals()[name.upper()]: it for name, it in answers.items()})
