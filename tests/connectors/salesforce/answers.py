"""What Salesforce answers, by the vendor's reference."""

from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.salesforce.records import Shape
from syncline_common.errors import PermissionMissing, RecordRejected, RemoteError
from syncline_common.schemas.records import Record
from syncline_common.sdk.ports import Found

MARKER = "sl-abcdefghij234567abcd"
ONE, TWO, THREE = "5003000000D8cuIAAR", "5003000000D8cuJAAR", "5003000000D8cuKAAR"
DATA = "/services/data/v62.0"
QUERY, DESCRIBE = f"GET {DATA}/query", f"GET {DATA}/sobjects/Case/describe"
READ, CREATE = f"GET {DATA}/composite/sobjects/Case", f"POST {DATA}/sobjects/Case"
PATCH, DELETE = f"PATCH {DATA}/sobjects/Case/{ONE}", f"DELETE {DATA}/sobjects/Case/{ONE}"
COLLECTION, COMPOSITE = f"POST {DATA}/composite/sobjects", f"POST {DATA}/composite"
SINCE = datetime(2026, 7, 14, 0, 28, 44, 500, tzinfo=UTC)
FOUND = Found(marker_field="Syncline_Id__c")


def field(name: str, type: str = "string", **more: Any) -> dict[str, Any]:
    usual = {
        "label": name,
        "createable": True,
        "updateable": True,
        "nillable": True,
        "defaultedOnCreate": False,
        "filterable": True,
        "calculated": False,
        "htmlFormatted": False,
        "externalId": False,
        "unique": False,
        "picklistValues": [],
        "referenceTo": [],
    }
    return {"name": name, "type": type, **usual, **more}


def kept(name: str, type: str) -> dict[str, Any]:
    return field(name, type, createable=False, updateable=False, nillable=False, defaultedOnCreate=True)


def choice(value: str, label: str | None = None, *, active: bool = True) -> dict[str, Any]:
    return {"value": value, "label": label or value, "active": active, "defaultValue": False}


FIELDS = [
    kept("Id", "id"),
    kept("IsDeleted", "boolean"),
    kept("CreatedDate", "datetime"),
    kept("LastModifiedDate", "datetime"),
    kept("SystemModstamp", "datetime"),
    field("Subject"),
    field("Description", "textarea", filterable=False),
    field("Status", "picklist", picklistValues=[choice("New"), choice("Closed")], defaultedOnCreate=True),
    field(
        "Priority",
        "picklist",
        nillable=False,
        picklistValues=[choice("High", "Urgent"), choice("Low"), choice("Old", active=False)],
    ),
    field("OwnerId", "reference", referenceTo=["Group", "User"]),
    field("ParentId", "reference", referenceTo=["Case"]),
    field("Topics__c", "multipicklist"),
    field("Effort__c", "double"),
    field("Promised__c", "datetime"),
    field("Notes__c", "textarea", htmlFormatted=True),
    field("Age__c", "double", calculated=True, createable=False, updateable=False),
    field("Comments", "textarea"),
    kept("LastViewedDate", "datetime"),
    field("Place__c", "location"),
    field("Syncline_Id__c", externalId=True, unique=True),
]
DESCRIBED = {
    "name": "Case",
    "label": "Case",
    "queryable": True,
    "createable": True,
    "updateable": True,
    "fields": FIELDS,
}
SHAPE = Shape.of(DESCRIBED)
SELECTED = f"SELECT {', '.join(SHAPE.read)} FROM Case"


def row(id: str = ONE, at: str = "2026-07-14T00:28:44", **values: Any) -> dict[str, Any]:
    stamps = dict.fromkeys(("SystemModstamp", "LastModifiedDate"), f"{at}.000+0000")
    fixed = {"Id": id, "CreatedDate": "2026-07-14T00:00:00.000+0000", **stamps}
    attributes = {"type": "Case", "url": f"{DATA}/sobjects/Case/{id}"}
    return {"attributes": attributes, **dict.fromkeys(SHAPE.read), **fixed, **values}


def of(entity: str, **values: Any) -> dict[str, Any]:
    return {"attributes": {"type": entity, "url": f"{DATA}/sobjects/{entity}/x"}, **values}


def rows(*found: dict[str, Any], next: str | None = None) -> dict[str, Any]:
    more = {"nextRecordsUrl": next} if next else {}
    return {"totalSize": len(found), "done": next is None, "records": list(found), **more}


def made(id: str = ONE) -> Told:
    return Told({"id": id, "success": True, "errors": []}, 201)


def refused(code: str, message: str, status: int = 400) -> RemoteError:
    """As the gateway has it."""
    kind = {400: RecordRejected, 403: PermissionMissing}[status]
    words = f'[{{"message":"{message}","errorCode":"{code}","fields":[]}}]'
    return kind(f"The system answered {status}", detail=f"{status} POST /x: {words}")


def world(**answers: Any) -> StandIn:
    """With a description."""
    lines = {"query": QUERY, "read": READ, "create": CREATE, "patch": PATCH}
    named = {lines.get(name, name): it for name, it in answers.items()}
    return StandIn({DESCRIBE: DESCRIBED, **named})


def seen(**values: Any) -> Record:
    return SHAPE.record(row(**values), "Syncline_Id__c")
