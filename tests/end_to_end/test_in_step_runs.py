"""Runs that people ask for over HTTP, between real sandboxes: what they do, what they show, and what they never do."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.served import bearer, problem_of
from end_to_end.in_step import NETWORK, InStep, document
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.store.task_store import TaskStore


@pytest.fixture
async def db(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with opened(database_settings, SERVICE) as database:
        yield database


def counted(run: dict[str, Any], side: str) -> dict[str, int]:
    return {name: number for name, number in run["counts"][side].items() if number}


class TestManual:
    async def test_reads_what_has_changed_and_counts_it(self, here: InStep) -> None:
        here.boards.create("One")
        here.boards.create("Two")
        run = await here.ask("manual")
        assert (run["status"], run["kind"], run["configuration_version"]) == ("succeeded", "manual", 1)
        assert (counted(run, "a"), counted(run, "b")) == ({"scanned": 2}, {"created": 2})
        assert run["progress"] == {"done": 2, "total": 2, "seconds_left": None}
        assert len(here.incidents()) == 2
        assert [it for it in await here.told() if it.startswith("sync.run")] == [
            "sync.run.started.v1",
            "sync.run.completed.v1",
        ]

    async def test_of_chosen_records_touches_no_others(self, here: InStep) -> None:
        one = here.boards.create("One")
        here.boards.create("Two")
        run = await here.ask("manual", records=[{"side": "a", "stream": "Bug", "id": str(one["id"])}])
        assert counted(run, "b") == {"created": 1}
        assert [here.incident(it)["short_description"] for it in here.incidents()] == ["One"]

    async def test_fails_with_the_reason_when_a_system_turns_us_away(self, here: InStep) -> None:
        await here.cycle()
        here.town.boards.revoked.add(here.boards_account())
        run = await here.ask("manual")
        assert run["status"] == "failed" and run["cause"]
        assert (await here.task()).cause == "credential_rejected"
        assert (await here.told())[-1] == "sync.run.failed.v1"

    async def test_is_shown_record_by_record_and_exported_the_same_each_time(self, here: InStep) -> None:
        here.boards.create('=cmd|"x", a\nb')
        run = await here.ask("manual")
        path = f"/sync/v1/runs/{run['id']}"
        (record,) = (await here.get(f"{path}/records"))["items"]
        assert (record["action"], record["side"]) == ("created", "a")
        title = next(it for it in record["operations"] if it["rule_id"] == "r1")
        assert (title["side"], title["after"], "before" in title) == ("b", '=cmd|"x", a\nb', False)
        files = [
            (await here.http.get(f"{path}/export", params={"what": "records"})).content for _ in range(2)
        ]
        assert files[0] == files[1] and files[0].endswith(b"\r\n")
        rows = list(csv.DictReader(io.StringIO(files[0].decode(), newline="")))
        assert {it["after"] for it in rows if it["rule"] == "r1"} == {'\'=cmd|"x", a\nb'}
        bundles = [(await here.http.get(f"{path}/export", params={"what": "all"})).content for _ in range(2)]
        assert bundles[0] == bundles[1]
        with zipfile.ZipFile(io.BytesIO(bundles[0])) as bundle:
            assert bundle.namelist() == ["records.csv", "issues.csv"] and bundle.testzip() is None
            assert bundle.read("records.csv") == files[0]

    async def test_waits_for_the_one_before_it_and_keeps_no_other_waiting(self, here: InStep) -> None:
        here.boards.create("One")
        asked = {"connection_id": str(here.connection.id)}
        paths = [(await here.http.post("/sync/v1/runs", json=asked)).headers["Location"] for _ in range(2)]
        assert [await here.own.driver.drive_once() for _ in range(2)] == [1, 0]
        shown = [(await here.get(it))["status"] for it in paths]
        assert shown == ["running", "requested"]
        assert (await here.ask("test"))["status"] == "succeeded"
        assert (await here.get(paths[0]))["status"] == "succeeded"
        assert await here.own.driver.drive_once() == 1
        await here.work()
        assert [(await here.get(it))["status"] for it in paths] == ["succeeded", "succeeded"]

    async def test_is_followed_until_it_is_over(self, here: InStep) -> None:
        here.boards.create("One")
        run = await here.ask("manual")
        shown = (await here.http.get(f"/sync/v1/runs/{run['id']}/stream")).text
        assert shown.count("event: run") == 1 and '"status":"succeeded"' in shown


class TestReconcile:
    async def test_finds_what_no_scan_was_told_of_and_repairs_it(self, here: InStep) -> None:
        here.boards.create("One")
        await here.cycle()
        (incident,) = here.incidents()
        record = here.town.instance.store.records[incident]
        version = record.latest
        here.edit_incident(incident, {"short_description": "Drifted"})
        assert record.latest is not version
        run = await here.ask("reconcile")
        assert (run["status"], counted(run, "a").get("updated")) == ("succeeded", 1)
        assert here.bug(here.bugs()[0])["System.Title"] == "Drifted"


class TestRehearsal:
    async def test_shows_what_would_be_done_and_writes_nothing(self, here: InStep) -> None:
        made = here.boards.create("One", Custom__Customer="Contoso")
        run = await here.ask("test", sample=5)
        assert (run["status"], run["draft_revision"], run["configuration_version"]) == ("succeeded", 3, None)
        assert counted(run, "b") == {"created": 1}
        (record,) = (await here.get(f"/sync/v1/runs/{run['id']}/records"))["items"]
        assert (record["action"], record["record_id"]) == ("create", str(made["id"]))
        assert record["detail"]["records"]["a"]["System.Title"] == "One"
        after = {it["rule_id"]: it["after"] for it in record["operations"]}
        assert after == {"r1": "One", "r2": "1", "r3": "Contoso"}
        assert here.ours() == [] and here.incidents() == []

    async def test_compares_field_by_field_what_is_linked(self, here: InStep) -> None:
        made = here.boards.create("One")
        await here.cycle()
        here.edit_bug(str(made["id"]), {"System.Title": "Two"})
        before = len(here.ours())
        chosen = [{"side": "a", "stream": "Bug", "id": str(made["id"])}]
        run = await here.ask("test", records=chosen)
        (record,) = (await here.get(f"/sync/v1/runs/{run['id']}/records"))["items"]
        assert record["operations"] == [
            {
                "kind": "write",
                "rule_id": "r1",
                "side": "b",
                "field": "short_description",
                "before": "One",
                "after": "Two",
            }
        ]
        assert len(here.ours()) == before

    async def test_says_which_of_the_chosen_are_not_there(self, here: InStep) -> None:
        made = here.boards.create("One")
        ids = (str(made["id"]), "999999", "no number")
        run = await here.ask("test", records=[{"side": "a", "stream": "Bug", "id": it} for it in ids])
        records = (await here.get(f"/sync/v1/runs/{run['id']}/records"))["items"]
        assert [(it["record_id"], it["action"], it["reason"]) for it in records] == [
            (ids[0], "create", ""),
            (ids[1], "ignored", "it is not there any more"),
            (ids[2], "ignored", "it is not there any more"),
        ]

    async def test_says_what_would_be_set_aside(self, here: InStep) -> None:
        fields = [{"id": "r1", "a": "System.Title", "b": "short_description", "values": {"x": "y"}}]
        here.desk.draft = document(fields=fields)
        here.boards.create("One")
        run = await here.ask("test")
        assert (run["status"], counted(run, "a")) == ("completed_with_issues", {"scanned": 1, "set_aside": 1})
        (issue,) = (await here.get(f"/sync/v1/runs/{run['id']}/issues"))["items"]
        assert "One" in issue["message"] and here.ours() == []


class TestRefusals:
    async def post(
        self, here: InStep, status: int, code: str, token: str = "ada", **body: Any
    ) -> dict[str, Any]:
        asked = {"connection_id": str(here.connection.id), **body}
        answer = await here.http.post("/sync/v1/runs", json=asked, headers=bearer(token))
        return problem_of(answer, status, code)

    async def test_what_is_not_there_or_not_granted(self, here: InStep) -> None:
        await self.post(here, 404, "not_found", connection_id=str(new_id()))
        await self.post(here, 404, "not_found", connection_id=str(new_id()), kind="test")
        here.people.add("elsewhere", "manager", new_id())
        here.people.add("viewer", "viewer", NETWORK)
        for kind in ("manual", "test"):
            await self.post(here, 404, "not_found", "elsewhere", kind=kind)
            await self.post(here, 403, "forbidden", "viewer", kind=kind)

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"kind": "replay"}, "/replay_days"),
            ({"kind": "manual", "sample": 3}, "/sample"),
            ({"kind": "test", "replay_days": 3}, "/replay_days"),
            ({"kind": "reconcile", "records": [{"side": "a", "stream": "Bug", "id": "1"}]}, "/records"),
        ],
    )
    async def test_what_makes_no_sense(self, here: InStep, body: dict[str, Any], pointer: str) -> None:
        problem = await self.post(here, 422, "invalid", **body)
        assert [it["pointer"] for it in problem["errors"]] == [pointer]

    async def test_chosen_records_that_no_flow_has(self, here: InStep) -> None:
        good = {"side": "a", "stream": "Bug", "id": "1"}
        for bad, pointer in (
            ({"side": "c"}, "/records/1/side"),
            ({"stream": "Task"}, "/records/1/stream"),
            ({"side": "b"}, "/records/1/stream"),
            ({"id": ""}, "/records/1/id"),
            ({"id": 7}, "/records/1/id"),
        ):
            for kind in ("test", "manual"):
                chosen = [good, {**good, **bad}]
                problem = await self.post(here, 422, "invalid", kind=kind, records=chosen)
                assert [it["pointer"] for it in problem["errors"]] == [pointer]

    async def test_a_paused_connection_has_no_runs(self, here: InStep) -> None:
        async with here.db.begin() as tx:
            await TaskStore(tx).pause(here.connection)
        assert (await self.post(here, 409, "illegal_move"))["allowed"] == ["resume"]

    async def test_stopping(self, here: InStep) -> None:
        asked = {"connection_id": str(here.connection.id)}
        run = (await here.http.post("/sync/v1/runs", json=asked)).json()
        path = f"/sync/v1/runs/{run['id']}"
        assert (await here.http.post(f"{path}/stop")).status_code == 202
        problem_of(await here.http.post(f"{path}/approve"), 409, "illegal_move")
        assert await here.own.driver.drive_once() == 1
        assert (await here.get(path))["status"] == "stopped"
        problem_of(await here.http.post(f"{path}/stop"), 409, "illegal_move")
        assert (await here.told())[-1] == "sync.run.completed.v1"

    async def test_lists_are_filtered_and_newest_first(self, here: InStep) -> None:
        first, second = await here.ask("manual"), await here.ask("test")
        shown = await here.get("/sync/v1/runs")
        assert [it["id"] for it in shown["items"]] == [second["id"], first["id"]]
        assert [it["id"] for it in (await here.get("/sync/v1/runs", kind="manual"))["items"]] == [first["id"]]
        page = await here.get("/sync/v1/runs", limit=1)
        rest = await here.get("/sync/v1/runs", limit=1, cursor=page["next_cursor"])
        assert [it["id"] for it in rest["items"]] == [first["id"]] and rest["next_cursor"] is None
        for none in (
            {"connection_id": str(new_id())},
            {"status": "failed"},
            {"from": "2100-01-01T00:00:00Z"},
        ):
            assert (await here.get("/sync/v1/runs", **none))["items"] == []
