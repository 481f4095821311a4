"""xMatters: whom it lets in, how it answers, and what it refuses or passes over, each by an example of the reference."""

import json
from typing import Any

import pytest

from sandbox.desk import Desk, Hands, basic
from syncline_sandbox.calls import Answer, Call, call_of
from syncline_sandbox.faults import Fault
from syncline_sandbox.xmatters.company import Company
from syncline_sandbox.xmatters.furnished import company

PEOPLE, DEVICES, GROUPS = (f"/api/xm/1/{it}" for it in ("people", "devices", "groups"))
DESK = {"targetName": "desk.1", "firstName": "Service", "lastName": "Desk", "roles": ["Standard User"]}


class CompanyDesk(Desk):
    vendor: Company

    def __init__(
        self, login: str = "x-api-key-5f0c2a", secret: str = "sandbox-key", vendor: Any = None
    ) -> None:
        self.hands = Hands()
        made = vendor or Company(now=self.hands)
        if vendor is None:
            made.settle()
        super().__init__(made, made.address, {"Authorization": basic(secret, login)})

    def as_(self, login: str, secret: str) -> "CompanyDesk":
        return CompanyDesk(login, secret, self.vendor)

    def create(self, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.json("POST", PEOPLE, {**DESK, **more})
        return made

    def names(self, query: str = "") -> list[str]:
        return [it["targetName"] for it in self.json("GET", f"{PEOPLE}{query}")["data"]]


def told(answer: Answer) -> tuple[int, str]:
    body = json.loads(answer.body)
    assert set(body) == {"code", "reason", "message"} and body["code"] == answer.status
    return answer.status, body["message"]


@pytest.fixture
def desk() -> CompanyDesk:
    return CompanyDesk()


class TestWhoIsLetIn:
    @pytest.mark.parametrize(
        ("login", "secret"),
        [("x-api-key-5f0c2a", "wrong"), ("nobody", "x"), ("retired", "sandbox-retired-password"), ("", "")],
    )
    def test_others_get_a_401(self, desk: CompanyDesk, login: str, secret: str) -> None:
        assert told(desk.as_(login, secret).ask("GET", PEOPLE)) == (401, "Unauthorized")

    def test_a_token_that_is_none_is_told_in_its_own_way(self, desk: CompanyDesk) -> None:
        answer = desk.ask("GET", PEOPLE, Authorization="Bearer x")
        assert (answer.status, json.loads(answer.body)) == (401, {"error": "invalid_token"})

    def test_who_may_not_see_them_gets_fewer_people_and_no_word(self, desk: CompanyDesk) -> None:
        lead = desk.as_("team.lead", "sandbox-lead-password")
        [own] = [it["id"] for it in desk.json("GET", PEOPLE)["data"] if it["targetName"] == "team.lead"]
        theirs = desk.create(supervisors=[own])
        assert lead.names() == ["desk.1"]
        assert told(lead.ask("GET", f"{PEOPLE}/administrator"))[0] == 404
        assert lead.json("GET", f"{PEOPLE}/{theirs['id']}")["targetName"] == "desk.1"

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_who_may_not_write_is_told_before_anything_else(self, desk: CompanyDesk, method: str) -> None:
        auditor = desk.as_("x-api-key-77b1e9", "sandbox-read-only-key")
        target = PEOPLE if method == "POST" else f"{PEOPLE}/administrator"
        assert told(auditor.ask(method, target, {}))[0] == 403
        assert told(auditor.ask("GET", f"{PEOPLE}/license-quotas"))[0] == 403


class TestPages:
    def test_a_hundred_and_where_the_rest_is(self, desk: CompanyDesk) -> None:
        for number in range(120):
            desk.create(targetName=f"desk.{number:03}")
        first = desk.json("GET", f"{PEOPLE}?sortBy=TARGET_NAME&sortOrder=ASCENDING")
        assert (first["count"], first["total"]) == (100, 125)
        assert "previous" not in first["links"] and first["links"]["next"].startswith(f"{PEOPLE}?")
        rest = desk.json("GET", first["links"]["next"])
        assert rest["count"] == 25 and "next" not in rest["links"]
        assert {it["id"] for it in first["data"]}.isdisjoint(it["id"] for it in rest["data"])

    @pytest.mark.parametrize(
        "query", ["sortBy=TARGET_NAME", "sortBy=AGE&sortOrder=ASCENDING", "offset=x", "limit=0"]
    )
    def test_what_can_not_be_is_refused(self, desk: CompanyDesk, query: str) -> None:
        assert told(desk.ask("GET", f"{PEOPLE}?{query}"))[0] == 400

    def test_what_was_just_written_may_be_missing(self, desk: CompanyDesk) -> None:
        desk.hands.move(60)
        desk.vendor.store.lag = desk.vendor.window
        made = desk.create()
        assert "desk.1" not in desk.names()
        assert desk.json("GET", f"{PEOPLE}/{made['id']}")["id"] == made["id"]

    def test_people_by_what_they_are_called(self, desk: CompanyDesk) -> None:
        desk.create()
        assert desk.names("?lastName=DESK") == ["desk.1"] == desk.names("?search=serv")
        assert desk.names("?search=serv+nobody&operand=AND") == []


class TestPeople:
    def test_one_post_makes_and_changes(self, desk: CompanyDesk) -> None:
        answer = desk.ask("POST", PEOPLE, {**DESK, "properties": {"Cost Centre": "7", "Shoe": "9"}, "age": 3})
        made = json.loads(answer.body)
        assert answer.status == 201 and made["properties"] == {"Cost Centre": "7"} and "age" not in made
        assert made["webLogin"] == "desk.1" and made["site"]["name"] == "Default Site"
        assert "roles" not in made and "supervisors" not in made
        desk.hands.move(1)
        changed = desk.ask("POST", PEOPLE, {"id": made["id"], "lastName": "Window", "firstName": None})
        now = json.loads(changed.body)
        assert changed.status == 200 and (now["firstName"], now["lastName"]) == ("Service", "Window")
        assert now["whenUpdated"] > made["whenUpdated"] and now["whenCreated"] == made["whenCreated"]

    def test_lists_come_when_asked_for(self, desk: CompanyDesk) -> None:
        made = desk.create()
        shown = desk.json("GET", f"{PEOPLE}/desk.1?embed=roles,supervisors")
        assert [it["name"] for it in shown["roles"]["data"]] == ["Standard User"]
        assert [it["targetName"] for it in shown["supervisors"]["data"]] == ["syncline"], "the caller"
        alone = desk.create(targetName="desk.2", supervisors=[])
        assert desk.json("GET", f"{PEOPLE}/{alone['id']}/supervisors")["data"] == []
        assert made["id"] != alone["id"]

    @pytest.mark.parametrize(
        ("more", "status"),
        [
            ({"lastName": ""}, 400),
            ({"roles": []}, 400),
            ({"roles": ["Wizard"]}, 400),
            ({"timezone": "Mars"}, 400),
            ({"site": "Lisbon"}, 400),
            ({"supervisors": ["nobody"]}, 400),
            ({"firstName": 7}, 400),
            ({"phoneLogin": "desk"}, 400),
            ({"targetName": "x" * 101}, 409),
            ({"targetName": "ADMINISTRATOR"}, 409),
            ({"webLogin": "administrator"}, 409),
            ({"id": "00000000-0000-0000-0000-000000000000"}, 404),
        ],
    )
    def test_what_is_refused(self, desk: CompanyDesk, more: dict[str, Any], status: int) -> None:
        before = len(desk.vendor.store.records)
        assert told(desk.ask("POST", PEOPLE, {**DESK, **more}))[0] == status
        assert len(desk.vendor.store.records) == before

    def test_a_body_that_is_none(self, desk: CompanyDesk) -> None:
        assert told(desk.ask("POST", PEOPLE, b"{", Content_Type="application/json"))[0] == 400
        assert told(desk.ask("POST", PEOPLE, b"{}", Content_Type="text/plain"))[0] == 415

    def test_licences_run_out(self, desk: CompanyDesk) -> None:
        for number in range(50):
            desk.create(targetName=f"desk.{number}", licenseType="STAKEHOLDER_USER")
        answer = desk.ask("POST", PEOPLE, {**DESK, "targetName": "more", "licenseType": "STAKEHOLDER_USER"})
        assert told(answer) == (409, "There are no licenses left")
        assert desk.json("GET", f"{PEOPLE}/license-quotas")["stakeholderUsers"]["unused"] == 0

    def test_taking_away(self, desk: CompanyDesk) -> None:
        made = desk.create()
        other = desk.create(targetName="desk.2", supervisors=[made["id"]])
        assert told(desk.ask("DELETE", f"{PEOPLE}/{made['id']}"))[0] == 409
        assert desk.json("DELETE", f"{PEOPLE}/{other['id']}")["id"] == other["id"]
        assert desk.ask("DELETE", f"{PEOPLE}/{other['id']}").status == 204
        assert told(desk.ask("GET", f"{PEOPLE}/{other['id']}"))[0] == 404


class TestTheRest:
    def test_a_device_belongs_to_somebody_and_has_one_of_the_names(self, desk: CompanyDesk) -> None:
        owner = desk.create()["id"]
        mail = {"deviceType": "EMAIL", "name": "Work Email", "owner": owner, "emailAddress": "a@b.example"}
        made = desk.json("POST", DEVICES, mail)
        assert (made["targetName"], made["owner"]["id"]) == ("desk.1|Work Email", owner)
        assert told(desk.ask("POST", DEVICES, mail))[0] == 409, "one of a name"
        for wrong in ({"name": "Pigeon"}, {"owner": "nobody"}, {"emailAddress": ""}, {"deviceType": "VOICE"}):
            assert told(desk.ask("POST", DEVICES, {**mail, **wrong}))[0] == 400
        desk.json("DELETE", f"{PEOPLE}/{owner}")
        assert desk.json("GET", DEVICES)["data"] == []

    def test_groups_by_name(self, desk: CompanyDesk) -> None:
        desk.json("POST", GROUPS, {"targetName": "Network", "groupType": "BROADCAST"})
        shown = desk.json("GET", f"{GROUPS}/Network?embed=supervisors,observers")
        assert shown["groupType"] == "BROADCAST" and "created" in shown and "whenUpdated" not in shown
        assert told(desk.ask("POST", GROUPS, {"targetName": "network"}))[0] == 409

    def test_too_many_requests(self, desk: CompanyDesk) -> None:
        desk.vendor.budget.limit = 1
        assert desk.ask("GET", PEOPLE).headers["x-ratelimit-used"] == "1"
        answer = desk.ask("GET", PEOPLE)
        assert told(answer)[0] == 429 and "Retry-After" not in answer.headers

    def test_a_change_has_a_name_of_its_own_in_the_ledger(self, desk: CompanyDesk) -> None:
        made = desk.create()
        for body, name in (({}, "people.create"), ({"id": made["id"]}, "people.update")):
            from_desk = json.dumps(body).encode()
            call = _call(desk, from_desk)
            assert desk.vendor.operation_of(call) == name
        desk.vendor.faults.order("people.update", Fault.REVOKED)
        assert desk.vendor.faults.take("people.create") is None

    def test_the_demo_is_the_same_each_time_and_may_be_edited(self) -> None:
        one, two = company(3, 20, now=Hands()), company(3, 20, now=Hands())
        assert [(it.id, dict(it.values)) for it in one.store.records.values()] == [
            (it.id, dict(it.values)) for it in two.store.records.values()
        ]
        for stored in list(one.store.records.values()):
            if stored.stream == "people":
                one.edit(
                    stored.id,
                    {"phoneLogin": "1", "roles": "Standard User, Group Supervisor"},
                    "administrator",
                )
                assert one.headline(stored) and one.boxes(stored)


def _call(desk: CompanyDesk, body: bytes) -> Call:
    return call_of("POST", desk.host, PEOPLE, desk.headers, body)
