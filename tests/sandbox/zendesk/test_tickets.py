"""Tickets of the simulated Zendesk: what is taken, what is refused, and what is dropped without much of a word."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.zendesk.clients import ADMIN, AGENT, ROOT, HelpdeskDesk, desk, said
from syncline_sandbox.zendesk.fields import COMPONENTS, CUSTOMER, GO_LIVE, OLD_CODE, OUTAGE, PRODUCT, SEATS

TRIAGE = 900000000002


def own(ticket: dict[str, Any]) -> dict[int, Any]:
    return {it["id"]: it["value"] for it in ticket["custom_fields"]}


def test_a_ticket_begins_with_its_first_comment() -> None:
    mine = desk()
    answer = mine.ask(
        "POST", f"{ROOT}/tickets", {"ticket": {"comment": {"body": "It burns", "public": False}}}
    )
    made = json.loads(answer.body)["ticket"]
    assert answer.status == 201 and answer.headers["Location"].endswith(f"/tickets/{made['id']}.json")
    assert (made["subject"], made["description"], made["is_public"]) == ("It burns", "It burns", False)
    assert (made["status"], made["requester_id"]) == ("new", 900000000001)
    [first] = mine.json("GET", f"{ROOT}/tickets/{made['id']}/comments")["comments"]
    assert (first["body"], first["public"]) == ("It burns", False)


@pytest.mark.parametrize(
    "fields",
    [
        {"comment": {"body": " "}},
        {"status": "done"},
        {"priority": "P1"},
        {"type": "bug"},
        {"assignee_id": 900000000005},  # a customer
        {"assignee_id": 900000000007},  # suspended
        {"requester_id": 1},
        {"group_id": 1},
        {"brand_id": 1},
        {"custom_fields": [{"id": PRODUCT, "value": "nothing"}]},
        {"custom_fields": [{"id": SEATS, "value": "many"}]},
        {"custom_fields": [{"id": GO_LIVE, "value": "tomorrow"}]},
        {"type": "incident", "problem_id": 77},
        {"comment": {"body": "x", "uploads": ["no such token"]}},
    ],
)
def test_values_that_are_refused(fields: dict[str, Any]) -> None:
    mine = desk()
    given = {"subject": "x", "comment": {"body": "x"}, **fields}
    answer = mine.ask("POST", f"{ROOT}/tickets", {"ticket": given})
    assert said(answer) == (422, "RecordInvalid") and json.loads(answer.body)["details"]
    assert mine.vendor.ledger.effects == []


@pytest.mark.parametrize("body", [{}, {"ticket": []}, {"tickets": {}}])
def test_a_body_without_its_envelope(body: dict[str, Any]) -> None:
    assert said(desk().ask("POST", f"{ROOT}/tickets", body)) == (400, "Invalid attribute")


def test_keys_that_may_not_be_written_are_dropped_with_a_header() -> None:
    mine = desk()
    made = mine.create()
    answer = mine.put(
        made["id"], subject="y", description="other", created_at="2001-01-01T00:00:00Z", nonsense=1
    )
    warned = answer.headers["X-Zendesk-API-Warn"]
    assert all(f'"{it}"' in warned for it in ("description", "created_at", "nonsense"))
    told = json.loads(answer.body)["ticket"]
    assert (told["subject"], told["description"]) == ("y", "It burns")


def test_fields_that_are_not_there_are_dropped_without_a_word() -> None:
    given = [{"id": OLD_CODE, "value": "x"}, {"id": 1, "value": "x"}, {"id": CUSTOMER, "value": "Contoso"}]
    made = desk().create(custom_fields=given)
    assert own(made)[CUSTOMER] == "Contoso" and not {OLD_CODE, 1} & set(own(made))


def test_drop_downs_and_tags_are_the_same_thing() -> None:
    mine = desk()
    fields = [{"id": PRODUCT, "value": "web_shop"}, {"id": COMPONENTS, "value": ["search"]}]
    made = mine.create(custom_fields=[*fields, {"id": OUTAGE, "value": True}], tags=["VIP customer"])
    assert made["tags"] == ["search", "vip_customer", "web_shop"] and own(made)[OUTAGE] is True
    told = mine.changed(made["id"], tags=["mobile_app"])
    assert (own(told)[PRODUCT], own(told)[COMPONENTS]) == ("mobile_app", [])


def test_a_safe_update_is_refused_in_another_second_alone() -> None:
    mine = desk()
    made = mine.create()
    seen = made["updated_at"]
    safe = {"safe_update": True, "updated_stamp": seen}
    assert mine.put(made["id"], subject="in the same second", **safe).status == 200
    mine.hands.move(1)
    mine.changed(made["id"], subject="a second later")
    answer = mine.put(made["id"], subject="stale", **safe)
    assert said(answer) == (409, "UpdateConflict")
    assert mine.json("GET", f"{ROOT}/tickets/{made['id']}")["ticket"]["subject"] == "a second later"


def test_a_closed_ticket_stays_as_it_is() -> None:
    mine = desk()
    made = mine.create()
    mine.changed(made["id"], status="closed")
    assert said(mine.put(made["id"], subject="x")) == (422, "RecordInvalid")
    assert said(mine.put(made["id"], comment={"body": "x"})) == (422, "RecordInvalid")


def test_what_an_agent_has_taken_is_no_longer_new() -> None:
    mine = desk()
    made = mine.create()
    told = mine.changed(made["id"], assignee_id=TRIAGE)
    assert (told["status"], told["custom_status_id"]) == ("open", 1002)
    assert mine.changed(made["id"], status="new")["status"] == "open"
    assert mine.changed(made["id"], custom_status_id=1003)["status"] == "pending"


def test_an_incident_has_a_problem_and_no_other_ticket_has() -> None:
    mine = desk()
    problem = mine.create(type="problem")
    assert mine.create(type="incident", problem_id=problem["id"])["problem_id"] == problem["id"]
    assert mine.create(type="task", problem_id=problem["id"])["problem_id"] is None
    assert mine.json("GET", f"{ROOT}/tickets/{problem['id']}")["ticket"]["has_incidents"]


def test_the_same_key_makes_one_ticket() -> None:
    mine = desk()
    body = {"ticket": {"subject": "x", "comment": {"body": "x"}}}
    first = mine.ask("POST", f"{ROOT}/tickets", body, Idempotency_Key="k")
    again = mine.ask("POST", f"{ROOT}/tickets", body, Idempotency_Key="k")
    assert (first.headers["x-idempotency-lookup"], again.headers["x-idempotency-lookup"]) == ("miss", "hit")
    assert first.body == again.body and len(mine.vendor.desk.tickets()) == 1
    other = mine.ask("POST", f"{ROOT}/tickets", {"ticket": {"comment": {"body": "y"}}}, Idempotency_Key="k")
    assert said(other) == (400, "IdempotentRequestError")
    mine.hands.move(timedelta(hours=2).total_seconds())
    assert (
        mine.ask("POST", f"{ROOT}/tickets", body, Idempotency_Key="k").headers["x-idempotency-lookup"]
        == "miss"
    )


def test_the_bin_gives_back_for_thirty_days() -> None:
    mine = desk()
    made = mine.create()
    assert mine.ask("DELETE", f"{ROOT}/tickets/{made['id']}").status == 204
    assert said(mine.ask("DELETE", f"{ROOT}/tickets/{made['id']}")) == (404, "RecordNotFound")
    assert mine.json("GET", f"{ROOT}/tickets/show_many?ids={made['id']}")["tickets"] == []
    assert mine.json("GET", f"{ROOT}/tickets?page[size]=10")["tickets"] == []
    [there] = mine.json("GET", f"{ROOT}/deleted_tickets?page[size]=10")["deleted_tickets"]
    assert there["id"] == made["id"] and there["previous_state"] == "new"
    assert mine.ask("PUT", f"{ROOT}/deleted_tickets/{made['id']}/restore").status == 200
    assert mine.json("GET", f"{ROOT}/tickets/{made['id']}")["ticket"]["status"] == "new"


def test_a_hundred_at_once_and_no_more() -> None:
    ids = ",".join(str(it) for it in range(1, 102))
    assert said(desk().ask("GET", f"{ROOT}/tickets/show_many?ids={ids}")) == (400, "TooManyValues")


def test_pages_by_cursor_and_by_number() -> None:
    mine = filled(5)
    first = mine.json("GET", f"{ROOT}/tickets?sort=id&page[size]=2")
    assert [it["id"] for it in first["tickets"]] == [1, 2] and first["meta"]["has_more"]
    after = first["meta"]["after_cursor"]
    mine.ask("DELETE", f"{ROOT}/tickets/2")
    second = mine.json("GET", f"{ROOT}/tickets?sort=id&page[size]=100&page[after]={after}")
    assert [it["id"] for it in second["tickets"]] == [3, 4, 5] and not second["meta"]["has_more"]
    numbered = mine.json("GET", f"{ROOT}/tickets?per_page=2&page=2")
    assert (numbered["count"], [it["id"] for it in numbered["tickets"]]) == (4, [4, 5])


@pytest.mark.parametrize(
    "more", ["page[size]=101", "page[size]=x", "page[after]=%25%25", "sort=subject", "page=102"]
)
def test_pages_that_are_refused(more: str) -> None:
    query = more if "page[size]" in more or more == "page=102" else f"page[size]=2&{more}"
    assert desk().ask("GET", f"{ROOT}/tickets?{query}").status == 400


def test_a_file_needs_a_comment_within_the_hour() -> None:
    mine = desk()
    made = mine.create()

    def uploaded() -> dict[str, Any]:
        path = f"{ROOT}/uploads?filename=a%20b.txt"
        told: dict[str, Any] = mine.json("POST", path, b"abc", Content_Type="text/plain")["upload"]
        return told

    first = uploaded()
    assert mine.json("GET", f"{ROOT}/tickets/{made['id']}/comments")["comments"][-1]["attachments"] == []
    mine.changed(made["id"], comment={"body": "See", "uploads": [first["token"]]})
    [file] = mine.json("GET", f"{ROOT}/tickets/{made['id']}/comments?sort=-created_at&page[size]=1")[
        "comments"
    ][0]["attachments"]
    assert (file["id"], file["file_name"], file["size"]) == (first["attachment"]["id"], "a b.txt", 3)
    content = mine.as_("").ask("GET", file["content_url"].removeprefix(mine.vendor.address))
    assert content.body == b"abc", "whoever knows the address may fetch it"
    late = uploaded()
    mine.hands.move(timedelta(minutes=61).total_seconds())
    assert mine.put(made["id"], comment={"body": "See", "uploads": [late["token"]]}).status == 422


def test_what_a_change_was_made_with_is_in_its_audit() -> None:
    mine = desk()
    made = mine.create()
    answer = mine.put(made["id"], comment={"body": "Seen", "public": False}, metadata={"from": "here"})
    audit = json.loads(answer.body)["audit"]
    assert audit["metadata"]["custom"] == {"from": "here"} and audit["events"][0]["type"] == "Comment"
    assert mine.json("GET", f"{ROOT}/tickets/{made['id']}/audits/{audit['id']}")["audit"] == audit


def test_a_person_edits_by_the_same_rules() -> None:
    mine = filled(1)
    mine.vendor.edit("1", {"priority": "urgent", "comment": "Seen"}, AGENT)
    assert mine.json("GET", f"{ROOT}/tickets/1")["ticket"]["priority"] == "urgent"
    assert ADMIN in mine.vendor.people and {
        it.name for it in mine.vendor.boxes(mine.vendor.store.records["1"])
    } >= {
        "subject",
        "comment",
    }


def filled(count: int) -> HelpdeskDesk:
    mine = desk()
    for _ in range(count):
        mine.create()
    return mine
