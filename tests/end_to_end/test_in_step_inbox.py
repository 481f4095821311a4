"""What people decide over HTTP: issues, conflicts; where a value came from; and webhooks, from real sandboxes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.served import bearer, problem_of
from end_to_end.in_step import BOARDS, INSTANCE, NETWORK, InStep, document, in_step
from sandbox.desk import basic
from syncline_common.access.hook_tokens import HookOwner, HookTokens
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NodeRef
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.work.hooks import hooks_once

TOKENS = HookTokens(b"a key of the test")
STRICT = [
    {"id": "r1", "a": "System.Title", "b": "short_description"},
    {"id": "r2", "a": "Custom.Customer", "b": "u_vendor_ticket", "values": {"Contoso": "C"}},
]


@pytest.fixture
async def db(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with opened(database_settings, SERVICE) as database:
        yield database


async def post(here: InStep, path: str, body: dict[str, Any], token: str = "ada") -> Any:
    return await here.http.post(f"/sync/v1/{path}", json=body, headers=bearer(token))


class TestIssues:
    @pytest.fixture
    async def here(self, db: Database) -> AsyncIterator[InStep]:
        """Three bugs whose customer has no partner in the map, and one that has."""
        async with in_step(db, document(fields=STRICT)) as made:
            for number in range(3):
                made.boards.create(f"Bug {number}", Custom__Customer="Northwind")
            made.boards.create("Fine", Custom__Customer="Contoso")
            await made.cycle()
            yield made

    async def test_what_failed_is_set_aside_with_its_cause_and_the_rest_goes_on(self, here: InStep) -> None:
        assert len(here.incidents()) == 1
        found = (await here.get("/sync/v1/issues"))["items"]
        assert {(it["state"], it["kind"], it["side"]) for it in found} == {("open", "invalid", "a")}
        assert len(found) == 3 and all("Northwind" in it["hint"] for it in found)
        (cause,) = (await here.get("/sync/v1/issues", group_by="cause"))["items"]
        assert (cause["count"], cause["cause"]) == (3, found[0]["cause"])
        (run,) = (await here.get("/sync/v1/runs"))["items"]
        assert run["status"] == "completed_with_issues" and run["counts"]["a"]["set_aside"] == 3
        assert (await here.told()).count("sync.record.set_aside.v1") == 3

    async def test_all_of_one_cause_are_tried_again_at_once(self, here: InStep) -> None:
        (cause,) = (await here.get("/sync/v1/issues", group_by="cause"))["items"]
        for it in here.bugs():
            here.edit_bug(it, {"Custom.Customer": "Contoso"})
        answer = await post(here, "issues/retry", {"filter": {"cause": cause["cause"]}})
        assert answer.json() == {"count": 3}
        await here.work()
        assert len(here.incidents()) == 4
        assert (await here.get("/sync/v1/issues", state="open"))["items"] == []
        assert len((await here.get("/sync/v1/issues", state="resolved"))["items"]) == 3

    async def test_what_is_ignored_stays_so_when_it_comes_again(self, here: InStep) -> None:
        one = (await here.get("/sync/v1/issues"))["items"][0]
        assert (await post(here, "issues/ignore", {"ids": [one["id"]]})).json() == {"count": 1}
        await here.ask("manual", records=[{"side": "a", "stream": "Bug", "id": one["record_id"]}])
        (same,) = (await here.get("/sync/v1/issues", state="ignored"))["items"]
        assert (same["id"], same["attempts"]) == (one["id"], 2)

    async def test_refusals(self, here: InStep) -> None:
        here.people.add("viewer", "viewer", NETWORK)
        here.people.add("elsewhere", "manager", new_id())
        one = (await here.get("/sync/v1/issues"))["items"][0]["id"]
        for what in ("retry", "ignore"):
            problem_of(await post(here, f"issues/{what}", {"ids": [str(new_id())]}), 404, "not_found")
            problem_of(await post(here, f"issues/{what}", {"ids": [one]}, "elsewhere"), 404, "not_found")
            problem_of(await post(here, f"issues/{what}", {"ids": [one]}, "viewer"), 403, "forbidden")
            problem_of(await post(here, f"issues/{what}", {}), 422, "invalid")


class TestConflicts:
    @pytest.fixture
    async def here(self, db: Database) -> AsyncIterator[InStep]:
        """A title that was changed on both sides, and nobody may decide but a person."""
        async with in_step(db, document(conflicts={"default": "ask"})) as made:
            made.boards.create("The page is blank")
            await made.cycle()
            made.edit_bug(made.bugs()[0], {"System.Title": "from a"})
            made.edit_incident(made.incidents()[0], {"short_description": "from b"})
            await made.cycle()
            yield made

    async def the_one(self, here: InStep) -> dict[str, Any]:
        (it,) = (await here.get("/sync/v1/conflicts"))["items"]
        found: dict[str, Any] = it
        return found

    @pytest.mark.parametrize("choice", ["a", "b"])
    async def test_the_chosen_side_is_written_and_both_values_are_kept(
        self, here: InStep, choice: str
    ) -> None:
        it = await self.the_one(here)
        assert (it["state"], it["value_a"], it["value_b"], it["base_a"]) == (
            "open",
            "from a",
            "from b",
            "The page is blank",
        )
        assert "sync.conflict.found.v1" in await here.told()
        assert (await post(here, "conflicts/resolve", {"ids": [it["id"]], "choose": choice})).json() == {
            "count": 1
        }
        await here.work()
        titles = {
            here.bug(here.bugs()[0])["System.Title"],
            here.incident(here.incidents()[0])["short_description"],
        }
        assert titles == {f"from {choice}"}
        after = await self.the_one(here)
        assert (after["state"], after["winner"], after["value_a"], after["value_b"]) == (
            "settled",
            choice,
            "from a",
            "from b",
        )
        before = len(here.ours())
        await here.cycle()
        assert len(here.ours()) == before

    async def test_a_value_of_their_own_goes_to_both(self, here: InStep) -> None:
        it = await self.the_one(here)
        answer = await post(here, "conflicts/resolve", {"id": it["id"], "value": "of both"})
        assert answer.json() == {"count": 1}, answer.text
        await here.work()
        bug, incident = here.bug(here.bugs()[0]), here.incident(here.incidents()[0])
        assert bug["System.Title"] == incident["short_description"] == "of both"
        after = await self.the_one(here)
        assert (after["state"], after["winner"], after["chosen"]) == ("settled", None, "of both")
        assert (after["value_a"], after["value_b"]) == ("from a", "from b")
        before = len(here.ours())
        await here.cycle()
        assert len(here.ours()) == before
        here.edit_incident(here.incidents()[0], {"short_description": "later"})
        await here.cycle()
        assert here.bug(here.bugs()[0])["System.Title"] == "later"

    @pytest.mark.parametrize("side", ["a", "b"])
    async def test_an_edit_after_a_value_was_given_is_the_later_word(self, here: InStep, side: str) -> None:
        it = await self.the_one(here)
        await post(here, "conflicts/resolve", {"id": it["id"], "value": "of both"})
        if side == "a":
            here.edit_bug(here.bugs()[0], {"System.Title": "later"})
        else:
            here.edit_incident(here.incidents()[0], {"short_description": "later"})
        await here.cycle()
        bug, incident = here.bug(here.bugs()[0]), here.incident(here.incidents()[0])
        assert bug["System.Title"] == incident["short_description"] == "later"

    async def test_an_edit_after_the_choice_is_not_overwritten_unseen(self, here: InStep) -> None:
        it = await self.the_one(here)
        await post(here, "conflicts/resolve", {"ids": [it["id"]], "choose": "a"})
        here.edit_incident(here.incidents()[0], {"short_description": "from b, later"})
        await here.cycle()
        assert here.incident(here.incidents()[0])["short_description"] == "from b, later"
        open_ones = (await here.get("/sync/v1/conflicts", state="open"))["items"]
        assert [one["value_b"] for one in open_ones] == ["from b, later"]

    async def test_one_that_people_settled_in_the_systems_is_open_no_more(self, here: InStep) -> None:
        here.edit_incident(here.incidents()[0], {"short_description": "from a"})
        await here.cycle()
        assert (await self.the_one(here))["state"] == "settled"

    async def test_refusals(self, here: InStep) -> None:
        it = (await self.the_one(here))["id"]
        here.people.add("viewer", "viewer", NETWORK)
        here.people.add("elsewhere", "manager", new_id())
        for ids, token, status, code in (
            ([str(new_id())], "ada", 404, "not_found"),
            ([it], "elsewhere", 404, "not_found"),
            ([it], "viewer", 403, "forbidden"),
            ([], "ada", 422, "invalid"),
        ):
            body = {"ids": ids, "choose": "a"}
            problem_of(await post(here, "conflicts/resolve", body, token), status, code)
        for odd in (
            {"id": it},
            {"value": "x"},
            {"ids": [it], "value": "x"},
            {"id": it, "choose": "a"},
            {"ids": [it]},
            {"id": it, "value": {"an": "object"}},
            {"id": it, "value": ["a list"]},
            {"id": it, "value": 5},
        ):
            problem_of(await post(here, "conflicts/resolve", odd), 422, "invalid")


class TestLooking:
    @pytest.fixture
    async def here(self, db: Database) -> AsyncIterator[InStep]:
        async with in_step(db, document()) as made:
            made.boards.create("One")
            await made.cycle()
            made.edit_bug(made.bugs()[0], {"System.Title": "Two"})
            await made.cycle()
            yield made

    async def test_every_value_says_where_it_came_from(self, here: InStep) -> None:
        (link,) = (await here.get("/sync/v1/links", a_id=here.bugs()[0]))["items"]
        assert (link["a"]["id"], link["b"]["id"]) == (here.bugs()[0], here.incidents()[0])
        assert link["b"]["base"]["short_description"] == "Two"
        path = f"/sync/v1/links/{link['id']}"
        assert await here.get(path) == link
        second, first = (await here.get(f"{path}/lineage", rule="r1"))["items"]
        assert (first["before"], first["after"], second["before"], second["after"]) == (
            None,
            "One",
            "One",
            "Two",
        )
        runs = [it["id"] for it in (await here.get("/sync/v1/runs"))["items"]]
        assert [second["run_id"], first["run_id"]] == runs
        newest = await here.get(f"{path}/lineage", rule="r1", limit=1)
        older = await here.get(f"{path}/lineage", rule="r1", limit=1, cursor=newest["next_cursor"])
        assert (older["items"], older["next_cursor"]) == ([first], None)

    async def test_how_a_connection_is_doing(self, here: InStep) -> None:
        shown = await here.get(f"/sync/v1/connections/{here.connection.id}")
        assert (shown["state"], shown["links"], shown["waiting"], shown["open_issues"]) == ("active", 1, 0, 0)
        assert {(it["side"], it["stream"]) for it in shown["cursors"]} == {("a", "Bug"), ("b", "incident")}
        assert shown["last_checked"] and shown["last_sweep"]

    async def test_nobody_else_sees_it(self, here: InStep) -> None:
        (link,) = (await here.get("/sync/v1/links"))["items"]
        here.people.add("elsewhere", "manager", new_id())
        here.people.add("stranger", "administrator", account=new_id())
        for token in ("elsewhere", "stranger"):
            for path in (f"connections/{here.connection.id}", f"links/{link['id']}"):
                answer = await here.http.get(f"/sync/v1/{path}", headers=bearer(token))
                problem_of(answer, 404, "not_found")
            for noun in ("links", "runs", "issues", "conflicts"):
                answer = await here.http.get(f"/sync/v1/{noun}", headers=bearer(token))
                assert answer.json()["items"] == []


class TestWebhooks:
    @pytest.fixture
    async def here(self, db: Database) -> AsyncIterator[InStep]:
        async with in_step(db, document()) as made:
            made.boards.create("One")
            await made.cycle()
            yield made

    def owner(self, here: InStep, kind: str) -> HookOwner:
        node = BOARDS if kind == "azure_devops" else INSTANCE
        return HookOwner(kind, NodeRef(here.connection.account_id, node))

    async def send(
        self, here: InStep, body: Any, *, secret: str | None = None, token: str | None = None
    ) -> Any:
        """As the business rule that we ship sends it."""
        owner = self.owner(here, "servicenow")
        headers = {"X-Syncline-Token": secret or TOKENS.secret(owner), "Authorization": ""}
        content = json.dumps(body) if not isinstance(body, bytes) else body
        path = f"/sync/v1/hooks/{token or TOKENS.token(owner)}"
        return await here.http.post(path, content=content, headers=headers)

    async def test_one_that_was_acknowledged_makes_its_record_due(self, here: InStep) -> None:
        (incident,) = here.incidents()
        here.edit_incident(incident, {"short_description": "Two"})
        told = {"table": "incident", "sys_id": incident, "operation": "update"}
        answer = await self.send(here, told)
        assert (answer.status_code, answer.json()) == (202, {"connections": 1})
        assert (await here.get(f"/sync/v1/connections/{here.connection.id}"))["webhooks_waiting"] == 1
        assert await hooks_once(here.own.tools) == 1
        await here.work()
        assert here.bug(here.bugs()[0])["System.Title"] == "Two"

    async def test_azure_devops_proves_itself_by_a_password(self, here: InStep) -> None:
        owner, (bug,) = self.owner(here, "azure_devops"), here.bugs()
        here.edit_bug(bug, {"System.Title": "Two"})
        fields = {"System.WorkItemType": "Bug"}
        event = {"eventType": "workitem.created", "resource": {"id": int(bug), "fields": fields}}
        headers = {"Authorization": basic(TOKENS.secret(owner), "syncline")}
        answer = await here.http.post(f"/sync/v1/hooks/{TOKENS.token(owner)}", json=event, headers=headers)
        assert answer.status_code == 202, answer.text
        await hooks_once(here.own.tools)
        await here.work()
        assert here.incident(here.incidents()[0])["short_description"] == "Two"

    async def test_what_is_not_proven_or_not_ours_is_refused(self, here: InStep) -> None:
        told = {"table": "incident", "sys_id": here.incidents()[0], "operation": "update"}
        problem_of(await self.send(here, told, secret="a guess"), 401, "unauthenticated")
        good = TOKENS.token(self.owner(here, "servicenow"))
        for token in (good[:-1] + ("A" if good[-1] != "A" else "B"), "x" * 60):
            problem_of(await self.send(here, told, token=token), 404, "not_found")
        problem_of(await self.send(here, {"table": "incident"}), 422, "invalid")
        problem_of(await self.send(here, b"x" * (2 * 1024 * 1024 + 1)), 413, "too_large")
        assert (await here.get(f"/sync/v1/connections/{here.connection.id}"))["webhooks_waiting"] == 0
