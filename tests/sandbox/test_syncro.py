"""Syncro: what it lets in, how it answers, and what it refuses or passes over, by the examples of its API description."""

import json
from typing import Any

import pytest

from sandbox.desk import CompanyDesk
from syncline_sandbox.calls import Answer
from syncline_sandbox.syncro.simulated import company

TICKETS, CUSTOMERS, ASSETS = "/api/v1/tickets", "/api/v1/customers", "/api/v1/customer_assets"
NOT_PERMITTED = "Not authorized. Please ask account admin to update your group permissions."


def told(answer: Answer) -> tuple[int, Any]:
    return answer.status, json.loads(answer.body)


@pytest.fixture
def desk() -> CompanyDesk:
    return CompanyDesk()


class TestWhoIsLetIn:
    def test_a_wrong_token_is_refused(self, desk: CompanyDesk) -> None:
        assert desk.as_("wrong").ask("GET", TICKETS).status == 401
        assert desk.ask("GET", TICKETS, Authorization="sandbox-syncro-token").status == 401
        assert desk.ask("GET", f"{TICKETS}?api_key=sandbox-syncro-token", Authorization="").status == 401

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", CUSTOMERS), ("GET", ASSETS), ("GET", "/api/v1/contacts"), ("POST", ASSETS)],
    )
    def test_each_area_has_a_permission_and_its_lack_the_status_of_a_wrong_token(
        self, desk: CompanyDesk, method: str, path: str
    ) -> None:
        narrow = desk.as_("sandbox-syncro-tickets")
        assert told(narrow.ask(method, path)) == (401, {"error": NOT_PERMITTED})
        assert narrow.ask("GET", TICKETS).status == 200

    def test_one_that_only_reads_writes_nothing(self, desk: CompanyDesk) -> None:
        id = desk.ticket()["id"]
        reading = desk.as_("sandbox-syncro-reading")
        for method, path in (("POST", TICKETS), ("PUT", f"{TICKETS}/{id}"), ("DELETE", f"{TICKETS}/{id}")):
            assert reading.ask(method, path, {"subject": "x"}).status == 401
        assert reading.ask("GET", f"{TICKETS}/{id}").status == 200

    def test_a_single_customer_user_sees_the_rest_nowhere(self, desk: CompanyDesk) -> None:
        first, second = desk.customer(), desk.customer()
        theirs, others = desk.ticket(customer=first), desk.ticket(customer=second)
        single = desk.as_("sandbox-syncro-single")
        assert [it["id"] for it in single.json("GET", TICKETS)["tickets"]] == [theirs["id"]]
        assert single.ask("GET", f"{TICKETS}/{others['id']}").status == 404

    def test_it_tells_who_calls_and_says_the_token_back(self, desk: CompanyDesk) -> None:
        me = desk.json("GET", "/api/v1/me")
        assert (me["subdomain"], me["user_token"]) == ("sandbox", "sandbox-syncro-token")
        assert me["permissions"]["ticket"] == {"read": True, "write": True, "delete": True}

    def test_a_limit_is_shared_by_all_who_call_from_an_address(self, desk: CompanyDesk) -> None:
        desk.vendor.budget.limit = 2
        statuses = [desk.as_(it).ask("GET", "/api/v1/me").status for it in ("sandbox-syncro-token",) * 2]
        statuses.append(desk.as_("sandbox-syncro-reading").ask("GET", "/api/v1/me").status)
        assert statuses == [200, 200, 429]


class TestTickets:
    def test_a_new_one_needs_a_customer_and_a_subject(self, desk: CompanyDesk) -> None:
        assert told(desk.ask("POST", TICKETS, {})) == (422, {"error": "Customer required field"})
        refused = desk.ask("POST", TICKETS, {"customer_id": desk.customer(), "subject": ""})
        assert told(refused) == (422, {"success": False, "message": ["Subject can't be blank"]})
        assert desk.ask("POST", TICKETS, {"customer_id": 99999, "subject": "x"}).status == 404

    def test_a_status_is_one_of_the_list(self, desk: CompanyDesk) -> None:
        id = desk.ticket()["id"]
        assert desk.ask("PUT", f"{TICKETS}/{id}", {"status": "Doing"}).status == 422
        assert desk.json("PUT", f"{TICKETS}/{id}", {"status": "Resolved"})["ticket"]["resolved_at"]

    def test_what_it_does_not_know_is_passed_over(self, desk: CompanyDesk) -> None:
        made = desk.ticket(line_items=[{"name": "x"}], color="red", properties={"Maker": "HP", "Size": "M"})
        assert made["line_items"] == [] and "color" not in made and made["properties"] == {"Maker": "HP"}

    def test_a_list_and_a_single_one_have_different_forms(self, desk: CompanyDesk) -> None:
        made = desk.ticket(ticket_type_id=1)
        [row] = desk.json("GET", TICKETS)["tickets"]
        assert (row["ticket_type_id"], made["ticket_type"]["id"]) == (1, 1)
        assert "ticket_type_id" not in made and "asset_ids" not in row

    def test_pages_are_as_large_as_it_likes(self, desk: CompanyDesk) -> None:
        customer = desk.customer()
        made = [desk.ticket(customer=customer)["id"] for _ in range(51)]
        first = desk.json("GET", f"{TICKETS}?per_page=10")
        assert (len(first["tickets"]), first["meta"]) == (50, {"total_pages": 2, "page": 1})
        assert [it["id"] for it in desk.json("GET", f"{TICKETS}?page=2")["tickets"]] == made[:1]
        assert desk.json("GET", f"{TICKETS}?page=3") == {"tickets": [], "meta": {"total_pages": 2, "page": 3}}

    def test_those_updated_after_a_moment(self, desk: CompanyDesk) -> None:
        old, new = desk.ticket(), desk.ticket()
        desk.hands.move(5)
        desk.json("PUT", f"{TICKETS}/{new['id']}", {"priority": "1 High"})
        asked = f"{TICKETS}?since_updated_at={old['updated_at']}"
        assert [it["id"] for it in desk.json("GET", asked)["tickets"]] == [new["id"]]
        assert desk.ask("GET", f"{TICKETS}?since_updated_at=soon").status == 422

    def test_writing_the_same_again_changes_nothing(self, desk: CompanyDesk) -> None:
        made = desk.ticket()
        desk.hands.move(5)
        again = desk.json("PUT", f"{TICKETS}/{made['id']}", {"subject": made["subject"]})["ticket"]
        assert again["updated_at"] == made["updated_at"]

    def test_one_that_was_deleted_is_gone(self, desk: CompanyDesk) -> None:
        path = f"{TICKETS}/{desk.ticket()['id']}"
        assert desk.json("DELETE", path) == {"message": "Ticket was successfully deleted. "}
        assert desk.ask("DELETE", path).status == desk.ask("GET", path).status == 404


class TestDiscussion:
    def test_a_comment_needs_a_subject_and_a_body(self, desk: CompanyDesk) -> None:
        path = f"{TICKETS}/{desk.ticket()['id']}/comment"
        refused = told(desk.ask("POST", path, {}))
        assert refused == (
            422,
            {"success": False, "message": ["Body can't be blank", "Subject can't be blank"]},
        )

    def test_a_customer_gets_it_by_mail_unless_told_otherwise(self, desk: CompanyDesk) -> None:
        path = f"{TICKETS}/{desk.ticket()['id']}/comment"
        said = {"subject": "x", "body": "y"}
        for more in ({"hidden": True}, {"do_not_email": True}, {}):
            desk.json("POST", path, {**said, **more})
        assert len(desk.vendor.discussion.mailed) == 1

    def test_ten_come_at_once_the_newest_first(self, desk: CompanyDesk) -> None:
        path = f"{TICKETS}/{desk.ticket()['id']}"
        for number in range(11):
            desk.json("POST", f"{path}/comment", {"subject": "x", "body": str(number), "do_not_email": True})
        page = desk.json("GET", f"{path}/comments")
        assert [it["body"] for it in page["comments"]] == [str(10 - it) for it in range(10)]
        assert page["meta"] == {"total_pages": 2, "page": 1, "per_page": 10}
        [row] = desk.json("GET", TICKETS)["tickets"]
        assert [it["body"] for it in row["comments"]] == ["0"], "a list shows the first alone"

    def test_files_are_fetched_from_an_address(self, desk: CompanyDesk) -> None:
        path = f"{TICKETS}/{desk.ticket()['id']}/attach_file_url"
        assert desk.ask("POST", path, {"files": "x"}).status == 422
        files = [{"url": "https://files.example/a.png", "filename": "a.png"}]
        assert desk.json("POST", path, {"files": files})["message"].startswith("Processing")


class TestDirectory:
    def test_an_asset_needs_a_type_and_a_name(self, desk: CompanyDesk) -> None:
        refused = told(desk.ask("POST", ASSETS, {"name": "No type"}))
        assert refused[0] == 422 and refused[1]["message"] == ["Asset type can't be blank"]
        assert refused[1]["params"] == {"name": "No type"}

    def test_properties_of_a_new_asset_are_passed_over(self, desk: CompanyDesk) -> None:
        given = {"name": "PC-1", "asset_type_name": "Desktop", "properties": {"mac": "x"}}
        made = desk.json("POST", ASSETS, given)["asset"]
        assert (made["asset_type"], made["properties"]) == ("Desktop", {})
        path = f"{ASSETS}/{made['id']}"
        assert desk.json("PUT", path, {"properties": {"mac": "x"}})["asset"]["properties"] == {"mac": "x"}
        assert desk.ask("DELETE", path).status == 404

    def test_telephone_numbers_lose_their_form(self, desk: CompanyDesk) -> None:
        id = desk.customer(phone="+1 (555) 010-9999")
        assert desk.json("GET", f"{CUSTOMERS}/{id}")["customer"]["phone"] == "15550109999"

    def test_an_address_that_is_none_is_refused(self, desk: CompanyDesk) -> None:
        refused = told(desk.ask("POST", CUSTOMERS, {"email": "none"}))
        assert refused[0] == 422 and refused[1]["message"][0] == "Email is not an email"
        assert desk.json("GET", CUSTOMERS)["customers"] == []

    def test_contacts_come_bare(self, desk: CompanyDesk) -> None:
        made = desk.json("POST", "/api/v1/contacts", {"customer_id": desk.customer(), "name": "Reception"})
        assert made["name"] == "Reception"
        assert desk.ask("POST", "/api/v1/contacts", {"name": "x"}).status == 404

    def test_no_list_of_these_knows_a_time(self, desk: CompanyDesk) -> None:
        desk.customer()
        found = desk.json("GET", f"{CUSTOMERS}?since_updated_at=2030-01-01")
        assert len(found["customers"]) == found["meta"]["total_entries"] == 1


def test_the_demo_has_work_of_each_kind() -> None:
    made = company(count=12)
    streams = [it.stream for it in made.store.records.values()]
    assert streams.count("tickets") == 12 and {"customers", "contacts", "customer_assets"} < set(streams)
    assert made.ledger.effects == []


def test_notifications_bear_the_secret_of_their_address(desk: CompanyDesk) -> None:
    desk.vendor.push("tickets", "http://127.0.0.1:1/hook", "s3cret")
    made = desk.ticket()
    [delivery] = desk.vendor.deliveries.take_due(desk.hands())
    assert delivery.headers["Authorization"].startswith("Basic ")
    told = json.loads(delivery.body)
    assert told["link"].endswith(f"/tickets/{made['id']}") and told["attributes"]["id"] == made["id"]
