"""IT Glue: what it lets in, how it answers, and what it refuses or passes over, by its developer documentation."""

import base64
import json
from typing import Any

import pytest

from sandbox.desk import Desk, Hands
from syncline_sandbox.calls import Answer
from syncline_sandbox.itglue.glue import API, Glue
from syncline_sandbox.itglue.simulated import glue

MEDIA = "application/vnd.api+json"
CONFIGURATIONS, ORGANIZATIONS = "/configurations", "/organizations"


class GlueDesk(Desk):
    vendor: Glue

    def __init__(self, key: str = "ITG.sandbox-key", vendor: Glue | None = None) -> None:
        self.hands = Hands()
        super().__init__(vendor or Glue(now=self.hands), API, {"x-api-key": key})

    def as_(self, key: str) -> "GlueDesk":
        return GlueDesk(key, self.vendor)

    def say(self, method: str, path: str, type: str, **attributes: Any) -> Answer:
        body = {"data": {"type": type, "attributes": attributes}}
        return self.ask(method, path, body, Content_Type=MEDIA)

    def organization(self, name: str = "Contoso") -> str:
        answer = self.say("POST", ORGANIZATIONS, "organizations", name=name)
        made: str = json.loads(answer.body)["data"]["id"]
        return made

    def configuration(self, **more: Any) -> dict[str, Any]:
        owner = more.pop("organization_id", None) or self.organization()
        given = {"name": "PC-1", "configuration_type_id": 11, "organization_id": owner, **more}
        answer = self.say("POST", CONFIGURATIONS, "configurations", **given)
        assert answer.status == 201, answer
        made: dict[str, Any] = json.loads(answer.body)["data"]
        return made


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["errors"][0]["detail"]


@pytest.fixture
def desk() -> GlueDesk:
    return GlueDesk()


class TestWhoIsLetIn:
    def test_a_wrong_key_is_forbidden(self, desk: GlueDesk) -> None:
        assert desk.as_("wrong").ask("GET", ORGANIZATIONS).status == 403
        assert desk.as_("").ask("GET", ORGANIZATIONS).status == 403

    def test_one_that_only_reads_writes_nothing(self, desk: GlueDesk) -> None:
        made, reading = desk.configuration(), desk.as_("ITG.sandbox-reading")
        one = f"{CONFIGURATIONS}/{made['id']}"
        assert reading.say("POST", CONFIGURATIONS, "configurations").status == 403
        assert reading.say("PATCH", one, "configurations", name="x").status == 403
        assert reading.ask("GET", one).status == 200

    def test_a_limit_is_told_by_nothing_but_its_status(self, desk: GlueDesk) -> None:
        desk.vendor.budget.limit = 1
        desk.ask("GET", "/regions")
        answer = desk.ask("GET", "/regions")
        assert answer.status == 429 and "Retry-After" not in answer.headers


class TestBodies:
    def test_another_media_type_is_refused(self, desk: GlueDesk) -> None:
        body = {"data": {"type": "organizations", "attributes": {"name": "Contoso"}}}
        assert desk.ask("POST", ORGANIZATIONS, body).status == 415
        assert desk.ask("POST", ORGANIZATIONS, body, Content_Type=MEDIA).status == 201

    def test_another_type_is_refused(self, desk: GlueDesk) -> None:
        assert desk.say("POST", ORGANIZATIONS, "contacts", name="Contoso").status == 400

    @pytest.mark.parametrize("name", ["name", "configuration_type_id", "organization_id"])
    def test_what_is_required_is(self, desk: GlueDesk, name: str) -> None:
        given = {
            "name": "PC",
            "configuration_type_id": 11,
            "organization_id": desk.organization(),
            name: None,
        }
        answer = desk.say("POST", CONFIGURATIONS, "configurations", **given)
        assert refusal(answer) == (422, f"{name.replace('_', '-')} can't be blank")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("mac_address", "F8-75-A4-00-00-00-00"),
            ("primary_ip", "somewhere"),
            ("configuration_type_id", 99),
            ("organization_id", 99),
            ("installed_at", "soon"),
        ],
    )
    def test_what_is_not_valid_is_told(self, desk: GlueDesk, name: str, value: Any) -> None:
        given = {
            "name": "PC",
            "configuration_type_id": 11,
            "organization_id": desk.organization(),
            name: value,
        }
        answer = desk.say("POST", CONFIGURATIONS, "configurations", **given)
        assert answer.status == 422
        assert json.loads(answer.body)["errors"][0]["source"]["pointer"].endswith(name.replace("_", "-"))

    def test_names_are_taken_in_either_spelling_and_told_in_one(self, desk: GlueDesk) -> None:
        made = desk.configuration(**{"serial-number": "PF3", "asset_tag": "A1", "colour": "blue"})
        told = made["attributes"]
        assert (told["serial-number"], told["asset-tag"]) == ("PF3", "A1") and "colour" not in told
        assert told["configuration-type-name"] == "Workstation" and isinstance(made["id"], str)

    def test_relationships_are_not_updated(self, desk: GlueDesk) -> None:
        made = desk.configuration()
        data = {"type": "configurations", "attributes": {"name": "x"}, "relationships": {"contact": {}}}
        path = f"{CONFIGURATIONS}/{made['id']}"
        assert desk.ask("PATCH", path, {"data": data}, Content_Type=MEDIA).status == 422

    def test_what_another_system_keeps_takes_few_changes(self, desk: GlueDesk) -> None:
        made = desk.configuration()
        desk.vendor.sync(made["id"])
        path = f"{CONFIGURATIONS}/{made['id']}"
        assert desk.say("PATCH", path, "configurations", name="x").status == 422
        assert desk.say("PATCH", path, "configurations", notes="x", archived=True).status == 200

    def test_there_is_no_way_to_delete_one_alone(self, desk: GlueDesk) -> None:
        made = desk.configuration()
        assert desk.ask("DELETE", f"{CONFIGURATIONS}/{made['id']}").status == 404
        body = {"data": [{"type": "configurations", "attributes": {"id": int(made["id"])}}]}
        assert desk.ask("DELETE", CONFIGURATIONS, body, Content_Type=MEDIA).status == 200
        assert desk.ask("GET", f"{CONFIGURATIONS}/{made['id']}").status == 404


class TestLists:
    def test_pages_say_where_they_are(self, desk: GlueDesk) -> None:
        owner = desk.organization()
        made = [desk.configuration(organization_id=owner)["id"] for _ in range(5)]
        page = desk.json("GET", f"{CONFIGURATIONS}?sort=id&page[number]=2&page[size]=2")
        assert [it["id"] for it in page["data"]] == made[2:4]
        meta = {it: page["meta"][it] for it in ("current-page", "next-page", "prev-page", "total-pages")}
        assert meta == {"current-page": 2, "next-page": 3, "prev-page": 1, "total-pages": 3}
        assert page["meta"]["total-count"] == 5

    def test_a_page_has_a_thousand_at_most(self, desk: GlueDesk) -> None:
        assert desk.ask("GET", f"{CONFIGURATIONS}?page[size]=1000").status == 200
        assert desk.ask("GET", f"{CONFIGURATIONS}?page[size]=1001").status == 400

    def test_they_are_sorted_by_some_attributes_alone(self, desk: GlueDesk) -> None:
        assert desk.ask("GET", f"{CONFIGURATIONS}?sort=-updated_at").status == 200
        assert desk.ask("GET", f"{CONFIGURATIONS}?sort=serial_number").status == 400

    def test_a_comma_stands_between_several_values(self, desk: GlueDesk) -> None:
        owner = desk.organization()
        for name in ("grey", "blue", "grey, blue"):
            desk.configuration(organization_id=owner, name=name)
        found = desk.json("GET", f"{CONFIGURATIONS}?filter[name]=grey,%20blue")["data"]
        assert sorted(it["attributes"]["name"] for it in found) == ["blue", "grey"]

    def test_a_filter_that_it_does_not_know_is_passed_over(self, desk: GlueDesk) -> None:
        desk.configuration()
        assert desk.json("GET", f"{CONFIGURATIONS}?filter[hostname]=x")["meta"]["total-count"] == 1

    def test_what_is_archived_is_listed(self, desk: GlueDesk) -> None:
        desk.configuration(archived=True)
        assert desk.json("GET", CONFIGURATIONS)["meta"]["total-count"] == 1
        assert desk.json("GET", f"{CONFIGURATIONS}?filter[archived]=false")["meta"]["total-count"] == 0


class TestFiles:
    def test_a_file_comes_with_its_record_if_it_is_asked_for(self, desk: GlueDesk) -> None:
        id = desk.configuration()["id"]
        file = {"content": base64.b64encode(b"content").decode(), "file_name": "a.txt"}
        path = f"{CONFIGURATIONS}/{id}"
        made = desk.say("POST", f"{path}/relationships/attachments", "attachments", attachment=file)
        assert made.status == 201 and "included" not in desk.json("GET", path)
        [told] = desk.json("GET", f"{path}?include=attachments")["included"]
        assert told["attributes"]["attachment-file-name"] == "a.txt"
        assert desk.ask("GET", told["attributes"]["download-url"].removeprefix(API)).body == b"content"

    def test_one_that_is_not_strictly_encoded_is_refused(self, desk: GlueDesk) -> None:
        path = f"{CONFIGURATIONS}/{desk.configuration()['id']}/relationships/attachments"
        file = {"content": "***", "file_name": "a.txt"}
        assert desk.say("POST", path, "attachments", attachment=file).status == 422


def test_the_demo_is_the_same_each_time() -> None:
    hands = Hands()
    one, other = (glue(7, 20, hands) for _ in range(2))
    assert {id: it.values for id, it in one.store.records.items()} == {
        id: it.values for id, it in other.store.records.items()
    }
