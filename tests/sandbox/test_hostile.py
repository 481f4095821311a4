"""Whatever is sent, a vendor answers as a vendor: it refuses, and never stumbles."""

import json
from typing import Any

import pytest

from sandbox.desk import PATCH, BoardsDesk, Desk, InstanceDesk

ODD: list[Any] = [None, True, 5, "x", [], [[]], [1], {}, {"a": {"b": [None]}}]
PATHS = (
    *(f"/fields/System.{it}" for it in ("Title", "AssignedTo", "WorkItemType", "TeamProject", "State")),
    *(
        "/fields/Microsoft.VSTS.Common.Priority",
        "/relations/-",
        "/relations/0",
        "/relations/-/attributes/comment",
    ),
    *("/rev", None),
)
VALUES: list[Any] = [
    None,
    5,
    1e400,
    "x",
    [],
    {},
    {"id": 5},
    {"rel": "Hyperlink", "url": "x"},
    {"rel": 5, "url": []},
]
ODD_PATCHES: list[Any] = [
    [{"op": op, "path": path, "value": value}]
    for op in ("add", "remove", "test", None, 5)
    for path in PATHS
    for value in VALUES
]
FIELDS = (
    "ids", "query", "text", "IsDeleted", "fields", "$expand", "errorPolicy", "publisherId", "consumerInputs", "eventType",
    "publisherInputs", "headers", "uri", "short_description", "state", "impact", "assigned_to", "opened_at", "comments", "rest_requests",
    "batch_request_id",
)  # fmt: skip
BODIES = [
    *ODD,
    *({name: value} for name in FIELDS for value in ODD),
    *({name: [value]} for name in FIELDS for value in ODD),
]
HEADERS: list[Any] = [None, [], [{}], [5], [{"name": "a", "value": "b"}]]
BATCHES = [
    {
        "batch_request_id": "1",
        "rest_requests": [{"id": 1, "method": "GET", "url": url, "headers": headers, "body": body}],
    }
    for url in (None, "x", "/api/now/table/incident")
    for headers in HEADERS
    for body in (None, 5, "x", "e30=")
]
BOARDS = [
    ("POST", "Contoso/_apis/wit/wiql?api-version=7.1"),
    ("POST", "_apis/wit/workitemsbatch?api-version=7.1"),
    ("POST", "_apis/wit/workitemsdelete?api-version=7.1"),
    ("PATCH", "_apis/wit/$batch?api-version=7.1"),
    ("PATCH", "_apis/wit/recyclebin/2?api-version=7.1"),
    ("POST", "_apis/wit/workItems/1/comments?api-version=7.1-preview.4"),
    ("POST", "_apis/hooks/subscriptions?api-version=7.1"),
]
TABLES = [
    ("POST", "/api/now/table/incident"),
    ("POST", "/api/now/table/change_request?sysparm_input_display_value=true"),
    ("PATCH", "/api/now/table/incident/{id}"),
    ("POST", "/api/now/v1/batch"),
    ("POST", "/oauth_token.do"),
    ("POST", "/api/now/attachment/upload"),
]


def stands(desk: Desk, method: str, target: str, body: Any, **headers: str) -> None:
    answer = desk.ask(method, target, json.dumps(body).encode(), **headers)
    assert answer.status < 500, (target, body)


@pytest.mark.parametrize(("method", "target"), BOARDS)
def test_boards_stand_odd_bodies(method: str, target: str) -> None:
    desk = BoardsDesk("sandbox-pat-administrator")
    desk.create(), desk.create()
    desk.json("DELETE", "/sandbox/_apis/wit/workitems/2?api-version=7.1")
    for body in [*BODIES, *([it] for it in BODIES)]:
        stands(desk, method, f"/sandbox/{target}", body, Content_Type="application/json")


@pytest.mark.parametrize(
    "target", ["PATCH /sandbox/_apis/wit/workitems/1", "POST /sandbox/Contoso/_apis/wit/workitems/$Bug"]
)
def test_boards_stand_odd_patches(target: str) -> None:
    desk = BoardsDesk()
    desk.create()
    method, _, path = target.partition(" ")
    for patch in [*ODD, *ODD_PATCHES]:
        stands(desk, method, f"{path}?api-version=7.1", patch, Content_Type=PATCH)


@pytest.mark.parametrize(("method", "target"), TABLES)
@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_an_instance_stands_odd_bodies(method: str, target: str, kind: str) -> None:
    desk = InstanceDesk()
    id = desk.create()["sys_id"]
    for body in [*BODIES, *BATCHES]:
        stands(desk, method, target.format(id=id), body, Content_Type=kind)


@pytest.mark.parametrize(
    "query",
    [
        "^",
        "^^",
        "^OR",
        "^NQ",
        "=",
        "a=",
        "ORDERBY",
        "state",
        "stateBETWEEN",
        "impact>x",
        "a.b.c=1",
        "company.x=1",
    ],
)
def test_an_instance_stands_odd_queries(query: str) -> None:
    desk = InstanceDesk()
    desk.create()
    for tail in (
        f"sysparm_query={query}",
        f"sysparm_fields={query}",
        f"sysparm_limit={query}&sysparm_offset=-1",
    ):
        assert desk.ask("GET", f"/api/now/table/incident?{tail}").status < 500
        assert desk.ask("GET", f"/api/now/attachment?{tail}").status < 500


@pytest.mark.parametrize("where", ["(", "[", "'", "[System.Id]", "[System.Id] IN (", "[System.Id] = -", "[System.Id] = -'x'", "@me", "[System.ChangedDate] > @today - 'x'", "[System.ChangedDate] > @me", "[System.Title] > 5", "[System.Id] CONTAINS 1", "[Custom.Billable] > true", "NOT", "[System.ChangedDate] > '9999-99-99'"])  # fmt: skip
def test_boards_stand_odd_queries(where: str) -> None:
    desk = BoardsDesk()
    desk.create(Custom__Billable=True)
    query = {"query": f"SELECT [System.Id] FROM WorkItems WHERE {where}"}
    assert desk.ask("POST", "/sandbox/_apis/wit/wiql?api-version=7.1", query).status < 500
