"""What Syncro answers, by the examples of its API description."""

from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.syncro.records import to_record
from syncline_common.errors import CredentialRejected, RecordRejected
from syncline_common.schemas.records import Record

MARKER = "sl-abcdefghij234567abcd"
ME, SETTINGS = "GET /api/v1/me", "GET /api/v1/tickets/settings"
TICKETS, CUSTOMERS, CONTACTS, ASSETS = (
    f"/api/v1/{it}" for it in ("tickets", "customers", "contacts", "customer_assets")
)
NOT_PERMITTED = CredentialRejected(
    "The system answered 401",
    detail='401 GET /api/v1/x: {"error":"Not authorized. Please ask account admin to update your group permissions."}',
)
INVALID = RecordRejected("The system answered 422")
UPDATED = "2019-11-04T08:59:31.034Z"
INITIAL = {
    "id": 1,
    "created_at": "2019-11-04T08:59:31.000Z",
    "updated_at": "2019-11-04T08:59:31.000Z",
    "ticket_id": 5,
    "subject": "Initial Issue",
    "body": "It does not start",
    "tech": None,
    "hidden": False,
    "user_id": None,
}
SHARED = {
    "number": 4,
    "subject": "Some major problem",
    "created_at": "2019-11-04T08:59:31.034Z",
    "customer_id": 1,
    "customer_business_then_name": "Walkin Customer",
    "due_date": "2019-11-04T08:59:31.016Z",
    "resolved_at": None,
    "start_at": None,
    "end_at": None,
    "location_id": None,
    "problem_type": "Virus",
    "status": "New",
    "user_id": None,
    "pdf_url": None,
    "priority": None,
}
SETTINGS_ANSWER = {
    "ticket_status_list": ["New", "In Progress", "Resolved", "Waiting on Customer"],
    "ticket_types": [{"id": 1, "name": "Devices", "disabled": False}],
    "ticket_type_fields": [
        {"id": 2, "name": "Maker", "field_type": "text_field", "ticket_type_id": 1},
        {"id": 1, "name": "Device Type", "field_type": "select_box", "ticket_type_id": 1},
    ],
    "ticket_type_field_answers": [{"id": 1, "ticket_field_id": 1, "content": "Hard Drive"}],
    "users": [{"id": 1, "name": "Service Desk"}, {"id": 2, "name": "Triage"}],
    "require_ticket_type": None,
}


def in_a_list(id: int = 5, updated: str = UPDATED, **more: Any) -> dict[str, Any]:
    own = {"ticket_type_id": 1, "ticket_type_name": "Devices", "contact_id": 7, "parent": False}
    row = {**SHARED, **own, "properties": {"Maker": "HP"}, "tag_list": ["printer", MARKER]}
    return {"id": id, "updated_at": updated, **row, "comments": [INITIAL], "user": None, **more}


def alone(id: int = 5, updated: str = UPDATED, **more: Any) -> dict[str, Any]:
    later = {
        **INITIAL,
        "id": 2,
        "subject": "Update",
        "created_at": "2019-11-05T09:13:33.422Z",
        "body": "Later",
    }
    own: dict[str, Any] = {
        "asset_ids": [],
        "attachments": [],
        "line_items": [],
        "address": None,
        "user": None,
    }
    inner = {"contact": {"id": 7, "name": "Reception"}, "ticket_type": {"id": 1, "name": "Devices"}}
    row = {**SHARED, **own, **inner, "properties": {"Maker": "HP"}, "tag_list": ["printer", MARKER]}
    return {"id": id, "updated_at": updated, **row, "comments": [later, INITIAL], **more}


def customer(id: int = 1, updated: str = UPDATED, **more: Any) -> dict[str, Any]:
    row = {
        "id": id,
        "firstname": "Walkin",
        "lastname": "Customer",
        "fullname": "Walkin Customer",
        "business_name": "Contoso",
        "email": "walkin@somedomain.example",
        "phone": "123",
        "mobile": None,
        "created_at": "2019-10-21T08:33:21.053Z",
        "updated_at": updated,
        "get_sms": False,
        "opt_out": False,
        "disabled": False,
        "no_email": True,
        "properties": {},
        "online_profile_url": "http://testsubdomain.example//my_profile/v2/index?portal_key=81lcr4ua1parftzvbgk9",
        "business_then_name": "Contoso",
        "contacts": [],
    }
    return {**row, **more}


def asset(id: int = 7, updated: str = UPDATED, **more: Any) -> dict[str, Any]:
    row = {
        "id": id,
        "name": "PC-1",
        "customer_id": 1,
        "contact_id": None,
        "created_at": "2019-10-21T04:40:27.117Z",
        "updated_at": updated,
        "properties": {"OS": 4, "Size": "Medium"},
        "asset_type": "Desktop",
        "asset_serial": "NewSerial",
        "external_rmm_link": None,
        "customer": None,
        "rmm_links": [],
        "rmm_store": {"id": 4, "general": {}},
    }
    return {**row, **more}


def page(name: str, *rows: Any, number: int = 1, of: int = 1, **meta: Any) -> Told:
    return Told({name: list(rows), "meta": {"total_pages": of, "page": number, **meta}})


def world(**answers: Any) -> StandIn:
    """`answers` by method and path, with `__` for the space and nothing else special."""
    return StandIn(
        {SETTINGS: SETTINGS_ANSWER, **{name.replace("__", " "): it for name, it in answers.items()}}
    )


def seen(row: dict[str, Any] | None = None, stream: str = "tickets") -> Record:
    return to_record(row or in_a_list(), stream)
