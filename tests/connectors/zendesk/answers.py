"""What Zendesk answers, by the vendor's reference."""

from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.zendesk.records import Known, to_record
from syncline_common.schemas.records import Record, RecordRef

MARKER = "sl-abcdefghij234567abcd"
ROOT = "/api/v2"
LIST, MANY = f"GET {ROOT}/tickets", f"GET {ROOT}/tickets/show_many"
EXPORT = f"GET {ROOT}/incremental/tickets/cursor"
CREATE, UPDATE, DELETE = f"POST {ROOT}/tickets", f"PUT {ROOT}/tickets/35436", f"DELETE {ROOT}/tickets/35436"
COMMENTS = f"GET {ROOT}/tickets/35436/comments"
FIELDS, BRANDS, GROUPS = f"GET {ROOT}/ticket_fields", f"GET {ROOT}/brands", f"GET {ROOT}/groups"
ME, TOKEN, STATUSES = (
    f"GET {ROOT}/users/me",
    f"GET {ROOT}/oauth/tokens/current",
    f"GET {ROOT}/custom_statuses",
)
SEARCH, UPLOADS = f"GET {ROOT}/search", f"POST {ROOT}/uploads"
AT, LATER = "2026-03-31T10:00:00Z", "2026-03-31T10:00:05Z"
REF = RecordRef("tickets", "35436")


def listed(name: str, *found: Any, after: str | None = None) -> dict[str, Any]:
    """A page by cursor; with `after` there is another one."""
    meta = {"has_more": after is not None, "after_cursor": after or "end", "before_cursor": "x"}
    return {name: list(found), "meta": meta, "links": {"prev": None, "next": None}}


def field(id: int, type: str, title: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "type": type,
        "title": title or f"Field {id}",
        "active": True,
        "removable": True,
        **more,
    }


OPTIONS = [{"id": 1, "name": "Web shop", "value": "web_shop"}, {"id": 2, "name": "App", "value": "app"}]
OWN = listed(
    "ticket_fields",
    field(1, "subject", removable=False),
    field(27642, "text", "Customer"),
    field(27643, "tagger", "Product", custom_field_options=OPTIONS),
    field(27644, "checkbox", "Outage"),
    field(27645, "decimal", "Cost"),
    field(27646, "multiselect", "Parts", custom_field_options=OPTIONS),
    field(27647, "date", "Goes live on"),
    field(27648, "partialcreditcard", "Card"),
    field(27649, "text", "Old code", active=False),
)
OUR_BRANDS = listed(
    "brands", {"id": 47, "name": "Fabrikam", "active": True}, {"id": 48, "name": "Old", "active": False}
)


def ticket(id: int = 35436, at: str = AT, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "url": f"https://acme.zendesk.com/api/v2/tickets/{id}.json",
        "external_id": None,
        "created_at": "2026-03-30T08:00:00Z",
        "updated_at": at,
        "generated_timestamp": int(datetime.fromisoformat(at).timestamp()) + 1,
        "type": "incident",
        "subject": "Help, my printer is on fire!",
        "raw_subject": "Help, my printer is on fire!",
        "description": "The fire is very colorful.",
        "priority": "high",
        "status": "open",
        "custom_status_id": 1002,
        "recipient": None,
        "requester_id": 20978392,
        "submitter_id": 76872,
        "assignee_id": None,
        "organization_id": None,
        "group_id": 98738,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": ["enterprise", "web_shop"],
        "custom_fields": [{"id": 27642, "value": "Contoso"}, {"id": 27643, "value": "web_shop"}],
        "brand_id": 47,
        "ticket_form_id": None,
        "via": {"channel": "web"},
        **more,
    }


def many(*tickets: dict[str, Any]) -> dict[str, Any]:
    return {"tickets": list(tickets), "count": len(tickets), "next_page": None, "previous_page": None}


def exported(*tickets: dict[str, Any], cursor: str = "MTU3", end: bool = True) -> dict[str, Any]:
    url = f"https://acme.zendesk.com/api/v2/incremental/tickets/cursor.json?cursor={cursor}"
    return {"tickets": list(tickets), "after_cursor": cursor, "after_url": url, "end_of_stream": end}


def comment(id: int, body: str, at: str = AT, *, public: bool = True, **more: Any) -> dict[str, Any]:
    told = {"id": id, "type": "Comment", "author_id": 123123, "body": body, "html_body": f"<p>{body}</p>"}
    rest = {"plain_body": body, "public": public, "attachments": [], "audit_id": id + 1000, "created_at": at}
    return {**told, **rest, "metadata": {"system": {}, "via": {}}, **more}


def written(*events: dict[str, Any], code: int = 200, **more: Any) -> Told:
    """The answer to a create or an update: the ticket, and what the vendor keeps of the change."""
    custom = {"syncline": MARKER}
    audit = {
        "id": 2127301148,
        "created_at": LATER,
        "author_id": 21,
        "metadata": {"custom": custom, "system": {}},
    }
    return Told({"ticket": ticket(at=LATER, **more), "audit": {**audit, "events": list(events)}}, code)


def world(**answers: Any) -> StandIn:
    """With fields and brands; the others by the names of their lines above, or as lines."""
    named = {globals().get(name.upper(), name): it for name, it in answers.items()}
    return StandIn({FIELDS: OWN, BRANDS: OUR_BRANDS, **named})


KNOWN = Known.of(OWN["ticket_fields"], OUR_BRANDS["brands"])


def seen(**more: Any) -> Record:
    return to_record(ticket(**more), KNOWN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
