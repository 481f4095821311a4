"""What Jira Cloud answers, by the vendor's reference."""

from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.jira.records import to_record
from syncline_common.schemas.records import Record

MARKER = "sl-abcdefghij234567abcd"
ME = "5b10a2844c20165700ede21g"
API = "/rest/api/3"
SEARCH, FETCH, FIELD = f"POST {API}/search/jql", f"POST {API}/issue/bulkfetch", f"GET {API}/field"
MYSELF, RIGHTS, SERVER = f"GET {API}/myself", f"GET {API}/mypermissions", f"GET {API}/serverInfo"
PROJECTS = f"GET {API}/project/search"
CREATE, BULK = f"POST {API}/issue", f"POST {API}/issue/bulk"
GET, PUT, DELETE = (f"{it} {API}/issue/10002" for it in ("GET", "PUT", "DELETE"))
TRANSITIONS, MOVE = (f"{it} {API}/issue/10002/transitions" for it in ("GET", "POST"))
LISTED, COMMENT = (f"{it} {API}/issue/10002/comment" for it in ("GET", "POST"))
SINCE = datetime(2022, 12, 8, 10, 22, 18, 889_000, tzinfo=UTC)
UPDATED = "2022-12-08T02:22:18.889-0800"
CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"


def field(id: str, type: str, items: str = "", custom: str = "") -> dict[str, Any]:
    schema: dict[str, Any] = {"type": type} | ({"items": items} if items else {})
    schema |= {"custom": f"{CUSTOM}:{custom}", "customId": int(id[12:])} if custom else {"system": id}
    return {"id": id, "key": id, "name": id.title(), "custom": bool(custom), "schema": schema}


FIELDS = [
    field("summary", "string"),
    field("description", "string"),
    field("status", "status"),
    field("priority", "priority"),
    field("labels", "array", "string"),
    field("components", "array", "component"),
    field("assignee", "user"),
    field("parent", "issuelink"),
    field("duedate", "date"),
    field("created", "datetime"),
    field("updated", "datetime"),
    field("resolution", "resolution"),
    field("votes", "votes"),
    field("customfield_10010", "string", custom="textarea"),
    field("customfield_10011", "option", custom="select"),
    field("customfield_10012", "array", "option", custom="multiselect"),
    field("customfield_10013", "option-with-child", custom="cascadingselect"),
    field("customfield_10014", "number", custom="float"),
    field("customfield_10015", "datetime", custom="datetime"),
    field("customfield_10016", "any", custom="sprint"),
    field("customfield_10017", "sd-servicelevelagreement", custom="sd-sla-field"),
]
PERSON = {"accountId": ME, "accountType": "atlassian", "displayName": "Triage Desk", "active": True}
ZONED = {**PERSON, "timeZone": "America/Los_Angeles", "emailAddress": "sync@example.com"}
TO_DO = {"id": "10000", "name": "To Do", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}}
DONE = {"id": "10001", "name": "Done", "statusCategory": {"id": 3, "key": "done", "name": "Done"}}
ADF = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "It is slow"}]}],
}


def issue(id: str = "10002", updated: str = UPDATED, **fields: Any) -> dict[str, Any]:
    told = {
        "summary": "Main order flow broken",
        "description": ADF,
        "status": TO_DO,
        "labels": [],
        "project": {"id": "10000", "key": "ED", "name": "Education", "projectTypeKey": "software"},
        "issuetype": {"id": "10004", "name": "Bug"},
        "created": "2022-12-08T02:00:00.000-0800",
        "updated": updated,
        **fields,
    }
    return {
        "id": id,
        "key": f"ED-{id[-1]}",
        "self": f"https://your-domain.atlassian.net{API}/issue/{id}",
        "fields": told,
    }


def page(*issues: dict[str, Any], next: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"issues": list(issues), "isLast": next is None}
    return told if next is None else {**told, "nextPageToken": next}


def fetched(*issues: dict[str, Any]) -> dict[str, Any]:
    return {"expand": "schema,names", "issues": list(issues), "issueErrors": []}


def history(at: str, *items: str) -> dict[str, Any]:
    changed = [{"field": it, "fieldId": it, "fromString": "a", "toString": "b"} for it in items]
    return {"id": "10001", "author": PERSON, "created": at, "items": changed}


def written(*histories: dict[str, Any], **fields: Any) -> dict[str, Any]:
    later = issue(updated="2022-12-08T03:00:00.000-0800", **fields)
    return {**later, "changelog": {"startAt": 0, "total": len(histories), "histories": list(histories)}}


def transition(id: str, to: dict[str, Any], **screen: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": to["name"],
        "to": to,
        "hasScreen": bool(screen),
        "isAvailable": True,
        "fields": screen,
    }


def seen(**fields: Any) -> Record:
    return to_record(issue(**fields), "Bug", {it["id"]: it for it in FIELDS})


def world(answers: dict[str, Any]) -> StandIn:
    """With fields, and somebody who asks."""
    return StandIn({FIELD: Told(FIELDS), MYSELF: ZONED, **answers})
