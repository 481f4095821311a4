"""D18, configuration as code: export, plan, apply; the same file twice changes nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import Response

from backing.canaries import CANARY
from common.served import problem_of
from services.connections.office import PATH, Office, opened_office
from services.connections.test_drafts import RIGHT, save
from services.connections.vendors import BOARDS, DESK
from syncline_common.clock import ManualClock
from syncline_common.configuration.reading import load
from syncline_common.db.tx import Database
from syncline_common.ids import new_id

FILE: dict[str, Any] = {
    "network": "Support",
    "name": "Bugs",
    "a": {"url": BOARDS},
    "b": {"url": DESK},
    "configuration": RIGHT,
}


@pytest.fixture
async def office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    async with opened_office(db, clock) as found:
        yield found


async def told(office: Office, verb: str, file: Any, **params: Any) -> Response:
    return await office.http.post(f"/connections/v1/{verb}", json=file, params=params)


async def exported(office: Office, made: str, **params: Any) -> str:
    answer = await office.http.get(f"{PATH}/{made}/export", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/yaml"), answer.text
    return answer.text


class TestExport:
    async def test_is_yaml_that_is_read_back_and_changes_nothing(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        text = await exported(office, made)
        assert load(text)["network"] == "Support" and load(text)["a"]["url"] == BOARDS
        headers = {"Content-Type": "application/yaml"}
        plan = (await office.http.post("/connections/v1/plan", content=text, headers=headers)).json()
        assert (plan["action"], plan["differences"], plan["connection_id"]) == ("nothing", [], made)

    async def test_of_a_version(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        await office.do(made, "publish")
        await save(office, made, {"version": 1, "flows": []})
        assert len(load(await exported(office, made, version=1))["configuration"]["flows"]) == 1
        assert load(await exported(office, made))["configuration"]["flows"] == []
        answer = await office.http.get(f"{PATH}/{made}/export", params={"version": 2})
        problem_of(answer, 404, "not_found")


class TestPlan:
    async def test_tells_the_differences_and_changes_nothing(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        before = await office.get(made, "/draft")
        file = {**FILE, "description": "now told", "configuration": {**RIGHT, "schedule": {"every": "5m"}}}
        plan = (await told(office, "plan", file, publish=True)).json()
        assert (plan["action"], plan["publishes"], plan["valid"]) == ("update", True, True)
        assert [it["pointer"] for it in plan["differences"]] == [
            "/description",
            "/configuration/schedule/every",
        ]
        assert await office.get(made, "/draft") == before and (await office.get(made))["description"] == ""

    async def test_of_a_new_one_says_whose_credentials_are_needed(self, office: Office) -> None:
        plan = (await told(office, "plan", FILE)).json()
        assert (plan["action"], plan["connection_id"]) == ("create", None)
        assert plan["needs_credentials"] == ["a", "b"] and office.registry.calls["register"] == 0

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"network": "Nowhere"}, "/network"),
            ({"a": {"url": "https://example.com"}}, "/a/url"),
            ({"nane": "x"}, "/nane"),
            ({"configuration": []}, "/configuration"),
            ({"template": "assets"}, "/template"),
            ({"a": {"url": DESK}, "b": {"url": BOARDS}}, "/a/url"),
        ],
        ids=["network", "address", "unknown field", "no document", "template", "turned round"],
    )
    async def test_what_is_wrong_is_pointed_at(
        self, office: Office, change: dict[str, Any], pointer: str
    ) -> None:
        await office.built()
        problem = problem_of(await told(office, "plan", FILE | change), 422, "invalid")
        assert [it["pointer"] for it in problem["errors"]] == [pointer]

    async def test_a_secret_in_a_file_is_not_repeated(self, office: Office) -> None:
        auth = {"scheme": "pat", "token": [f"{CANARY}"]}
        answer = await told(office, "plan", {**FILE, "a": {"url": BOARDS, "auth": auth}})
        problem_of(answer, 422, "invalid")
        assert CANARY not in answer.text

    async def test_a_network_that_was_not_granted_is_not_there(self, office: Office) -> None:
        stranger = office.people.add("stranger", "manager", new_id())
        answer = await office.http.post("/connections/v1/plan", json=FILE, headers=stranger)
        assert problem_of(answer, 422, "invalid")["errors"][0]["pointer"] == "/network"


class TestApply:
    async def test_makes_it_so_and_twice_changes_nothing(self, office: Office) -> None:
        made = await office.built()
        first = (await told(office, "apply", {**FILE, "description": "told"}, publish=True)).json()
        assert (first["action"], first["connection"]["published_version"]) == ("update", 1)
        assert (first["connection"]["state"], first["connection"]["description"]) == ("active", "told")
        again = (await told(office, "apply", {**FILE, "description": "told"}, publish=True)).json()
        assert (again["action"], again["connection"]["published_version"]) == ("nothing", 1)
        assert len((await office.get(made, "/versions"))["items"]) == 1

    async def test_a_new_one_is_built_with_the_configuration_of_the_file(self, office: Office) -> None:
        file = {
            **FILE,
            "a": {"url": BOARDS, "auth": office.good},
            "b": {"url": DESK, "auth": office.good},
        }
        made = (await told(office, "apply", file)).json()
        assert (made["action"], made["connection"]["state"]) == ("create", "building")
        await office.build()
        draft = await office.get(made["connection"]["id"], "/draft")
        assert draft["valid"] and draft["configuration"]["flows"][0]["name"] == "Bugs and incidents"
        plan = (await told(office, "plan", FILE)).json()
        assert (plan["action"], plan["differences"]) == ("nothing", [])

    async def test_a_wrong_one_is_not_published_and_nothing_is_kept(self, office: Office) -> None:
        made = await office.built()
        before = await office.get(made, "/draft")
        wrong = {**FILE, "description": "told", "configuration": {**RIGHT, "flows": []}}
        problem_of(await told(office, "apply", wrong, publish=True), 409, "illegal_move")
        assert await office.get(made, "/draft") == before and (await office.get(made))["description"] == ""

    async def test_viewers_plan_and_do_not_apply(self, office: Office) -> None:
        await office.built()
        viewer = office.people.add("viewer", "viewer", office.network)
        answer = await office.http.post("/connections/v1/plan", json=FILE, headers=viewer)
        assert answer.status_code == 200
        answer = await office.http.post("/connections/v1/apply", json=FILE, headers=viewer)
        problem_of(answer, 403, "forbidden")
