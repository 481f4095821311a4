"""Replays over HTTP, between real sandboxes: what the draft would have done otherwise with the changes of some days."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from common.served import bearer, problem_of
from end_to_end.in_step import FIELDS, NETWORK, InStep, document
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.records import RecordRef
from syncline_common.schemas.values import Side
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sandbox.store import Version
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.domain.report import Outcome
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.report_writer import ReportWriter
from syncline_sync_worker.store.run_store import RunStore
from syncline_sync_worker.store.tables import ledger, link
from syncline_sync_worker.store.task_store import TaskStore
from syncline_sync_worker.work.drive import Driver
from syncline_sync_worker.work.stage import Drafted
from syncline_sync_worker.work.studio import DraftStudio
from syncline_sync_worker.work.surroundings import AskedFacts

LOUD = {"a": "System.Title", "b": "short_description", "direction": "a_to_b", "convert": ["upper"]}
TITLE, STATE, CUSTOMER = FIELDS


@pytest.fixture
async def db(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with opened(database_settings, SERVICE) as database:
        yield database


async def replayed(here: InStep, days: int = 7) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The run and its records; and nobody was written to."""
    before = len(here.ours())
    run = await here.ask("replay", replay_days=days)
    assert len(here.ours()) == before
    return run, (await here.get(f"/sync/v1/runs/{run['id']}/records"))["items"]


async def long_ago(here: InStep) -> None:
    """What has been done by now was done a month ago: by both systems, and by us."""
    await here.cycle()
    month = timedelta(days=30)
    for store in (here.town.boards.store, here.town.instance.store):
        for it in store.records.values():
            it.history = [_older(one, month) for one in it.history]
    async with here.db.begin() as tx:
        for table, name in ((link, "linked_at"), (ledger, "at")):
            for of in (await tx.session.scalars(select(table.c[name]).distinct())).all():
                then = update(table).where(table.c[name] == of).values({name: of - month})
                await tx.session.execute(then)


def _older(version: Version, by: timedelta) -> Version:
    told = {name: it for name, it in version.values.items() if name.endswith(("ChangedDate", "CreatedDate"))}
    dates = {name: (datetime.fromisoformat(it) - by).isoformat() for name, it in told.items()}
    at, written_at = version.at - by, version.written_at - by
    return replace(version, at=at, written_at=written_at, values={**version.values, **dates})


def counted(run: dict[str, Any], side: str) -> dict[str, int]:
    return {name: number for name, number in run["counts"][side].items() if number}


class TestWhatDiffers:
    async def test_a_draft_like_what_is_published_shows_nothing(self, here: InStep) -> None:
        here.boards.create("Old")
        await long_ago(here)
        here.boards.create("One")
        await here.cycle()
        here.boards.create("Two")
        run, records = await replayed(here)
        assert (run["status"], run["cause"], records) == ("succeeded", None, [])
        assert (run["configuration_version"], run["draft_revision"], run["replay_days"]) == (1, 3, 7)
        assert (counted(run, "a"), counted(run, "b")) == ({"scanned": 2, "unchanged": 2}, {})
        assert run["progress"] == {"done": 2, "total": 2, "seconds_left": None}

    async def test_a_change_that_is_carried_over_already_is_carried_over_once_more(
        self, here: InStep
    ) -> None:
        made = here.boards.create("One", Custom__Customer="Contoso")
        await long_ago(here)
        here.edit_bug(str(made["id"]), {"System.Title": "Two"})
        await here.cycle()
        here.desk.draft = document(fields=[{"id": "r1", **LOUD}, STATE, CUSTOMER])
        run, records = await replayed(here)
        (record,) = records
        assert (record["action"], record["record_id"]) == ("update", str(made["id"]))
        assert record["reason"] == "published: would be updated; draft: would be updated"
        place = {"side": "b", "field": "short_description", "before": "One"}
        assert record["detail"]["fields"] == [{**place, "published": "Two", "draft": "TWO"}]
        assert [it["after"] for it in record["operations"]] == ["TWO"]
        assert [it["after"] for it in record["detail"]["published"]["operations"]] == ["Two"]
        assert record["detail"]["records"]["a"]["System.Title"] == "Two"
        assert (run["status"], counted(run, "b")) == ("succeeded", {"updated": 1})

    async def test_a_filter_lets_records_in_and_out(self, here: InStep) -> None:
        kept = here.boards.create("Kept")
        await long_ago(here)
        here.edit_bug(str(kept["id"]), {"Custom.Customer": "Contoso"})
        made, gone = here.boards.create("One"), here.boards.create("Gone")
        await here.cycle()
        here.town.boards.store.destroy(here.town.boards.store.records[str(gone["id"])], "somebody")
        here.desk.draft = document(
            a={"stream": "Bug", "projects": ["Fabrikam Web"], "filter": "record.System.Title == 'Else'"},
            left_filter="release",
        )
        run, records = await replayed(here)
        assert {it["record_id"]: (it["action"], it["reason"]) for it in records} == {
            str(kept["id"]): (
                "ignored",
                "published: would be updated; draft: would not be followed, it left the filter",
            ),
            str(made["id"]): (
                "ignored",
                "published: would be created; draft: would not be followed, the filter leaves it out",
            ),
        }
        title, _state = records[-1]["detail"]["fields"]
        assert title == {"side": "b", "field": "short_description", "before": None, "published": "One"}
        assert (run["status"], counted(run, "a")["skipped"]) == ("succeeded", 2)

    async def test_flows_come_and_go_and_records_are_set_aside(self, here: InStep) -> None:
        linked = here.boards.create("One")
        await long_ago(here)
        here.edit_bug(str(linked["id"]), {"Custom.Customer": "Contoso"})
        task = here.boards.create("A task", type="Task")
        fields = [{"id": "r1", "a": "System.Title", "b": "short_description", "values": {"x": "y"}}]
        (new,) = document(id="f2", a={"stream": "Task"}, fields=fields)["flows"]
        here.desk.draft = {**document(), "flows": [new]}
        run, records = await replayed(here)
        assert [(it["flow_id"], it["record_id"], it["action"]) for it in records] == [
            ("f1", str(linked["id"]), "ignored"),
            ("f2", str(task["id"]), "set_aside"),
        ]
        assert records[0]["reason"].endswith("draft: would not be followed, none of its flows has it")
        assert (run["status"], counted(run, "a")["set_aside"]) == ("completed_with_issues", 1)
        (issue,) = (await here.get(f"/sync/v1/runs/{run['id']}/issues"))["items"]
        assert "A task" in issue["message"] and await here.issues() == []
        file = (await here.http.get(f"/sync/v1/runs/{run['id']}/export")).text
        assert file.count("published: would be updated") == 1


class TestHowItEnds:
    async def test_a_system_that_turns_us_away_fails_the_run_and_nothing_else(self, here: InStep) -> None:
        here.boards.create("One")
        await here.cycle()
        here.town.boards.revoked.add(here.boards_account())
        run, records = await replayed(here)
        assert (run["status"], records) == ("failed", [])
        assert "401" in run["cause"] and (await here.task()).cause is None
        here.town.boards.revoked.clear()
        here.desk.draft = {"version": 1, "flows": [{"id": "f1"}]}
        runs = [(await replayed(here))[0], await here.ask("test")]
        assert {it["status"] for it in runs} == {"failed"} and runs[0]["cause"] == runs[1]["cause"]

    async def test_told_to_stop_it_asks_no_more(self, here: InStep) -> None:
        here.boards.create("One")
        own = here.own

        class Interrupted(DraftStudio):
            async def draft(self, connection: ConnectionRef) -> Drafted:
                (run,) = (await here.get("/sync/v1/runs"))["items"]
                assert (await here.http.post(f"/sync/v1/runs/{run['id']}/stop")).status_code == 202
                return await super().draft(connection)

        studio = Interrupted(own.connections, AskedFacts(here.db, own.systems, Priority.USER), own.systems)
        here.own = replace(own, driver=Driver(own.tools, studio))
        run, records = await replayed(here)
        assert (run["status"], records, counted(run, "a")) == ("stopped", [], {})
        assert all("wiql" not in it.target for it in here.town.boards.ledger.requests)

    async def test_more_than_is_looked_at_is_said(self, here: InStep) -> None:
        for title in ("One", "Two", "Three"):
            here.boards.create(title)
        here.desk.draft = document(fields=[{"id": "r1", **LOUD}, STATE, CUSTOMER])
        own = here.own
        studio = DraftStudio(own.connections, AskedFacts(here.db, own.systems, Priority.USER), own.systems)
        here.own = replace(own, driver=Driver(own.tools, studio, replayed_at_most=2))
        run, records = await replayed(here)
        assert run["status"] == "completed_with_issues"
        assert [it["detail"]["fields"][0]["draft"] for it in records] == ["ONE", "TWO"]
        assert run["cause"].startswith("More than 2 of Bug on side a have changed: ")

    async def test_taken_over_from_a_worker_that_died_it_begins_anew(self, here: InStep) -> None:
        made = here.boards.create("One")
        here.desk.draft = document(fields=[{"id": "r1", **LOUD}, STATE, CUSTOMER])
        asked = {"connection_id": str(here.connection.id), "kind": "replay", "replay_days": 1}
        path = (await here.http.post("/sync/v1/runs", json=asked)).headers["Location"]
        async with here.db.begin() as tx:
            (run,) = await RunStore(tx).claim(1, "one that dies", 0.0)
            told = Outcome("f1", Side.A, RecordRef("Bug", str(made["id"])), "create", "by the one that died")
            await ReportWriter(tx, run.connection, run.network_id).add_outcomes(run.id, [told])
            await RunStore(tx).count(run, {"scanned_a": 1, "created_b": 1})
        assert await here.own.driver.drive_once() == 1
        shown = await here.get(path)
        assert (shown["status"], shown["progress"]["done"]) == ("succeeded", 1)
        (record,) = (await here.get(f"{path}/records"))["items"]
        assert record["reason"] == "published: would be created; draft: would be created"
        assert counted(shown, "b") == {"created": 1} and here.ours() == []


class TestRefusals:
    async def post(self, here: InStep, status: int, code: str, token: str = "ada", **body: Any) -> Any:
        asked = {"connection_id": str(here.connection.id), "kind": "replay", "replay_days": 3, **body}
        answer = await here.http.post("/sync/v1/runs", json=asked, headers=bearer(token))
        return problem_of(answer, status, code)

    async def test_what_makes_no_sense_is_named(self, here: InStep) -> None:
        for body, pointer in (
            ({"replay_days": None}, "/replay_days"),
            ({"replay_days": 0}, "/replay_days"),
            ({"replay_days": 91}, "/replay_days"),
            ({"replay_days": "many"}, "/replay_days"),
            ({"sample": 3}, "/sample"),
            ({"records": [{"side": "a", "stream": "Bug", "id": "1"}]}, "/records"),
        ):
            problem = await self.post(here, 422, "invalid", **body)
            assert {it["pointer"] for it in problem["errors"]} == {pointer}

    async def test_who_may_ask_and_of_what(self, here: InStep) -> None:
        here.people.add("elsewhere", "manager", new_id())
        here.people.add("viewer", "viewer", NETWORK)
        await self.post(here, 404, "not_found", connection_id=str(new_id()))
        here.desk.published = None
        await self.post(here, 404, "not_found", "elsewhere")
        await self.post(here, 403, "forbidden", "viewer")
        assert (await self.post(here, 409, "illegal_move"))["allowed"] == ["publish"]

    async def test_of_a_paused_connection_it_may_be_asked(self, here: InStep) -> None:
        async with here.db.begin() as tx:
            await TaskStore(tx).pause(here.connection)
        run, records = await replayed(here)
        assert (run["status"], records) == ("succeeded", [])
