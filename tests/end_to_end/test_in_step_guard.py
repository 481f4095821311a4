"""A run that would destroy more than its flow allows holds that back, between real sandboxes, until a person decides."""

from collections.abc import AsyncIterator, Sequence
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

LEAST = 2


@pytest.fixture
async def db(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with opened(database_settings, SERVICE) as database:
        yield database


@pytest.fixture
async def here(db: Database) -> AsyncIterator[InStep]:
    """Four pairs in step; of conflicts side a wins; a run may destroy something in two."""
    guard = {"share": 0, "least": LEAST}
    async with in_step(db, document(conflicts={"default": "a"}, guard=guard)) as made:
        for number in range(4):
            made.boards.create(f"Bug {number}")
        await made.cycle()
        yield made


def edit_both(here: InStep, count: int, word: str = "b") -> None:
    """Titles on both sides; and a state on one, which destroys nothing."""
    for bug, incident in list(pairs(here))[:count]:
        here.edit_bug(bug, {"System.Title": f"{bug} from a", "System.State": "Active"})
        here.edit_incident(incident, {"short_description": f"{bug} from {word}"})


def pairs(here: InStep) -> Sequence[tuple[str, str]]:
    by_title = {here.incident(it)["short_description"]: it for it in here.incidents()}
    found = {it: by_title.get(here.bug(it)["System.Title"]) for it in here.bugs()}
    return [(bug, incident) for bug, incident in found.items() if incident]


def titles(here: InStep) -> list[str]:
    """On side b, by where they came from."""
    return sorted(here.incident(it)["short_description"].partition(" from ")[2] for it in here.incidents())


async def last_run(here: InStep) -> dict[str, Any]:
    found: dict[str, Any] = (await here.get("/sync/v1/runs", limit=1))["items"][0]
    return found


async def decide(here: InStep, run: dict[str, Any], what: str, status: int = 202) -> None:
    answer = await here.http.post(f"/sync/v1/runs/{run['id']}/{what}")
    assert answer.status_code == status, answer.text
    await here.own.driver.drive_once()
    await here.work()


async def shown(here: InStep, run: dict[str, Any], action: str = "held_back") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await here.get(f"/sync/v1/runs/{run['id']}/records", action=action))[
        "items"
    ]
    return found


class TestBelowTheThreshold:
    @ON_SQLITE
    async def test_nothing_waits(self, here: InStep) -> None:
        edit_both(here, LEAST)
        await here.cycle()
        assert titles(here) == ["", "", "a", "a"]
        assert (await last_run(here))["status"] == "succeeded"
        assert len(await here.conflicts()) == LEAST


class TestBeyondIt:
    @pytest.fixture
    async def here(self, here: InStep) -> InStep:
        edit_both(here, 4)
        await here.cycle()
        return here

    async def test_what_would_be_destroyed_waits_and_the_rest_flows(self, here: InStep) -> None:
        assert titles(here) == ["b"] * 4
        assert {here.incident(it)["state"] for it in here.incidents()} == {"2"}
        assert await here.conflicts() == [], "nobody has won yet"
        run = await last_run(here)
        held = {side: run["counts"][side]["held_back"] for side in "ab"}
        assert (run["status"], run["finished_at"], sum(held.values())) == ("awaiting_approval", None, 4)
        records = await shown(here, run)
        assert len(records) == 4 and all("waits for approval" in it["reason"] for it in records)
        (write,) = records[0]["operations"]
        assert (write["rule_id"], write["side"]) == ("r1", "b")
        assert (write["before"].endswith("from b"), write["after"].endswith("from a")) == (True, True)
        assert (await here.told()).count("sync.run.held.v1") == 1
        assert "sync.run.completed.v1" not in (await here.told())[-1:]

    @ON_SQLITE
    async def test_what_comes_meanwhile_is_another_run_and_disturbs_nothing(self, here: InStep) -> None:
        first, before = await last_run(here), len(here.ours())
        await here.cycle()  # the overlap of two reads comes to the same pairs again
        assert len(here.ours()) == before and len(await shown(here, first)) == 4
        here.boards.create("Another")
        await here.cycle()
        assert (await last_run(here))["status"] == "succeeded"
        assert (await here.get(f"/sync/v1/runs/{first['id']}"))["status"] == "awaiting_approval"

    async def test_approved_it_is_done_once(self, here: InStep) -> None:
        run = await last_run(here)
        await decide(here, run, "approve")
        assert titles(here) == ["a"] * 4
        run = await here.get(f"/sync/v1/runs/{run['id']}")
        assert (run["status"], run["counts"]["b"]["updated"]) == ("succeeded", 8)
        kept = {it.value_b for it in await here.conflicts()}
        assert kept == {f"{bug} from b" for bug in here.bugs()}, "what was lost is on record"
        before = len(here.ours())
        await here.cycle()
        assert len(here.ours()) == before
        problem_of(await here.http.post(f"/sync/v1/runs/{run['id']}/approve"), 409, "illegal_move")

    @ON_SQLITE
    async def test_what_was_edited_meanwhile_waits_again(self, here: InStep) -> None:
        run, edited = await last_run(here), here.incidents()[0]
        here.edit_incident(edited, {"short_description": "nobody has approved this from c"})
        await decide(here, run, "approve")
        assert titles(here) == ["a", "a", "a", "c"]
        assert (await here.get(f"/sync/v1/runs/{run['id']}"))["status"] == "awaiting_approval"
        assert (await shown(here, run))[-1]["operations"][0]["before"] == "nobody has approved this from c"
        await decide(here, run, "approve")
        assert titles(here) == ["a"] * 4
        assert (await here.get(f"/sync/v1/runs/{run['id']}"))["status"] == "succeeded"

    @ON_SQLITE
    async def test_what_people_settled_by_hand_needs_no_approval_any_more(self, here: InStep) -> None:
        run = await last_run(here)
        for incident in here.incidents():
            title = str(here.incident(incident)["short_description"]).replace("from b", "from a")
            here.edit_incident(incident, {"short_description": title})
        before = len(here.ours())
        await decide(here, run, "approve")
        assert len(here.ours()) == before
        assert (await here.get(f"/sync/v1/runs/{run['id']}"))["status"] == "succeeded"

    async def test_refused_it_is_held_again_by_who_comes_to_it(self, here: InStep) -> None:
        first = await last_run(here)
        await decide(here, first, "stop")
        first = await here.get(f"/sync/v1/runs/{first['id']}")
        assert first["status"] == "stopped" and first["finished_at"]
        second = await here.ask("reconcile")
        assert (second["status"], titles(here)) == ("awaiting_approval", ["b"] * 4)
        assert len(await shown(here, second)) == 4
        await decide(here, second, "approve")
        assert titles(here) == ["a"] * 4

    @ON_SQLITE
    async def test_another_run_need_not_wait_for_the_decision(self, here: InStep) -> None:
        here.boards.create("Another")
        assert (await here.ask("manual"))["counts"]["b"]["created"] == 1

    @ON_SQLITE
    async def test_who_may_decide(self, here: InStep) -> None:
        run = await last_run(here)
        here.people.add("viewer", "viewer", NETWORK)
        here.people.add("elsewhere", "manager", new_id())
        for what in ("approve", "stop"):
            path = f"/sync/v1/runs/{run['id']}/{what}"
            for token, status, code in (("viewer", 403, "forbidden"), ("elsewhere", 404, "not_found")):
                problem_of(await here.http.post(path, headers=bearer(token)), status, code)
        await decide(here, run, "approve")
        audit = await here.get("/sync/v1/audit")
        assert (audit["items"][0]["action"], audit["items"][0]["after"]["records"]) == ("run.approved", 4)
