"""Versions: A16, A18, A19, P15. Published at once or not at all, never changed, restored as a draft."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from common.served import ACCOUNT, bearer, problem_of
from services.connections.office import PATH, Office, opened_office
from services.connections.test_drafts import RIGHT, WRONG, save, with_field
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.events.registry import CredentialRejected, CredentialRenewed
from syncline_common.events.sync import ConnectionStopped, RunCompleted
from syncline_common.ids import new_id
from syncline_connections.events import handlers

SERVICES = bearer("the services of the test, among themselves")
INTERNAL = "/connections/internal/v1/connections"
MORE = with_field(a="System.Description", b="description")


@pytest.fixture
async def office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    async with opened_office(db, clock) as found:
        yield found


async def published(office: Office, document: Any = RIGHT) -> str:
    made = await office.built()
    await save(office, made, document)
    answer = await office.do(made, "publish")
    assert (answer.status_code, answer.json()["state"]) == (200, "active"), answer.text
    return made


async def events(office: Office, verb: str) -> list[dict[str, Any]]:
    outbox = office.db.tables["outbox"]
    key = f"connections.connection.{verb}.v1"
    async with office.db.read() as tx:
        of_key = select(outbox.c.body).where(outbox.c.routing_key == key)
        rows = await tx.session.execute(of_key.order_by(outbox.c.seq))
        return [json.loads(row.body)["data"] for row in rows]


class TestPublishing:
    async def test_a16_all_of_it_takes_effect_as_the_next_version(self, office: Office) -> None:
        made = await published(office)
        await save(office, made, MORE)
        second = (await office.do(made, "publish")).json()
        assert (second["published_version"], second["state"]) == (2, "active")
        listed = (await office.get(made, "/versions"))["items"]
        assert [(it["number"], it["current"]) for it in listed] == [(2, True), (1, False)]
        assert len((await office.get(made, "/versions/1"))["configuration"]["flows"][0]["fields"]) == 1
        assert len((await office.get(made, "/versions/2"))["configuration"]["flows"][0]["fields"]) == 2

    async def test_the_event_carries_what_a_worker_needs(self, office: Office) -> None:
        made = await published(office)
        (event,), connection = await events(office, "published"), await office.get(made)
        assert event["connection_id"] == made and event["configuration_version"] == 1
        assert event["a"]["system_id"] == connection["a"]["system_id"]
        assert event["a"]["node_id"] and event["b"]["node_id"] and event["schedule"] == {"every": "60s"}

    async def test_a_wrong_one_is_refused_with_every_problem(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, WRONG)
        problem = problem_of(await office.do(made, "publish"), 409, "illegal_move")
        assert [it["pointer"] for it in problem["errors"]] == ["/flows/0/fields/1/a"]
        assert problem["allowed"] == ["configured", "deleting"]
        assert (await office.get(made))["published_version"] is None and await events(
            office, "published"
        ) == []

    async def test_the_systems_are_asked_once_more(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        office.registry.dropped.add("short_description")
        problem_of(await office.do(made, "publish"), 409, "illegal_move")

    async def test_once_published_a_wrong_draft_changes_nothing(self, office: Office) -> None:
        made = await published(office)
        await save(office, made, WRONG)
        assert (await office.get(made))["state"] == "active"
        problem_of(await office.do(made, "publish"), 409, "illegal_move")
        assert (await office.get(made))["published_version"] == 1

    async def test_publishing_what_is_published_is_no_new_version(self, office: Office) -> None:
        made = await published(office)
        assert (await office.do(made, "publish")).json()["published_version"] == 1
        assert len(await events(office, "published")) == 1

    async def test_whoever_saw_an_older_draft_is_told(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        answer = await office.http.post(f"{PATH}/{made}/publish", headers={"If-Match": '"1"'})
        problem_of(answer, 412, "stale")

    async def test_of_many_at_once_one_version_comes_out(self, office: Office) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        answers = await asyncio.gather(*(office.do(made, "publish") for _ in range(8)))
        assert {it.status_code for it in answers} == {200}
        assert len((await office.get(made, "/versions"))["items"]) == 1
        assert len(await events(office, "published")) == 1

    async def test_it_is_audited_with_what_changed(self, office: Office) -> None:
        made = await published(office)
        await save(office, made, MORE)
        await office.do(made, "publish")
        rows = (await office.http.get("/connections/v1/audit", params={"noun_id": made})).json()["items"]
        actions = [it["action"] for it in rows]
        assert actions.count("connection.published") == 2 and "connection.created" in actions


class TestVersions:
    async def test_a_difference_is_told_field_by_field(self, office: Office) -> None:
        made = await published(office)
        await save(office, made, MORE | {"schedule": {"every": "5m"}})
        await office.do(made, "publish")
        found = (await office.get(made, "/versions/1/diff/2"))["items"]
        assert [(it["pointer"], it["change"]) for it in found] == [
            ("/schedule/every", "changed"),
            ("/flows/0/fields/1", "added"),
        ]
        assert (found[0]["before"], found[0]["after"]) == ("60s", "5m")
        back = (await office.get(made, "/versions/2/diff/1"))["items"]
        assert [(it["pointer"], it["change"]) for it in back][1] == ("/flows/0/fields/1", "removed")

    async def test_a16_any_earlier_one_can_be_restored(self, office: Office) -> None:
        made = await published(office)
        first = (await office.get(made, "/versions/1"))["configuration"]
        await save(office, made, MORE)
        await office.do(made, "publish")
        restored = (await office.do(made, "versions/1/restore")).json()
        assert restored["configuration"] == first and restored["valid"]
        assert (await office.get(made))["published_version"] == 2
        assert (await office.do(made, "publish")).json()["published_version"] == 3
        problem_of(await office.do(made, "versions/9/restore"), 404, "not_found")

    async def test_an_id_is_never_given_twice(self, office: Office) -> None:
        made = await published(office, MORE)
        ids = {it["id"] for it in (await office.get(made, "/draft"))["configuration"]["flows"][0]["fields"]}
        kept = (await office.get(made, "/draft"))["configuration"]
        kept["flows"][0]["fields"] = kept["flows"][0]["fields"][:1]
        await save(office, made, kept)
        kept["flows"][0]["fields"].append({"a": "System.Description", "b": "description"})
        saved = (await save(office, made, kept)).json()
        assert saved["configuration"]["flows"][0]["fields"][1]["id"] not in ids

    async def test_p15_workers_are_given_the_version_that_they_ask_for(self, office: Office) -> None:
        made = await published(office)
        await save(office, made, MORE)
        await office.do(made, "publish")
        where = {"account_id": str(ACCOUNT)}
        for number in (1, 2):
            path = f"{INTERNAL}/{made}/versions/{number}"
            found = (await office.http.get(path, params=where, headers=SERVICES)).json()
            assert found["configuration"] == (await office.get(made, f"/versions/{number}"))["configuration"]
        state = (await office.http.get(f"{INTERNAL}/{made}/state", params=where, headers=SERVICES)).json()
        assert (state["state"], state["published_version"], state["schedule"]) == (
            "active",
            2,
            {"every": "60s"},
        )
        draft = (await office.http.get(f"{INTERNAL}/{made}/draft", params=where, headers=SERVICES)).json()
        assert draft["revision"] == 3 and draft["valid"]
        for what in ("state", "draft", "versions/1"):
            foreign = {"account_id": str(new_id())}
            answer = await office.http.get(f"{INTERNAL}/{made}/{what}", params=foreign, headers=SERVICES)
            problem_of(answer, 404, "not_found")
            problem_of(
                await office.http.get(f"{INTERNAL}/{made}/{what}", params=where), 401, "unauthenticated"
            )


class TestA18Pausing:
    async def test_paused_and_resumed_are_told(self, office: Office) -> None:
        made = await published(office)
        assert (await office.do(made, "pause")).json()["state"] == "paused"
        problem = problem_of(await office.do(made, "pause"), 409, "illegal_move")
        assert problem["allowed"] == ["active", "error", "deleting"]
        assert (await office.do(made, "resume")).json()["state"] == "active"
        assert (await office.announced())[-2:] == [
            f"connections.connection.{it}.v1" for it in ("paused", "resumed")
        ]

    async def test_nothing_is_paused_before_it_is_published(self, office: Office) -> None:
        made = await office.built()
        problem_of(await office.do(made, "pause"), 409, "illegal_move")
        problem_of(await office.do(made, "resume"), 409, "illegal_move")

    async def test_a_version_published_while_paused_waits(self, office: Office) -> None:
        made = await published(office)
        await office.do(made, "pause")
        await save(office, made, MORE)
        answer = (await office.do(made, "publish")).json()
        assert (answer["state"], answer["published_version"]) == ("paused", 2)
        assert (await events(office, "published"))[1]["state"] == "paused"


class TestA18Deleting:
    async def test_it_is_gone_and_its_systems_stay(self, office: Office) -> None:
        made = await published(office)
        answer = await office.http.delete(f"{PATH}/{made}")
        assert (answer.status_code, answer.json()["state"]) == (202, "deleting")
        problem_of(await office.http.delete(f"{PATH}/{made}"), 409, "illegal_move")
        assert [await office.remover.delete_once() for _ in range(2)] == [1, 0]
        problem_of(await office.http.get(f"{PATH}/{made}"), 404, "not_found")
        (event,) = await events(office, "deleted")
        assert event["connection_id"] == made and event["a"]["system_id"] and event["b"]["system_id"]
        assert len(office.registry.systems) == 2 and await office.remover.remove_once() == 0

    async def test_by_choice_the_systems_that_only_it_used_go_too(self, office: Office) -> None:
        made = await office.built("One")
        await office.built("Two", b={"url": "https://another.service-now.com", "auth": office.good})
        await office.http.delete(f"{PATH}/{made}", params={"remove_systems": True})
        await office.remover.delete_once()
        while await office.remover.remove_once():
            pass
        urls = [it.url for it in office.registry.systems]
        assert urls == ["https://dev.azure.com/fabrikam", "https://another.service-now.com"]

    async def test_until_the_registry_has_heard_it_is_asked_again(self, office: Office) -> None:
        made = await office.built()
        office.registry.used = {it.id for it in office.registry.systems}
        await office.http.delete(f"{PATH}/{made}", params={"remove_systems": True})
        await office.remover.delete_once()
        assert await office.remover.remove_once() == 1 and len(office.registry.systems) == 2
        office.registry.used.clear()
        office.clock.advance(seconds=5)
        while await office.remover.remove_once():
            pass
        assert office.registry.systems == []


class TestD15Credentials:
    async def test_a_rejected_one_stops_its_connections_and_a_renewed_one_lets_them_go_on(
        self, office: Office
    ) -> None:
        running, made = await published(office), await office.built("Not published")
        paused = await office.built("Paused")
        await save(office, paused, RIGHT)
        await office.do(paused, "publish")
        await office.do(paused, "pause")
        node = office.registry.node("https://contoso.service-now.com")
        (system,) = [it for it in office.registry.systems if node in it.nodes.values()]
        facts = {"account_id": ACCOUNT, "network_id": office.network, "system_id": system.id, "node_id": node}
        rejected = CredentialRejected(**facts, credential_version=1, code="credential_rejected")
        for _ in range(2):  # being told twice changes nothing
            async with office.db.begin() as tx:
                await handlers.put_its_connections_into_error(rejected, tx)
        states = {it: await office.get(it) for it in (running, paused, made)}
        assert [it["state"] for it in states.values()] == ["error", "error", "ready_to_configure"]
        assert states[running]["cause"] == "credentials"
        assert [it["cause"] for it in await events(office, "failed")] == ["credentials", "credentials"]
        async with office.db.begin() as tx:
            renewed = CredentialRenewed(**facts, credential_version=2)
            await handlers.let_its_connections_go_on(renewed, tx)
        assert [(await office.get(it))["state"] for it in (running, paused)] == ["active", "paused"]
        assert (await office.get(running))["cause"] is None

    async def test_whatever_else_a_person_has_to_mend_stops_it_until_it_is_resumed(
        self, office: Office
    ) -> None:
        made = await published(office)
        for _ in range(2):
            await stop(office, made, "scope_missing")
        found = await office.get(made)
        assert (found["state"], found["cause"]) == ("error", "scope_missing")
        assert [it["cause"] for it in await events(office, "failed")] == ["scope_missing"]
        await office.do(made, "resume")
        found = await office.get(made)
        assert (found["state"], found["cause"]) == ("active", None)

    async def test_resumed_without_a_new_credential_it_is_in_error_again_until_there_is_one(
        self, office: Office
    ) -> None:
        made = await published(office)
        before = office.clock.now()
        await stop(office, made, "credential_rejected", tried_at=before)
        office.clock.advance(seconds=1)
        await office.do(made, "resume")
        await stop(office, made, "credential_rejected", tried_at=before)  # told late
        assert (await office.get(made))["state"] == "active"
        await stop(office, made, "credential_rejected", tried_at=office.clock.now())
        found = await office.get(made)
        assert (found["state"], found["cause"]) == ("error", "credentials")
        node = office.registry.node("https://contoso.service-now.com")
        (system,) = [it for it in office.registry.systems if node in it.nodes.values()]
        facts = {"account_id": ACCOUNT, "network_id": office.network, "system_id": system.id, "node_id": node}
        async with office.db.begin() as tx:
            await handlers.let_its_connections_go_on(CredentialRenewed(**facts, credential_version=2), tx)
        assert (await office.get(made))["state"] == "active"


async def stop(office: Office, made: str, cause: str, tried_at: datetime | None = None) -> None:
    facts = {"account_id": ACCOUNT, "network_id": office.network, "connection_id": made}
    async with office.db.begin() as tx:
        await handlers.put_it_into_error(ConnectionStopped(**facts, cause=cause, tried_at=tried_at), tx)


def run_of(office: Office, made: str, **facts: Any) -> RunCompleted:
    counts: dict[str, Any] = {"a": {}, "b": {}}
    run = {
        "id": new_id(),
        "connection_id": made,
        "network_id": office.network,
        "kind": "test",
        "configuration_version": None,
        "draft_revision": None,
        "status": "succeeded",
        "requested_at": office.clock.now(),
        "started_at": office.clock.now(),
        "finished_at": office.clock.now(),
        "counts": counts,
        "progress": {"done": 1},
    } | facts
    ids = {"account_id": ACCOUNT, "network_id": office.network, "run_id": run["id"]}
    return RunCompleted.model_validate(ids | {"run": run})


async def tell(office: Office, event: RunCompleted) -> None:
    async with office.db.begin() as tx:
        await handlers.note_the_run(event, tx)


class TestRuns:
    async def test_a19_a_test_run_of_this_draft_makes_it_tested_and_an_edit_undoes_that(
        self, office: Office
    ) -> None:
        made = await office.built()
        await save(office, made, RIGHT)
        await tell(office, run_of(office, made, draft_revision=1))  # of an earlier draft
        await tell(office, run_of(office, made, draft_revision=2, status="failed"))
        assert (await office.get(made))["state"] == "configured"
        event = run_of(office, made, draft_revision=2)
        await tell(office, event)
        assert (await office.get(made))["state"] == "tested"
        assert (await office.get(made, "/draft"))["tested_by_run"] == str(event.run_id)
        await office.do(made, "draft/validate")  # looking at it is no edit
        assert (await office.get(made))["state"] == "tested"
        await save(office, made, MORE)
        assert (await office.get(made))["state"] == "configured"
        assert (await office.get(made, "/draft"))["tested_by_run"] is None

    async def test_the_last_run_is_shown(self, office: Office) -> None:
        made = await published(office)
        older, newer = (run_of(office, made, kind="manual", configuration_version=1) for _ in range(2))
        replayed = run_of(office, made, kind="replay", configuration_version=1, draft_revision=1)
        for event in (newer, older, replayed):
            await tell(office, event)
        assert (await office.get(made))["last_run"]["id"] == str(newer.run_id)
        await tell(office, run_of(office, str(UUID(int=7)), kind="manual"))  # of a connection that is gone
