"""Drafts: A15, A16, and what auto-map may do. Saved right or wrong; the connection's state follows."""

from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
from httpx2 import Response

from common.served import problem_of
from conftest import ON_SQLITE
from services.connections.office import PATH, Office, opened_office
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import RateLimited, Unavailable
from syncline_connections.drafting.kept import DOUBTED, KEPT

RIGHT: dict[str, Any] = {
    "version": 1,
    "schedule": {"every": "60s"},
    "flows": [
        {
            "name": "Bugs and incidents",
            "a": {"stream": "Bug", "projects": ["Fabrikam"]},
            "b": {"stream": "incident"},
            "fields": [{"a": "System.Title", "b": "short_description"}],
        }
    ],
}


def with_field(**rule: Any) -> dict[str, Any]:
    found = deepcopy(RIGHT)
    found["flows"][0]["fields"].append(rule)
    return found


WRONG = with_field(a="System.Titel", b="u_badge")


@pytest.fixture
async def office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    async with opened_office(db, clock) as found:
        yield found


async def save(office: Office, made: str, document: Any, seen: str | None = None) -> Response:
    headers = {} if seen is None else {"If-Match": seen}
    return await office.http.put(f"{PATH}/{made}/draft", json={"configuration": document}, headers=headers)


class TestA16SavingADraft:
    async def test_it_is_saved_with_ids_and_found_again(self, office: Office) -> None:
        made = await office.built()
        saved = (await save(office, made, RIGHT)).json()
        flow = saved["configuration"]["flows"][0]
        assert (saved["valid"], saved["problems"], saved["etag"]) == (True, [], '"2"')
        assert flow["id"] and flow["fields"][0]["id"]
        assert await office.get(made, "/draft") == saved

    async def test_a_wrong_one_is_saved_as_well_and_points_at_what_is_wrong(self, office: Office) -> None:
        made = await office.built()
        saved = (await save(office, made, WRONG)).json()
        (problem,) = saved["problems"]
        assert problem["pointer"] == "/flows/0/fields/1/a" and problem["fix"] == "Use System.Title."
        assert not saved["valid"] and (await office.get(made, "/draft"))["problems"] == saved["problems"]

    @ON_SQLITE
    async def test_one_that_is_saved_again_and_again_asks_the_systems_now_and_then(
        self, office: Office
    ) -> None:
        made = await office.built()
        office.kept.longest = KEPT
        office.registry.calls.clear()
        for every in ("60s", "90s", "120s"):
            assert (await save(office, made, RIGHT | {"schedule": {"every": every}})).json()["valid"]
        assert (office.registry.calls["streams"], office.registry.calls["fields"]) == (2, 2)
        office.clock.advance(seconds=KEPT)
        assert (await save(office, made, RIGHT)).json()["valid"]
        assert (office.registry.calls["streams"], office.registry.calls["fields"]) == (4, 4)
        assert (await office.do(made, "publish")).status_code == 200
        assert (office.registry.calls["streams"], office.registry.calls["fields"]) == (6, 6)

    @ON_SQLITE
    async def test_what_was_made_in_a_system_just_now_is_not_wrong(self, office: Office) -> None:
        made = await office.built()
        office.kept.longest = KEPT
        office.registry.dropped = {"description"}
        document = with_field(a="System.Description", b="description")
        assert not (await save(office, made, document)).json()["valid"]
        office.registry.dropped = set()
        office.clock.advance(seconds=DOUBTED)
        assert (await save(office, made, document)).json()["valid"]

    async def test_even_what_is_no_configuration_at_all(self, office: Office) -> None:
        made = await office.built()
        saved = (await save(office, made, {"flows": "later", "x": [1, {"y": None}]})).json()
        assert not saved["valid"] and saved["configuration"]["x"] == [1, {"y": None}]

    async def test_a_document_kept_without_ids_stays_the_same(self, office: Office) -> None:
        made = await office.built()
        first = (await save(office, made, RIGHT)).json()
        again = (await save(office, made, RIGHT)).json()
        assert again == first
        renamed = deepcopy(RIGHT)
        renamed["flows"][0]["name"] = "Renamed"
        flow = (await save(office, made, renamed)).json()["configuration"]["flows"][0]
        before = first["configuration"]["flows"][0]
        assert (flow["id"], flow["fields"]) == (before["id"], before["fields"])

    async def test_of_two_who_edit_the_second_is_told(self, office: Office) -> None:
        made = await office.built()
        assert (await save(office, made, RIGHT, '"1"')).status_code == 200
        stale = problem_of(await save(office, made, WRONG, '"1"'), 412, "stale")
        assert stale["current"] == '"2"' and (await office.get(made, "/draft"))["valid"]

    async def test_saving_what_is_there_is_no_new_revision(self, office: Office) -> None:
        made = await office.built()
        first = (await save(office, made, RIGHT)).json()
        again = (await save(office, made, first["configuration"])).json()
        assert again["etag"] == first["etag"]

    async def test_nothing_flows_is_said(self, office: Office) -> None:
        made = await office.built()
        saved = (await save(office, made, {"version": 1, "flows": []})).json()
        assert [it["pointer"] for it in saved["problems"]] == ["/flows"]

    async def test_a15_with_several_projects_one_has_to_be_chosen(self, office: Office) -> None:
        made = await office.built()
        document = deepcopy(RIGHT)
        document["flows"][0]["a"] = {"stream": "Task"}
        saved = (await save(office, made, document)).json()
        assert [it["pointer"] for it in saved["problems"]] == ["/flows/0/a/projects"]
        document["flows"][0]["a"]["projects"] = ["Second"]
        assert (await save(office, made, document)).json()["valid"]

    @pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
    async def test_what_no_database_can_keep_is_refused(self, office: Office, text: str) -> None:
        made = await office.built()
        body = f'{{"configuration": {{"x": "{text}"}}}}'
        headers = {"Content-Type": "application/json"}
        answer = await office.http.put(f"{PATH}/{made}/draft", content=body, headers=headers)
        assert problem_of(answer, 422, "invalid")["errors"][0]["pointer"] == "/configuration"
        body = f'{{"configuration": {"[" * 60}{"]" * 60}}}'.replace("[", '{"x":[', 1).replace("]}", "]}}", 1)
        answer = await office.http.put(f"{PATH}/{made}/draft", content=body, headers=headers)
        problem_of(answer, 422, "invalid")

    async def test_while_a_system_is_away_it_is_saved_and_said_what_was_not_checked(
        self, office: Office
    ) -> None:
        made = await office.built()
        office.registry.failing["streams"] = Unavailable("The registry does not answer")
        saved = (await save(office, made, RIGHT)).json()
        assert saved["valid"] and set(saved["unchecked"]) == {"a", "b"}
        problem_of(await office.do(made, "publish"), 503, "unavailable")

    async def test_before_it_is_built_there_is_nothing_to_configure(self, office: Office) -> None:
        made = await office.created()
        problem_of(await office.http.get(f"{PATH}/{made}/draft"), 404, "not_found")
        problem = problem_of(await save(office, made, RIGHT), 409, "illegal_move")
        assert "ready_to_configure" in problem["allowed"]

    async def test_viewers_can_look_and_no_more(self, office: Office) -> None:
        made = await office.built()
        viewer = office.people.add("viewer", "viewer", office.network)
        assert (await office.http.get(f"{PATH}/{made}/draft", headers=viewer)).status_code == 200
        calls = office.registry.calls.total()
        body = {"configuration": RIGHT}
        refused = [await office.http.put(f"{PATH}/{made}/draft", json=body, headers=viewer)]
        for verb in ("draft/validate", "draft/auto-map", "publish", "pause", "resume"):
            refused.append(await office.http.post(f"{PATH}/{made}/{verb}", headers=viewer))
        for answer in refused:
            problem_of(answer, 403, "forbidden")
        assert office.registry.calls.total() == calls  # nobody was asked for it


class TestA19StatesFollowTheDraft:
    async def test_valid_configured_invalid_ready_to_configure(self, office: Office) -> None:
        made = await office.built()
        for document, state in ((RIGHT, "configured"), (WRONG, "ready_to_configure"), (RIGHT, "configured")):
            await save(office, made, document)
            assert (await office.get(made))["state"] == state

    async def test_looking_again_finds_what_has_changed_in_the_systems(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        office.registry.dropped.add("short_description")
        found = (await office.do(made, "draft/validate")).json()
        assert [it["pointer"] for it in found["problems"]] == ["/flows/0/fields/0/b"]
        assert (await office.get(made))["state"] == "ready_to_configure"
        assert not (await office.get(made, "/draft"))["valid"]

    async def test_what_is_sent_along_is_judged_and_not_saved(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        found = (await office.do(made, "draft/validate", configuration=WRONG)).json()
        assert not found["valid"] and (await office.get(made, "/draft"))["valid"]
        assert (await office.get(made))["state"] == "configured"


@ON_SQLITE
async def test_the_transforms_are_listed_with_their_parameters(office: Office) -> None:
    answer = (await office.http.get("/connections/v1/transforms")).json()
    by_name = {it["name"]: it for it in answer["items"]}
    assert by_name["lower"]["takes"] == "text" and by_name["clamp"]["way_back"] == "none"
    assert [it["name"] for it in by_name["replace"]["parameters"] if it["required"]]


class TestProposals:
    @ON_SQLITE
    async def test_the_first_draft_maps_what_is_alike(self, office: Office) -> None:
        made = await office.built()
        draft = await office.get(made, "/draft")
        (flow,) = draft["configuration"]["flows"]
        pairs = {(it["a"], it["b"]): it.get("direction", "both") for it in flow["fields"]}
        assert flow["a"] == {"stream": "Bug", "projects": ["Fabrikam"], "filter": ""}
        assert flow["b"]["stream"] == "incident"
        assert pairs == {
            ("System.Title", "short_description"): "both",
            ("System.Description", "description"): "both",
            ("System.State", "state"): "both",
            ("System.AssignedTo", "assigned_to"): "both",
            ("Microsoft.VSTS.Common.Priority", "priority"): "a_to_b",  # b has a fifth one
            ("Microsoft.VSTS.Scheduling.DueDate", "due_date"): "a_to_b",  # an instant says more than a date
        }
        (state,) = [it for it in flow["fields"] if it["a"] == "System.State"]
        assert state["values"] == {"New": "1", "Active": "2", "Closed": "7"}
        assert draft["valid"] and draft["problems"] == []

    @ON_SQLITE
    async def test_a_persons_rule_is_never_touched(self, office: Office) -> None:
        made = await office.built()
        document = deepcopy(RIGHT)
        document["flows"][0]["fields"] = [
            {"id": "mine", "a": "System.Title", "b": "u_badge", "direction": "a_to_b"}
        ]
        await save(office, made, document)
        answer = (await office.do(made, "draft/auto-map")).json()
        first, *added = answer["configuration"]["flows"][0]["fields"]
        assert first == document["flows"][0]["fields"][0]
        assert {it["a"] for it in added} & {"System.Title"} == set()
        assert {(it["a"], it["b"]) for it in answer["proposals"] if it["added"]} == {
            (it["a"], it["b"]) for it in added
        }
        assert all(0 < it["score"] <= 1 and it["reasons"] for it in answer["proposals"])

    @ON_SQLITE
    async def test_what_needs_a_person_is_shown_with_its_score_and_not_added(self, office: Office) -> None:
        office.registry.called["state"] = {"1": "Alpha", "2": "Beta", "7": "Gamma"}
        made = await office.built()
        answer = (await office.do(made, "draft/auto-map")).json()
        (state,) = [it for it in answer["proposals"] if it["a"] == "System.State"]
        assert (state["b"], state["added"], state["rule"]) == ("state", False, None) and state["why_not"]

    @ON_SQLITE
    async def test_doing_it_twice_adds_nothing(self, office: Office) -> None:
        made = await office.built()
        before = await office.get(made, "/draft")
        answer = (await office.do(made, "draft/auto-map")).json()
        assert answer["configuration"] == before["configuration"] and answer["etag"] == before["etag"]

    @ON_SQLITE
    async def test_an_estimate_counts_what_the_draft_says_is_in(self, office: Office) -> None:
        made = await office.built()
        document = (await office.get(made, "/draft"))["configuration"]
        document["flows"][0]["a"] |= {
            "projects": ["Fabrikam"],
            "filter": "record.x == 1 && size(record.y) > 2",
        }
        answer = (await office.do(made, "draft/estimate", configuration=document)).json()
        (flow,) = answer["flows"]
        count = {"records": 7, "reason": None, "at_least": False}
        assert flow["a"] == count | {"left_out": ["what is hidden", "size(record.y) > 2"]}
        assert flow["b"] == count | {"left_out": ["what is hidden"]}
        scope = next(it for it in office.registry.counted if it.stream == "Bug")
        assert scope.projects == ("Fabrikam",) and [it.source for it in scope.conditions] == ["record.x == 1"]
        assert len((await office.do(made, "draft/estimate")).json()["flows"]) == 1

    @ON_SQLITE
    async def test_an_estimate_says_so_where_nobody_can_tell(self, office: Office) -> None:
        made = await office.built()
        office.registry.failing["count"] = RateLimited(
            "The budget of this system is used up", retry_after=5.0
        )
        (flow,) = (await office.do(made, "draft/estimate")).json()["flows"]
        assert (
            flow["a"]["records"] is None
            and flow["a"]["reason"] == "fabrikam: The budget of this system is used up"
        )
        document = {"version": 1, "flows": [{"id": "f1", "a": {}, "b": 5}, 7]}
        (flow,) = (await office.do(made, "draft/estimate", configuration=document)).json()["flows"]
        assert {flow[side]["reason"] for side in "ab"} == {"No record type is chosen"}
        many = {"version": 1, "flows": [{"id": str(it), "a": {"stream": "Bug"}} for it in range(22)]}
        flows = (await office.do(made, "draft/estimate", configuration=many)).json()["flows"]
        assert [it["a"]["reason"] for it in flows[-2:]] == ["Only the first 20 flows are counted"] * 2

    @ON_SQLITE
    async def test_who_may_not_change_it_asks_no_system(self, office: Office) -> None:
        made = await office.built()
        viewer = office.people.add("viewer", "viewer", office.network)
        answer = await office.http.post(f"{PATH}/{made}/draft/estimate", headers=viewer)
        assert answer.status_code == 403 and office.registry.calls["count"] == 0
