"""Undoing a run between real sandboxes: what it replaced is given back where nobody has changed it since, and stays."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.served import bearer, problem_of
from conftest import ON_SQLITE
from end_to_end.in_step import NETWORK, InStep, document, in_step
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE


@pytest.fixture
async def db(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with opened(database_settings, SERVICE) as database:
        yield database


@pytest.fixture
async def here(db: Database) -> AsyncIterator[InStep]:
    """Three pairs. A run has written a new title and state to side b, and made a fourth pair."""
    async with in_step(db, document(conflicts={"default": "a"})) as made:
        for number in range(3):
            made.boards.create(f"Bug {number}")
        await made.cycle()
        for number, bug in enumerate(made.bugs()):
            made.edit_bug(bug, {"System.Title": f"New {number}", "System.State": "Active"})
        made.boards.create("New 3")
        await made.cycle()
        yield made


async def last_run(here: InStep) -> str:
    return str((await here.get("/sync/v1/runs", limit=1))["items"][0]["id"])


async def undo(here: InStep, run: str, **params: Any) -> dict[str, Any]:
    """As it is shown in the end."""
    answer = await here.http.post(f"/sync/v1/runs/{run}/undo", params=params)
    assert answer.status_code == 202, answer.text
    assert await here.own.driver.drive_once() == 1
    await here.work()
    return await here.get(answer.headers["Location"])


async def records(here: InStep, run: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await here.get(f"/sync/v1/runs/{run['id']}/records"))["items"]
    return found


def titles(here: InStep) -> list[str]:
    return sorted(here.incident(it)["short_description"] for it in here.incidents())


def incident_of(here: InStep, title: str) -> str:
    (found,) = (it for it in here.incidents() if here.incident(it)["short_description"] == title)
    return found


class TestUndo:
    async def test_what_was_replaced_is_given_back_and_what_was_made_stays(self, here: InStep) -> None:
        run = await undo(here, await last_run(here))
        assert (run["kind"], run["status"], run["counts"]["b"]["updated"]) == ("undo", "succeeded", 3)
        assert titles(here) == ["Bug 0", "Bug 1", "Bug 2", "New 3"]
        assert {here.incident(it)["state"] for it in here.incidents()} == {"1"}
        assert [here.bug(it)["System.Title"] for it in here.bugs()] == ["New 0", "New 1", "New 2", "New 3"]
        shown = await records(here, run)
        assert sorted(it["action"] for it in shown) == ["left_alone", "undone", "undone", "undone"]
        (left,) = (it for it in shown if it["action"] == "left_alone")
        assert "not deleted" in left["reason"]
        undone = next(it for it in shown if it["action"] == "undone")
        assert {(it["rule_id"], it["side"]) for it in undone["operations"]} == {("r1", "b"), ("r2", "b")}

    async def test_it_neither_bounces_nor_spreads_until_somebody_edits(self, here: InStep) -> None:
        await undo(here, await last_run(here))
        before = len(here.ours())
        await here.cycle()
        await here.ask("reconcile")
        assert len(here.ours()) == before
        assert titles(here) == ["Bug 0", "Bug 1", "Bug 2", "New 3"]
        here.edit_bug(here.bugs()[0], {"System.Title": "Newer"})
        here.edit_incident(incident_of(here, "Bug 1"), {"short_description": "Other"})
        await here.cycle()
        assert titles(here) == ["Bug 2", "New 3", "Newer", "Other"]
        assert sorted(here.bug(it)["System.Title"] for it in here.bugs()) == [
            "New 2",
            "New 3",
            "Newer",
            "Other",
        ]
        assert await here.conflicts() == []

    async def test_what_somebody_changed_since_is_left_alone(self, here: InStep) -> None:
        first = await last_run(here)
        here.edit_incident(incident_of(here, "New 0"), {"short_description": "Changed, and in step"})
        await here.cycle()
        here.edit_incident(incident_of(here, "New 1"), {"short_description": "Changed, nobody knows yet"})
        here.edit_bug(here.bugs()[2], {"System.Title": "Changed on the other side"})
        run = await undo(here, first)
        assert titles(here) == [
            "Changed on the other side",
            "Changed, and in step",
            "Changed, nobody knows yet",
            "New 3",
        ]
        assert {here.incident(it)["state"] for it in here.incidents()} == {"1"}, "field by field"
        left = [it["why"] for one in await records(here, run) for it in one["detail"].get("left_alone", [])]
        assert sum("since" in it for it in left) == 3

    @ON_SQLITE
    async def test_every_value_says_that_a_person_had_it_undone(self, here: InStep) -> None:
        run = await undo(here, await last_run(here))
        (link,) = (await here.get("/sync/v1/links", a_id=here.bugs()[0]))["items"]
        newest = (await here.get(f"/sync/v1/links/{link['id']}/lineage", rule="r1"))["items"][0]
        assert (newest["before"], newest["after"], newest["by_person"]) == ("New 0", "Bug 0", True)
        assert newest["run_id"] == run["id"]
        assert (link["a"]["base"]["System.Title"], link["b"]["base"]["short_description"]) == (
            "New 0",
            "Bug 0",
        )

    @ON_SQLITE
    async def test_an_undo_is_undone_and_nothing_is_undone_twice(self, here: InStep) -> None:
        first = await last_run(here)
        run = await undo(here, first)
        again = await undo(here, first)
        assert again["counts"]["b"]["updated"] == 0 and again["status"] == "succeeded"
        await undo(here, run["id"])
        assert titles(here) == ["New 0", "New 1", "New 2", "New 3"]
        before = len(here.ours())
        await here.cycle()
        assert len(here.ours()) == before

    @ON_SQLITE
    async def test_the_loser_of_a_conflict_comes_back(self, here: InStep) -> None:
        here.edit_bug(here.bugs()[0], {"System.Title": "from a"})
        here.edit_incident(incident_of(here, "New 0"), {"short_description": "from b"})
        await here.cycle()
        assert "from a" in titles(here)
        await undo(here, await last_run(here))
        await here.cycle()
        assert "from b" in titles(here) and here.bug(here.bugs()[0])["System.Title"] == "from a"


class TestPreview:
    async def test_shows_all_of_it_and_writes_nothing(self, here: InStep) -> None:
        first, before = await last_run(here), len(here.ours())
        here.edit_incident(incident_of(here, "New 1"), {"short_description": "Changed"})
        run = await undo(here, first, preview=True)
        assert (run["kind"], run["undoes"], run["status"]) == ("test", first, "succeeded")
        assert len(here.ours()) == before
        shown = {it["record_id"]: it for it in await records(here, run)}
        bugs = here.bugs()
        assert [shown[it]["action"] for it in bugs] == ["undo", "undo", "undo", "left_alone"]
        back = {it["rule_id"]: (it["before"], it["after"]) for it in shown[bugs[0]]["operations"]}
        assert back == {"r1": ("New 0", "Bug 0"), "r2": ("2", "1")}
        assert [it["rule_id"] for it in shown[bugs[1]]["operations"]] == ["r2"]
        (left,) = shown[bugs[1]]["detail"]["left_alone"]
        assert (left["rule_id"], left["side"], "since" in left["why"]) == ("r1", "b", True)
        assert "not deleted" in shown[bugs[3]]["reason"]


class TestRefusals:
    @ON_SQLITE
    async def test_who_may_and_what_can_be_undone(self, here: InStep) -> None:
        run = await last_run(here)
        here.people.add("viewer", "viewer", NETWORK)
        here.people.add("elsewhere", "manager", new_id())
        for preview in (False, True):
            params = {"preview": preview}
            for token, status, code in (("viewer", 403, "forbidden"), ("elsewhere", 404, "not_found")):
                path = f"/sync/v1/runs/{run}/undo"
                answer = await here.http.post(path, params=params, headers=bearer(token))
                problem_of(answer, status, code)
        shown = await undo(here, run, preview=True)
        problem_of(await here.http.post(f"/sync/v1/runs/{shown['id']}/undo"), 409, "illegal_move")
        asked = {"connection_id": str(here.connection.id)}
        is_open = (await here.http.post("/sync/v1/runs", json=asked)).headers["Location"]
        problem_of(await here.http.post(f"{is_open}/undo"), 409, "illegal_move")
        problem_of(await here.http.post(f"/sync/v1/runs/{run}/undo", params={"preview": "x"}), 422, "invalid")
