"""Freshdesk: what it lets in, how it answers, and what it refuses, each by an example of the reference."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.desk import Desk, Hands, basic
from syncline_sandbox.calls import Answer
from syncline_sandbox.freshdesk.helpdesk import Freshdesk
from syncline_sandbox.freshdesk.simulated import helpdesk

TICKETS = "/api/v2/tickets"
KEY = "sandbox-key-read-write"
OLD = "updated_since=2000-01-01T00:00:00Z"
NEW = {"subject": "It is slow", "description": "Since this morning", "requester_id": 43101}


class Account(Desk):
    vendor: Freshdesk

    def __init__(self, key: str = KEY, vendor: Freshdesk | None = None) -> None:
        self.hands = Hands()
        made = vendor or Freshdesk(now=self.hands)
        super().__init__(made, made.address, {"Authorization": basic("X", key), "Accept": "application/json"})

    def create(self, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.json("POST", TICKETS, {**NEW, **more})
        return made

    def found(self, query: str) -> list[int]:
        told = self.json("GET", f"/api/v2/search/tickets?query={quote(query)}")
        return [it["id"] for it in told["results"]]


@pytest.fixture
def desk() -> Account:
    return Account()


def faults(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 400, answer
    told = json.loads(answer.body)
    assert told["description"] == "Validation failed"
    return [(it["field"], it["code"]) for it in told["errors"]]


class TestWhoIsLetIn:
    @pytest.mark.parametrize("key", ["", "wrong"])
    def test_others_have_to_log_in(self, desk: Account, key: str) -> None:
        answer = Account(key, desk.vendor).ask("GET", TICKETS)
        assert (answer.status, json.loads(answer.body)["code"]) == (401, "invalid_credentials")

    def test_the_key_is_the_user_name(self, desk: Account) -> None:
        desk.headers["Authorization"] = basic(KEY, "X")
        assert desk.ask("GET", TICKETS).status == 401

    def test_who_may_only_read(self, desk: Account) -> None:
        reader = Account("sandbox-key-read-only", desk.vendor)
        assert reader.ask("GET", TICKETS).status == 200
        for method, target in (("POST", TICKETS), ("PUT", f"{TICKETS}/1"), ("DELETE", f"{TICKETS}/1")):
            answer = reader.ask(method, target, {"priority": 99})
            assert (answer.status, json.loads(answer.body)["code"]) == (403, "access_denied")

    def test_who_may_see_no_tickets(self, desk: Account) -> None:
        newcomer = Account("sandbox-key-no-tickets", desk.vendor)
        assert (
            newcomer.ask("GET", TICKETS).status == 403
            and newcomer.ask("GET", "/api/v2/agents/me").status == 200
        )

    def test_each_answer_says_its_version(self, desk: Account) -> None:
        assert desk.ask("GET", TICKETS).headers["X-Freshdesk-Api-Version"] == "latest=v2; requested=v2"

    def test_what_it_does_not_speak(self, desk: Account) -> None:
        assert desk.ask("GET", TICKETS, Accept="text/html").status == 406
        assert desk.ask("POST", TICKETS, b"<ticket/>", Content_Type="application/xml").status == 415
        assert desk.ask("PATCH", f"{TICKETS}/1", {}).status == 405
        assert desk.ask("GET", "/api/v2/nothing").status == 404

    def test_a_limit_by_the_minute(self, desk: Account) -> None:
        """What is included on a list costs more."""
        desk.vendor.budget.limit = 4
        first = desk.ask("GET", f"{TICKETS}?include=description")
        assert first.headers["X-RateLimit-Total"] == "4"
        assert desk.ask("GET", TICKETS).status == 200
        answer = desk.ask("GET", TICKETS)
        assert answer.status == 429 and 0 < int(answer.headers["Retry-After"]) <= 60


class TestLists:
    def test_only_the_last_thirty_days_unless_asked(self, desk: Account) -> None:
        old = desk.create()
        desk.hands.move(31 * 86_400)
        new = desk.create()
        assert [it["id"] for it in desk.json("GET", TICKETS)] == [new["id"]]
        assert [it["id"] for it in desk.json("GET", f"{TICKETS}?{OLD}")] == [new["id"], old["id"]]

    def test_since_counts_itself_in(self, desk: Account) -> None:
        at = desk.create()["updated_at"]
        assert len(desk.json("GET", f"{TICKETS}?updated_since={at}")) == 1
        desk.hands.move(1)
        later = desk.create()["updated_at"]
        assert len(desk.json("GET", f"{TICKETS}?updated_since={later}")) == 1

    def test_in_the_order_that_is_asked_for(self, desk: Account) -> None:
        for _ in range(3):
            desk.hands.move(1)
            desk.create()
        desk.ask("PUT", f"{TICKETS}/1", {"priority": 3})
        desk.hands.move(1)
        desk.ask("PUT", f"{TICKETS}/2", {"priority": 3})
        rows = desk.json("GET", f"{TICKETS}?{OLD}&order_by=updated_at&order_type=asc")
        assert [it["id"] for it in rows] == [1, 3, 2]
        assert [it["id"] for it in desk.json("GET", TICKETS)] == [3, 2, 1], (
            "as they were made, the newest first"
        )

    def test_pages_of_a_hundred_at_most(self, desk: Account) -> None:
        for _ in range(3):
            desk.create()
        answer = desk.ask("GET", f"{TICKETS}?per_page=2")
        assert len(json.loads(answer.body)) == 2 and "page=2" in answer.headers["Link"]
        assert "Link" not in desk.ask("GET", f"{TICKETS}?per_page=2&page=2").headers
        assert faults(desk.ask("GET", f"{TICKETS}?per_page=101")) == [("per_page", "invalid_value")]
        assert faults(desk.ask("GET", f"{TICKETS}?page=0")) == [("page", "invalid_value")]
        assert desk.json("GET", f"{TICKETS}?page=300") == []
        assert faults(desk.ask("GET", f"{TICKETS}?page=301")) == [("page", "invalid_value")]

    def test_what_there_is_not_to_ask(self, desk: Account) -> None:
        assert faults(desk.ask("GET", f"{TICKETS}?status=2")) == [("status", "invalid_field")]
        assert faults(desk.ask("GET", f"{TICKETS}?include=attachments")) == [("include", "invalid_value")]
        assert faults(desk.ask("GET", f"{TICKETS}?order_by=id")) == [("order_by", "invalid_value")]

    def test_the_text_only_if_it_is_included(self, desk: Account) -> None:
        desk.create()
        [row] = desk.json("GET", TICKETS)
        assert not {"description", "description_text", "attachments"} & set(row)
        [row] = desk.json("GET", f"{TICKETS}?include=description")
        assert (row["description"], row["description_text"]) == (
            "<div>Since this morning</div>",
            "Since this morning",
        )

    def test_what_is_deleted_is_listed_apart(self, desk: Account) -> None:
        id = desk.create()["id"]
        assert desk.ask("DELETE", f"{TICKETS}/{id}").status == 204
        assert desk.json("GET", TICKETS) == [] and len(desk.json("GET", f"{TICKETS}?filter=deleted")) == 1
        assert desk.json("GET", f"{TICKETS}/{id}")["deleted"] is True
        for method in ("PUT", "DELETE"):
            assert desk.ask(method, f"{TICKETS}/{id}", {"priority": 2}).status == 405
        assert (
            desk.ask("PUT", f"{TICKETS}/{id}/restore", {}).status == 204
            and len(desk.json("GET", TICKETS)) == 1
        )


class TestSearches:
    def test_fields_values_and_brackets(self, desk: Account) -> None:
        desk.create(priority=3, tags=["late"], custom_fields={"cf_reference": "ORD-1"})
        desk.create(priority=1, type="Question")
        assert desk.found("\"tag:'late'\"") == [1] and desk.found("\"cf_reference:'ORD-1'\"") == [1]
        assert desk.found('"priority:>2"') == [1] and desk.found('"type:null AND tag:null"') == []
        assert desk.found("\"(priority:3 OR type:'Question') AND created_at:>'2026-01-01'\"") == [2, 1]

    @pytest.mark.parametrize(
        "query", ["priority:3", "'priority:3'", '"priority"', '"(priority:3"', '"priority:3 XOR status:2"']
    )
    def test_what_can_not_be_read(self, desk: Account, query: str) -> None:
        desk.create()
        assert faults(desk.ask("GET", f"/api/v2/search/tickets?query={quote(query)}")) == [
            ("query", "invalid_value")
        ]

    def test_what_is_not_in_it(self, desk: Account) -> None:
        asked = quote("\"subject:'It is slow'\"")
        assert faults(desk.ask("GET", f"/api/v2/search/tickets?query={asked}")) == [
            ("subject", "invalid_field")
        ]

    def test_thirty_on_each_of_ten_pages(self, desk: Account) -> None:
        for _ in range(31):
            desk.create()
        told = desk.json("GET", "/api/v2/search/tickets?query=%22status:2%22")
        assert (told["total"], len(told["results"])) == (31, 30)
        assert faults(desk.ask("GET", "/api/v2/search/tickets?query=%22status:2%22&page=11")) == [
            ("page", "invalid_value")
        ]


class TestWriting:
    def test_what_a_ticket_needs(self, desk: Account) -> None:
        needed = [
            ("requester_id", "missing_field"),
            ("subject", "missing_field"),
            ("description", "missing_field"),
        ]
        assert faults(desk.ask("POST", TICKETS, {})) == needed
        answer = desk.ask("POST", TICKETS, NEW)
        assert answer.status == 201 and answer.headers["Location"].endswith("/api/v2/tickets/1")

    @pytest.mark.parametrize(
        ("given", "fault"),
        [
            ({"priority": 99}, ("priority", "invalid_value")),
            ({"status": "2"}, ("status", "datatype_mismatch")),
            ({"colour": "red"}, ("colour", "invalid_field")),
            ({"id": 5}, ("id", "invalid_field")),
            ({"custom_fields": {"cf_nothing": 1}}, ("cf_nothing", "invalid_field")),
            ({"custom_fields": {"cf_visits": "5"}}, ("cf_visits", "datatype_mismatch")),
            ({"custom_fields": {"cf_channel": "Mail"}}, ("cf_channel", "invalid_value")),
            ({"tags": ["a,b"]}, ("tags", "invalid_value")),
            ({"responder_id": 1}, ("responder_id", "invalid_value")),
            ({"due_by": "tomorrow"}, ("due_by", "invalid_date")),
        ],
        ids=str,
    )
    def test_one_field_at_fault_fails_all(self, desk: Account, given: Any, fault: tuple[str, str]) -> None:
        id = desk.create()["id"]
        assert faults(desk.ask("PUT", f"{TICKETS}/{id}", {"subject": "Else", **given})) == [fault]
        assert desk.json("GET", f"{TICKETS}/{id}")["subject"] == "It is slow"

    def test_custom_fields_are_merged_and_tags_replaced(self, desk: Account) -> None:
        id = desk.create(tags=["a"], custom_fields={"cf_reference": "1"})["id"]
        changed = desk.json("PUT", f"{TICKETS}/{id}", {"tags": ["b"], "custom_fields": {"cf_visits": 3}})
        assert changed["tags"] == ["b"]
        assert (changed["custom_fields"]["cf_reference"], changed["custom_fields"]["cf_visits"]) == ("1", 3)

    def test_what_has_to_be_filled_in_before_the_end(self, desk: Account) -> None:
        desk.vendor.tickets.drafts.closing.add("cf_cause")
        id = desk.create()["id"]
        assert faults(desk.ask("PUT", f"{TICKETS}/{id}", {"status": 5})) == [("cf_cause", "missing_field")]
        desk.json("PUT", f"{TICKETS}/{id}", {"status": 5, "custom_fields": {"cf_cause": "Dust"}})
        [field] = [it for it in desk.json("GET", "/api/v2/ticket_fields") if it["name"] == "cf_cause"]
        assert field["required_for_closure"] is True

    def test_an_address_becomes_a_contact(self, desk: Account) -> None:
        made = [desk.create(requester_id=None, email=f"{it}@fabrikam.example") for it in "aab"]
        ids = [it["requester_id"] for it in made]
        assert ids[0] == ids[1] != ids[2]

    def test_what_changes_nothing_is_no_update(self, desk: Account) -> None:
        made = desk.create()
        desk.hands.move(5)
        again = desk.json("PUT", f"{TICKETS}/{made['id']}", {"subject": "It is slow"})
        assert again["updated_at"] == made["updated_at"]

    def test_a_child_has_one_parent(self, desk: Account) -> None:
        for _ in range(3):
            desk.create()
        child = desk.json("PUT", f"{TICKETS}/1", {"parent_id": 2})
        assert (child["association_type"], child["associated_tickets_list"]) == (2, [2])
        parent = desk.json("GET", f"{TICKETS}/2")
        assert (parent["association_type"], parent["associated_tickets_list"]) == (1, [1])
        for id, other in ((1, 3), (2, 3), (3, 1), (3, 3), (3, 99)):
            assert [it for it, _ in faults(desk.ask("PUT", f"{TICKETS}/{id}", {"parent_id": other}))] == [
                "parent_id"
            ]


class TestNotesAndFiles:
    def test_a_note_is_private_unless_said(self, desk: Account) -> None:
        id = desk.create()["id"]
        assert faults(desk.ask("POST", f"{TICKETS}/{id}/notes", {})) == [("body", "missing_field")]
        note = desk.json("POST", f"{TICKETS}/{id}/notes", {"body": "Hello <again>"})
        assert (note["private"], note["body"], note["user_id"]) == (True, "<div>Hello </div>", 43001)
        desk.json("POST", f"{TICKETS}/{id}/notes", {"body": "x", "private": False})
        told = desk.json("GET", f"{TICKETS}/{id}/conversations")
        assert [it["private"] for it in told] == [True, False]

    def form(self, desk: Account, id: int, content: bytes, end: str = "--b--\r\n") -> Answer:
        head = 'Content-Disposition: form-data; name="attachments[]"; filename="a.txt"\r\nContent-Type: text/plain'
        body = f"--b\r\n{head}\r\n\r\n".encode() + content + f"\r\n{end}".encode()
        return desk.ask("PUT", f"{TICKETS}/{id}", body, Content_Type="multipart/form-data; boundary=b")

    def test_a_file_is_added_by_a_form_and_fetched_by_a_link_for_five_minutes(self, desk: Account) -> None:
        id = desk.create()["id"]
        assert self.form(desk, id, b"one\r\n--two").status == 200
        [file] = desk.json("GET", f"{TICKETS}/{id}")["attachments"]
        assert (file["name"], file["size"], file["content_type"]) == ("a.txt", 10, "text/plain")
        target = file["attachment_url"].removeprefix(desk.vendor.address)
        assert desk.ask("GET", target).body == b"one\r\n--two"
        desk.hands.move(301)
        assert desk.ask("GET", target).status == 403

    def test_one_that_is_cut_off_is_none(self, desk: Account) -> None:
        id = desk.create()["id"]
        assert self.form(desk, id, b"one", end="").status == 400
        assert desk.json("GET", f"{TICKETS}/{id}")["attachments"] == []

    def test_all_of_them_together_have_a_limit(self, desk: Account) -> None:
        id, desk.vendor.files.largest = desk.create()["id"], 5
        assert self.form(desk, id, b"123").status == 200
        assert faults(self.form(desk, id, b"456")) == [("attachments", "invalid_size")]


def test_what_it_begins_with() -> None:
    made = helpdesk(now=Hands())
    assert len(made.store.records) == 60 and made.ledger.effects == []
    assert {it.values["status"] for it in made.store.records.values()} == {2, 3, 6}
    again = helpdesk(now=Hands())
    assert [it.values for it in made.store.records.values()] == [
        it.values for it in again.store.records.values()
    ]
    for stored in list(made.store.records.values()):
        made.edit(stored.id, {"priority": "2", "note": "Again."}, "service.desk@contoso.example")
