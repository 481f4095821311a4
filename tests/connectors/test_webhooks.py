"""Webhooks are hints: only from those who know the secret, and only about which record."""

import json
from base64 import b64encode
from typing import Any

import pytest

from backing.canaries import CANARY
from syncline_common.connectors import azure_devops, servicenow
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

SECRET = f"{CANARY}-hook"
FIELDS = {"System.WorkItemType": "Bug", "System.Title": "x"}
ROW = "9d385017c611228701d22104cc95c371"


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}


def azure(kind: str, resource: Any, headers: dict[str, str] | None = None) -> tuple[Hint, ...]:
    body = json.dumps({"eventType": kind, "resource": resource}).encode()
    return azure_devops.hints(basic("syncline", SECRET) if headers is None else headers, body, SECRET)


@pytest.mark.parametrize("kind", ["created", "restored", "commented"])
def test_a_record_by_its_id(kind: str) -> None:
    assert azure(f"workitem.{kind}", {"id": 5, "fields": FIELDS}) == (Hint(RecordRef("Bug", "5")),)


def test_an_update_has_a_number_of_its_own() -> None:
    told = {"id": 12, "workItemId": 5, "revision": {"id": 5, "rev": 12, "fields": FIELDS}, "fields": {}}
    assert azure("workitem.updated", told) == (Hint(RecordRef("Bug", "5")),)


def test_a_deletion_says_so() -> None:
    assert azure("workitem.deleted", {"id": 5, "fields": FIELDS}) == (
        Hint(RecordRef("Bug", "5"), deleted=True),
    )


def test_other_events_are_nothing_to_us() -> None:
    assert azure("git.push", {"commits": []}) == ()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("syncline", "wrong"),
        basic("other", SECRET),
        {"authorization": SECRET},
        {"authorization": f"Bearer {SECRET}"},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic é"},
    ],
)
def test_strangers_are_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        azure("workitem.created", {"id": 5, "fields": FIELDS}, headers)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"eventType": "workitem.created"}', b'{"eventType": [], "resource": {}}'],
)
def test_what_can_not_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        azure_devops.hints(basic("syncline", SECRET), body, SECRET)


@pytest.mark.parametrize("resource", [{"id": 5}, {"id": "x", "fields": FIELDS}, [], {"id": 5, "fields": []}])
def test_a_record_that_can_not_be_told_is_refused(resource: Any) -> None:
    with pytest.raises(Invalid):
        azure("workitem.created", resource)


def now(told: Any, token: str = SECRET) -> tuple[Hint, ...]:
    return servicenow.hints({"x-syncline-token": token}, json.dumps(told).encode(), SECRET)


@pytest.mark.parametrize(("operation", "deleted"), [("insert", False), ("update", False), ("delete", True)])
def test_a_row_by_table_and_id(operation: str, deleted: bool) -> None:
    told = {"table": "incident", "sys_id": ROW, "sys_mod_count": "3", "operation": operation}
    assert now(told) == (Hint(RecordRef("incident", ROW), deleted),)


def test_a_wrong_token_is_turned_away() -> None:
    for token in ("", "wrong", SECRET[:-1], "é"):
        with pytest.raises(Unauthenticated):
            now({"table": "incident", "sys_id": ROW, "operation": "update"}, token)


@pytest.mark.parametrize(
    "told",
    [
        {"table": "incident", "operation": "update"},
        {"table": "incident", "sys_id": "a^b", "operation": "update"},
        {"table": "../x", "sys_id": ROW, "operation": "update"},
        {"table": "incident", "sys_id": ROW, "operation": "explode"},
        {"table": 1, "sys_id": ROW, "operation": "update"},
        [],
        "x",
    ],
)
def test_a_row_that_can_not_be_told_is_refused(told: Any) -> None:
    with pytest.raises(Invalid):
        now(told)


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(Unauthenticated):
        azure_devops.hints({}, b"{}", "")
    with pytest.raises(Unauthenticated):
        servicenow.hints({}, b"{}", "")
