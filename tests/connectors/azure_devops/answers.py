"""What Azure DevOps answers, by the vendor's reference."""

from datetime import UTC, datetime
from typing import Any

from syncline_common.schemas.records import Record, RecordRef

MARKER = "sl-abcdefghij234567abcd"
PROJECTS, WIQL, ITEMS = "GET /_apis/projects", "POST /_apis/wit/wiql", "GET /_apis/wit/workitems"
FIELDS = "GET /_apis/wit/fields"
TYPES = "GET /Web%20Shop/_apis/wit/workitemtypes"
PROBE = "POST /Web%20Shop/_apis/wit/workitems/$User%20Story"
KNOWN = {
    "value": [{"referenceName": it, "name": it, "type": "string"} for it in ("System.Title", "Custom.Empty")]
}
SINCE = datetime(2026, 3, 31, 18, 36, 26, 230000, tzinfo=UTC)


def item(id: int, rev: int = 1, changed: str = "2026-03-31T18:36:26.23Z", **fields: Any) -> dict[str, Any]:
    return {
        "id": id,
        "rev": rev,
        "fields": {
            "System.WorkItemType": "Bug",
            "System.TeamProject": "Web Shop",
            "System.CreatedDate": "2026-03-31T18:00:00Z",
            "System.ChangedDate": changed,
            **{f"System.{name}": it for name, it in fields.items()},
        },
    }


def hits(*ids: int) -> dict[str, Any]:
    return {"queryType": "flat", "workItems": [{"id": it, "url": "x"} for it in ids]}


def listed(*items: Any) -> dict[str, Any]:
    return {"count": len(items), "value": list(items)}


def a_bug(**values: Any) -> Record:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    return Record(RecordRef("Bug", "7"), values, "3", at, at, project="Web Shop")


CHECKS = {
    PROJECTS: [listed({"id": "p1", "name": "Web Shop", "state": "wellFormed"}), listed()],
    WIQL: hits(),
    TYPES: listed({"name": "Old", "isDisabled": True}, {"name": "User Story"}),
    FIELDS: KNOWN,
    PROBE: {"id": 0, "rev": 0, "fields": {}},
}
