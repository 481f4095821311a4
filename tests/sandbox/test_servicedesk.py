"""Freshservice: where it differs from its sister product, and what it refuses, each by an example of the reference."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.desk import Desk, Hands, basic
from syncline_sandbox.calls import Answer
from syncline_sandbox.freshservice.servicedesk import Freshservice
from syncline_sandbox.freshservice.simulated import servicedesk

TICKETS = "/api/v2/tickets"
KEY = "sandbox-key-read-write"
OLD = "updated_since=2000-01-01T00:00:00Z"
NEW = {"subject": "Laptop", "description": "Since this morning", "requester_id": 43101}


class Account(Desk):
    vendor: Freshservice

    def __init__(self, key: str = KEY, vendor: Freshservice | None = None) -> None:
        self.hands = Hands()
        made = vendor or Freshservice(now=self.hands)
        super().__init__(made, made.address, {"Authorization": basic("X", key), "Accept": "application/json"})

    def create(self, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.json("POST", TICKETS, {**NEW, **more})["ticket"]
        return made

    def listed(self, query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.json("GET", f"{TICKETS}?{OLD}&{query}")["tickets"]
        return rows

    def found(self, query: str, more: str = "") -> list[int]:
        told = self.json("GET", f"{TICKETS}/filter?query={quote(query)}{more}")
        return [it["id"] for it in told["tickets"]]


@pytest.fixture
def desk() -> Account:
    return Account()


def faults(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 400, answer
    return [(it["field"], it["code"]) for it in json.loads(answer.body)["errors"]]


class TestEnvelopes:
    def test_everything_is_named(self, desk: Account) -> None:
        assert desk.json("GET", TICKETS) == {"tickets": []}
        id = desk.create()["id"]
        assert desk.json("GET", f"{TICKETS}/{id}")["ticket"]["id"] == id
        assert desk.json("GET", "/api/v2/agents/me")["agent"]["email"] == "sync.account@contoso.example"
        assert desk.json("POST", f"{TICKETS}/{id}/notes", {"body": "x"})["conversation"]["private"] is True
        assert len(desk.json("GET", f"{TICKETS}/{id}/conversations")["conversations"]) == 1
        [field] = [
            it
            for it in desk.json("GET", "/api/v2/ticket_form_fields")["ticket_fields"]
            if it["name"] == "status"
        ]
        assert field["field_type"] == "default_status" and field["choices"][0] == {"id": 2, "value": "Open"}

    def test_each_answer_says_its_version(self, desk: Account) -> None:
        assert desk.ask("GET", TICKETS).headers["X-Freshservice-Api-Version"] == "latest=v2; requested=v2"

    def test_others_have_to_log_in_and_some_may_only_read(self, desk: Account) -> None:
        assert Account("wrong", desk.vendor).ask("GET", TICKETS).status == 401
        reader = Account("sandbox-key-read-only", desk.vendor)
        assert (reader.ask("GET", TICKETS).status, reader.ask("POST", TICKETS, {}).status) == (200, 403)


class TestLists:
    def test_there_is_no_order_but_that_in_which_they_were_made(self, desk: Account) -> None:
        for _ in range(3):
            desk.hands.move(1)
            desk.create()
        desk.json("PUT", f"{TICKETS}/1", {"priority": 3})
        assert [it["id"] for it in desk.listed("order_type=asc")] == [1, 2, 3]
        assert faults(desk.ask("GET", f"{TICKETS}?order_by=updated_at")) == [("order_by", "invalid_field")]

    def test_tags_only_if_they_are_included(self, desk: Account) -> None:
        id = desk.create(tags=["a"])["id"]
        assert "tags" not in desk.listed("")[0] and desk.listed("include=tags")[0]["tags"] == ["a"]
        assert "tags" not in desk.json("GET", f"{TICKETS}/{id}")["ticket"]
        assert desk.json("GET", f"{TICKETS}/{id}?include=tags")["ticket"]["tags"] == ["a"]

    def test_the_text_is_always_there(self, desk: Account) -> None:
        desk.create()
        assert desk.listed("")[0]["description_text"] == "Since this morning"

    def test_what_is_included_costs_three(self, desk: Account) -> None:
        desk.vendor.budget.limit = 4
        assert desk.ask("GET", f"{TICKETS}?include=tags").status == 200
        assert desk.ask("GET", TICKETS).status == 429


class TestWorkspaces:
    def test_who_names_none_is_told_of_the_primary_one(self, desk: Account) -> None:
        mine, other = desk.create()["id"], desk.create(workspace_id=3)["id"]
        assert [it["id"] for it in desk.listed("")] == [mine]
        assert [it["id"] for it in desk.listed("workspace_id=3")] == [other]
        assert [it["id"] for it in desk.listed("workspace_id=0")] == [other, mine]
        assert desk.found('"status:2"') == [mine] and desk.found('"status:2"', "&workspace_id=0") == [
            other,
            mine,
        ]
        assert faults(desk.ask("GET", f"{TICKETS}?workspace_id=9")) == [("workspace_id", "invalid_value")]

    def test_of_all_together_only_fields_of_all(self, desk: Account) -> None:
        desk.create(custom_fields={"desk_number": "4", "reference": "ORD-1"})
        assert desk.listed("workspace_id=2")[0]["custom_fields"]["desk_number"] == "4"
        fields = desk.listed("workspace_id=0")[0]["custom_fields"]
        assert "desk_number" not in fields and fields["reference"] == "ORD-1"

    def test_each_has_its_form(self, desk: Account) -> None:
        def names(query: str) -> set[str]:
            rows = desk.json("GET", f"/api/v2/ticket_form_fields{query}")["ticket_fields"]
            return {it["name"] for it in rows}

        assert names("") - names("?workspace_id=3") == {"desk_number"}
        assert names("?workspace_id=3") - names("") == {"contract"}

    def test_they_are_listed(self, desk: Account) -> None:
        rows = desk.json("GET", "/api/v2/workspaces")["workspaces"]
        assert [(it["id"], it["name"], it["primary"]) for it in rows] == [
            (2, "IT", True),
            (3, "People", False),
        ]


class TestSearches:
    def test_a_tag_is_found_and_a_text_field_is_not_known(self, desk: Account) -> None:
        desk.create(tags=["late"], custom_fields={"reference": "ORD-1", "visits": 3}, urgency=2)
        assert desk.found("\"tag:'late'\"") == [1] and desk.found('"visits:3 AND urgency:>2"') == [1]
        for query, name in (("\"reference:'ORD-1'\"", "reference"), ("\"subject:'Laptop'\"", "subject")):
            assert faults(desk.ask("GET", f"{TICKETS}/filter?query={quote(query)}")) == [
                (name, "invalid_field")
            ]

    def test_people_by_how_their_names_begin(self, desk: Account) -> None:
        def found(path: str, query: str) -> list[int]:
            return [it["id"] for it in desk.json("GET", f"/api/v2/{path}?query={quote(query)}")[path]]

        assert found("agents", "\"~[first_name|last_name|email]:'serv'\"") == [43010]
        assert found("requesters", "\"~[first_name|last_name|primary_email]:'ware'\"") == [43102]
        for query in ("~[first_name]:'x'", "\"~[nickname]:'x'\"", '"first"'):
            assert faults(desk.ask("GET", f"/api/v2/agents?query={quote(query)}")) == [
                ("query", "invalid_value")
            ]


class TestWriting:
    def test_a_service_request_comes_from_the_catalogue(self, desk: Account) -> None:
        assert faults(desk.ask("POST", TICKETS, {**NEW, "type": "Service Request"})) == [
            ("type", "invalid_value")
        ]

    @pytest.mark.parametrize(
        ("given", "fault"),
        [
            ({"urgency": 4}, ("urgency", "invalid_value")),
            ({"category": "Furniture"}, ("category", "invalid_value")),
            ({"workspace_id": 9}, ("workspace_id", "invalid_value")),
            ({"product_id": 1}, ("product_id", "invalid_field")),
            ({"parent_id": 1}, ("parent_id", "invalid_field")),
            ({"custom_fields": {"cf_reference": "x"}}, ("cf_reference", "invalid_field")),
            ({"custom_fields": {"channel": "Beach"}}, ("channel", "invalid_value")),
        ],
        ids=str,
    )
    def test_what_there_is_not_here(self, desk: Account, given: Any, fault: tuple[str, str]) -> None:
        assert faults(desk.ask("POST", TICKETS, {**NEW, **given})) == [fault]

    def test_a_category_by_its_name(self, desk: Account) -> None:
        assert desk.create(category="Hardware", sub_category="Computer")["category"] == "Hardware"


def test_what_it_begins_with() -> None:
    made = servicedesk(now=Hands())
    assert len(made.store.records) == 60 and made.ledger.effects == []
    for stored in list(made.store.records.values()):
        made.edit(stored.id, {"priority": "2", "note": "Again."}, "service.desk@contoso.example")
