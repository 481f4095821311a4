"""What IT Glue answers, by the examples of its developer documentation."""

import json
from typing import Any

from connectors.standin import Asked, StandIn, Told
from syncline_common.connectors.itglue.records import to_record
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Record

MARKER = "sl-abcdefghij234567abcd"
ADDRESS, API = "https://acme.itglue.com", "https://api.itglue.com"
ORGANIZATIONS, CONFIGURATIONS, CONTACTS = (
    f"{API}/{it}" for it in ("organizations", "configurations", "contacts")
)
CREATED, UPDATED = "2019-04-22T18:43:16.000Z", "2019-11-04T08:59:31.034Z"
INVALID = RecordRejected("The system answered 422")


def configuration(id: int = 5, updated: str = UPDATED, **more: Any) -> dict[str, Any]:
    told = {
        "organization-id": 7,
        "organization-name": "Contoso",
        "resource-url": f"{ADDRESS}/7/configurations/{id}",
        "restricted": False,
        "my-glue": False,
        "name": "PC-1",
        "hostname": "pc-1",
        "primary-ip": "10.0.0.5",
        "mac-address": "F8-75-A4-00-00-01",
        "default-gateway": None,
        "serial-number": "PF3",
        "asset-tag": "",
        "position": None,
        "installed-by": None,
        "purchased-by": None,
        "notes": f"In the cellar\nSyncline: {MARKER}",
        "operating-system-notes": None,
        "warranty-expires-at": "2030-01-31",
        "installed-at": None,
        "purchased-at": None,
        "created-at": CREATED,
        "updated-at": updated,
        "configuration-type-id": 11,
        "configuration-type-name": "Workstation",
        "configuration-type-kind": "workstation",
        "configuration-status-id": 21,
        "configuration-status-name": "Active",
        "manufacturer-id": None,
        "manufacturer-name": None,
        "model-id": None,
        "contact-id": None,
        "location-id": None,
        "psa-integration": "disabled",
        "archived": False,
        **{name.replace("_", "-"): it for name, it in more.items()},
    }
    return {"id": str(id), "type": "configurations", "attributes": told, "relationships": {}}


def organization(id: int = 7, updated: str = UPDATED, **more: Any) -> dict[str, Any]:
    told = {
        "name": "Contoso",
        "alert": None,
        "description": None,
        "short-name": "CTS",
        "organization-type-id": 31,
        "organization-type-name": "Customer",
        "organization-status-id": 41,
        "organization-status-name": "Active",
        "resource-url": f"{ADDRESS}/{id}",
        "quick-notes": None,
        "created-at": CREATED,
        "updated-at": updated,
        **{name.replace("_", "-"): it for name, it in more.items()},
    }
    return {"id": str(id), "type": "organizations", "attributes": told, "relationships": {}}


def contact(id: int = 9, **more: Any) -> dict[str, Any]:
    told = {
        "organization-id": 7,
        "first-name": "Reception",
        "last-name": None,
        "notes": None,
        "important": False,
        "contact-emails": [
            {"value": "other@contoso.example", "primary": False, "label-name": "Home"},
            {"value": "reception@contoso.example", "primary": True, "label-name": "Work"},
        ],
        "contact-phones": [],
        "created-at": CREATED,
        "updated-at": UPDATED,
        **{name.replace("_", "-"): it for name, it in more.items()},
    }
    return {"id": str(id), "type": "contacts", "attributes": told}


def page(*rows: Any, number: int = 1, of: int = 1, total: int | None = None) -> Told:
    meta = {
        "current-page": number,
        "next-page": number + 1 if number < of else None,
        "prev-page": number - 1 or None,
        "total-pages": of,
        "total-count": len(rows) if total is None else total,
    }
    return Told({"data": list(rows), "meta": meta, "links": {}})


def one(row: Any, *included: Any) -> Told:
    return Told({"data": row, **({"included": list(included)} if included else {})})


def glue(answers: Any, address: str = ADDRESS) -> StandIn:
    return StandIn(answers, address)


def sent(asked: Asked) -> Any:
    return json.loads(asked.content or b"null")


def seen(row: dict[str, Any] | None = None) -> Record:
    told = row or configuration()
    return to_record(told, told["type"])
