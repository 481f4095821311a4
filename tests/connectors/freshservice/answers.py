"""What Freshservice answers, by the vendor's reference: everything in an object that names it."""

from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.freshservice.product import PRODUCT
from syncline_common.connectors.freshworks.records import to_record
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Record

MARKER = "sl-abcdefghij234567abcd"
LIST, ONE, NEW = "GET /api/v2/tickets", "GET /api/v2/tickets/20", "POST /api/v2/tickets"
PUT, NOTES, TALK = (
    "PUT /api/v2/tickets/20",
    "POST /api/v2/tickets/20/notes",
    "GET /api/v2/tickets/20/conversations",
)
SEARCH, SPACES = "GET /api/v2/tickets/filter", "GET /api/v2/workspaces"
ME, FIELDS = "GET /api/v2/agents/me", "GET /api/v2/ticket_form_fields"
AGENTS, REQUESTERS = "GET /api/v2/agents", "GET /api/v2/requesters"
NO_SPACES = Told(status=404)
TWO_SPACES = {"workspaces": [{"id": 2, "name": "IT", "primary": True}, {"id": 3, "name": "People"}]}
NOTHING = {"total": 0, "tickets": []}
REFUSED = RecordRejected("400")


def ticket(id: int = 20, at: str = "2026-07-14T00:28:44Z", **more: Any) -> dict[str, Any]:
    return {
        "cc_emails": [],
        "spam": False,
        "deleted": False,
        "group_id": None,
        "department_id": None,
        "priority": 1,
        "urgency": 1,
        "impact": 1,
        "requester_id": 1,
        "responder_id": None,
        "source": 2,
        "status": 2,
        "subject": "Laptop",
        "id": id,
        "type": "Incident",
        "category": None,
        "workspace_id": 2,
        "created_at": "2026-07-01T11:56:51Z",
        "updated_at": at,
        "due_by": "2026-07-27T11:30:00Z",
        "description": '<div style="font-size: 13px">Not given.</div>',
        "custom_fields": {"test_field": None},
        "tags": [],
        **more,
    }


def tickets(*rows: dict[str, Any], more: int = 0, size: int = 100) -> Told:
    """`more`: the number of the next page."""
    link = f'<https://acme.freshservice.com/api/v2/tickets?page={more}&per_page={size}>; rel="next"'
    return Told({"tickets": list(rows)}, headers={"link": link} if more else {})


FORM = [
    {
        "name": "requester",
        "label": "Requester",
        "field_type": "default_requester",
        "default_field": True,
        "required_for_agents": True,
    },
    {
        "name": "status",
        "label": "Status",
        "field_type": "default_status",
        "default_field": True,
        "choices": [{"id": 2, "value": "Open"}, {"id": 6, "value": "Ordered"}],
    },
    {
        "name": "urgency",
        "label": "Urgency",
        "field_type": "default_urgency",
        "default_field": True,
        "choices": [{"id": 1, "value": "Low"}],
    },
    {
        "name": "category",
        "label": "Category",
        "field_type": "default_category",
        "default_field": True,
        "choices": [{"id": 31, "value": "Hardware", "nested_options": [{"id": 32, "value": "Computer"}]}],
    },
    {
        "name": "site",
        "label": "Site",
        "field_type": "custom_dropdown",
        "default_field": False,
        "choices": [{"id": 91, "value": "Oslo"}],
    },
    {"name": "syncline_id", "label": "Syncline ID", "field_type": "custom_text", "default_field": False},
]
AGENT = {
    "id": 7,
    "first_name": "Service",
    "last_name": "Desk",
    "email": "desk@acme.example",
    "roles": [{"role_id": 1, "assignment_scope": "entire_helpdesk"}],
}


def seen(**more: Any) -> Record:
    return to_record(ticket(**more), PRODUCT)


def desk(**answers: Any) -> StandIn:
    """`answers` by the names above, in lower case; without workspaces unless told."""
    named = {globals()[name.upper()]: it for name, it in answers.items()}
    return StandIn({SPACES: NO_SPACES, **named})
