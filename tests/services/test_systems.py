"""Systems: imported in one call, known once, renamed, signed in to anew, removed; and what of them is shown to whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from backing.canaries import CANARY
from common.served import problem_of
from connectors.opened import BOARDS, INSTANCE
from services.systems import BASIC, PAT, SYSTEMS, TOKEN, Desk, desk_with
from services.vaults import dump_of, shown_in
from syncline_common.bus.router import Received
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.events.base import Event
from syncline_common.events.connections import ConnectionCreated, ConnectionDeleted, EndFacts
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_registry.store.tables import nodes, systems


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


async def rows(db: Database, table: Any) -> int:
    async with db.read() as tx:
        return len((await tx.session.execute(select(table))).all())


async def hear(db: Database, event: Event) -> None:
    """As the inbox does, once the bus has brought it."""
    body = event.to_cloud_event(datetime(2026, 1, 1, tzinfo=UTC))
    async with db.begin() as tx:
        await SERVICE.events.handle([Received(event.id, event.routing_key(), body)], tx)


async def told(db: Database, topic: str) -> list[dict[str, Any]]:
    """The data of the events of this type."""
    outbox = db.tables["outbox"]
    async with db.read() as tx:
        found = await tx.session.execute(select(outbox.c.body).where(outbox.c.routing_key == topic))
        return [json.loads(it.body)["data"] for it in found]


class TestA14:
    async def test_a_system_is_imported_in_one_call(self, desk: Desk, db: Database, tmp_path: Path) -> None:
        network = await desk.registry.network()
        made = await desk.add(network, "dev.azure.com/Sandbox/x", auth=TOKEN, name="Boards")
        assert (made["kind"], made["url"], made["name"], made["routed"]) == (
            "azure_devops",
            BOARDS,
            "Boards",
            True,
        )
        [node] = made["nodes"]
        assert (node["network_id"], node["can_write"], node["credential"]["state"]) == (network, True, "good")
        assert node["credential"]["secrets"] == {"token": {"set": True, "last4": PAT[-4:]}}
        found = await desk.registry.http.get(f"{SYSTEMS}/{made['id']}")
        assert found.json() == made and found.headers["ETag"] == '"1"'
        assert (await desk.registry.http.get(SYSTEMS)).json()["items"] == [made]
        assert [it["kind"] for it in await told(db, "registry.system.registered.v1")] == ["azure_devops"]
        assert not shown_in(await dump_of(db, tmp_path), PAT.encode())

    async def test_or_with_a_ticket_which_is_good_once(self, desk: Desk) -> None:
        network, other = await desk.registry.network(), await desk.registry.network("Other")
        ticket = (await desk.check(network, INSTANCE, BASIC))["ticket"]
        elsewhere = {"network_id": other, "url": INSTANCE, "ticket": ticket}
        problem_of(await desk.post("systems", elsewhere), 409, "ticket_expired")
        made = await desk.add(network, INSTANCE, auth=None, ticket=ticket)
        [node] = made["nodes"]
        assert (node["identity"], node["credential"]["fields"]) == (
            "sync.account",
            {"username": "sync.account"},
        )
        problem_of(await desk.post("systems", elsewhere | {"network_id": network}), 409, "ticket_expired")

    async def test_a_ticket_is_for_one_person_one_system_and_half_an_hour(
        self, desk: Desk, clock: ManualClock
    ) -> None:
        network = await desk.registry.network()
        manager = await desk.somebody("max@example.com", "manager", network)
        ticket = (await desk.check(network, INSTANCE, BASIC))["ticket"]
        body = {"network_id": network, "url": INSTANCE, "ticket": ticket}
        answers = [
            await desk.post("systems", body, headers=manager),
            await desk.post("systems", body | {"url": BOARDS}),
            await desk.post("systems", body | {"ticket": "slt_unknown"}),
        ]
        clock.advance(minutes=30)
        headers = await desk.registry.as_()
        answers.append(await desk.post("systems", body, headers=headers))
        said = [problem_of(it, 409, "ticket_expired") | {"trace_id": ""} for it in answers]
        assert all(it == said[0] for it in said)

    async def test_what_does_not_do_is_not_registered(self, desk: Desk, db: Database) -> None:
        network = await desk.registry.network()
        wrong = TOKEN | {"token": f"wrong {CANARY}"}
        body = {"network_id": network, "url": BOARDS, "auth": wrong}
        problem = problem_of(await desk.post("systems", body), 422, "credential_rejected")
        assert problem["errors"][0]["pointer"] == "/auth" and problem["errors"][0]["fix"]
        body = {"network_id": network, "url": BOARDS}
        problem_of(await desk.post("systems", body), 422, "invalid")
        assert await rows(db, systems) == await rows(db, nodes) == 0

    async def test_the_same_key_has_one_effect(self, desk: Desk, db: Database) -> None:
        network = await desk.registry.network()
        body = {"network_id": network, "url": BOARDS, "auth": TOKEN}
        headers = {"Idempotency-Key": "one"}
        first = await desk.post("systems", body, headers=headers)
        asked = len(desk.town.boards.ledger.requests)
        again = await desk.post("systems", body, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert len(desk.town.boards.ledger.requests) == asked, "nobody is asked again"
        other = await desk.post("systems", body | {"name": "Other"}, headers=headers)
        problem_of(other, 409, "idempotency_mismatch")
        done = problem_of(await desk.post("systems", body), 409, "already_done")
        assert done["id"] == first.json()["id"] and await rows(db, nodes) == 1

    async def test_of_many_at_once_one_is_first(self, desk: Desk, db: Database) -> None:
        network = await desk.registry.network()
        tickets = [(await desk.check(network, BOARDS, TOKEN))["ticket"] for _ in range(5)]
        bodies = [{"network_id": network, "url": BOARDS, "ticket": it} for it in tickets]
        answers = await asyncio.gather(*(desk.post("systems", body) for body in bodies))
        assert sorted(it.status_code for it in answers) == [201, 409, 409, 409, 409]
        assert (await rows(db, systems), await rows(db, nodes)) == (1, 1)


class TestSharing:
    async def test_a_system_of_another_network_joins_with_its_credential(
        self, desk: Desk, db: Database
    ) -> None:
        one, other = await desk.registry.network("One"), await desk.registry.network("Other")
        made = await desk.add(one)
        joined = await desk.add(other, auth=None)
        assert joined["id"] == made["id"] and joined["network_ids"] == [one, other]
        assert (await rows(db, systems), await rows(db, nodes)) == (1, 2)
        at_one = (await desk.registry.http.get(SYSTEMS, params={"network_id": one})).json()["items"]
        assert [it["network_ids"] for it in at_one] == [[one]]

    async def test_a_credential_that_was_turned_away_is_lent_to_nobody(
        self, desk: Desk, db: Database
    ) -> None:
        one, other = await desk.registry.network("One"), await desk.registry.network("Other")
        await desk.add(one)
        async with db.begin() as tx:
            await tx.session.execute(update(nodes).values(rejected="credential_rejected"))
        body = {"network_id": other, "url": BOARDS}
        problem = problem_of(await desk.post("systems", body), 422, "invalid")
        assert [it["pointer"] for it in problem["errors"]] == ["/auth"]
        assert (await desk.add(other))["network_ids"] == [one, other]

    async def test_what_one_may_not_see_is_not_lent_and_does_not_show(self, desk: Desk, db: Database) -> None:
        mine, theirs = await desk.registry.network("Mine"), await desk.registry.network("Theirs")
        manager = await desk.somebody("max@example.com", "manager", mine)
        secret_name = await desk.add(theirs, name="Merger with Contoso")
        http = desk.registry.http
        assert (await http.get(SYSTEMS, headers=manager)).json()["items"] == []
        foreign = await http.get(f"{SYSTEMS}/{secret_name['id']}", headers=manager)
        random = await http.get(f"{SYSTEMS}/{new_id()}", headers=manager)
        assert problem_of(foreign, 404, "not_found") | {"trace_id": ""} == random.json() | {"trace_id": ""}
        body = {"network_id": mine, "url": BOARDS}
        problem_of(await desk.post("systems", body, headers=manager), 422, "invalid")
        answer = await desk.post("systems", body | {"auth": TOKEN}, headers=manager)
        assert answer.status_code == 201 and answer.headers["ETag"] == '"1"'
        assert answer.json()["name"] == "dev.azure.com/sandbox" and answer.json()["network_ids"] == [mine]
        assert "Contoso" not in answer.text
        assert await rows(db, systems) == 1, "one URL is one system of an account"

    async def test_a_manager_touches_what_was_granted_only(self, desk: Desk, db: Database) -> None:
        mine, theirs = await desk.registry.network("Mine"), await desk.registry.network("Theirs")
        manager = await desk.somebody("max@example.com", "manager", mine)
        made = await desk.add(mine)
        await desk.add(theirs)
        path, http = f"{SYSTEMS}/{made['id']}", desk.registry.http
        assert (await http.patch(path, json={"name": "Ours"}, headers=manager)).status_code == 200
        names = [it["name"] for it in (await http.get(path)).json()["nodes"]]
        assert names == ["Ours", "dev.azure.com/sandbox"]
        assert (await http.delete(path, headers=manager)).status_code == 204
        assert (await http.get(path)).json()["network_ids"] == [theirs]


class TestChanging:
    async def test_whoever_saw_an_older_version_is_told(self, desk: Desk) -> None:
        made = await desk.add(await desk.registry.network())
        path, http = f"{SYSTEMS}/{made['id']}", desk.registry.http
        changed = await http.patch(path, json={"name": "Boards"}, headers={"If-Match": '"1"'})
        assert (changed.json()["name"], changed.headers["ETag"]) == ("Boards", '"2"')
        stale = await http.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})
        assert problem_of(stale, 412, "stale")["current"] == '"2"'

    async def test_viewers_change_nothing(self, desk: Desk) -> None:
        network = await desk.registry.network()
        viewer = await desk.somebody("vic@example.com", "viewer", network)
        made = await desk.add(network)
        path, http = f"{SYSTEMS}/{made['id']}", desk.registry.http
        assert (await http.get(path, headers=viewer)).json() == made
        credential = {"network_id": network, "auth": TOKEN}
        for answer in (
            await http.patch(path, json={"name": "x"}, headers=viewer),
            await http.delete(path, headers=viewer),
            await http.put(f"{path}/credential", json=credential, headers=viewer),
            await desk.post("systems", credential | {"url": INSTANCE, "auth": BASIC}, headers=viewer),
        ):
            problem_of(answer, 403, "forbidden")

    async def test_a_system_in_use_is_not_removed(self, desk: Desk, db: Database) -> None:
        network = await desk.registry.network()
        made = await desk.add(network)
        it, account = UUID(made["id"]), desk.registry.account
        end = EndFacts(system_id=it, node_id=UUID(made["nodes"][0]["id"]), kind=made["kind"])
        which = {"account_id": account, "network_id": UUID(network), "connection_id": new_id()}
        await hear(db, ConnectionCreated(**which, a=end, b=end))
        path, http = f"{SYSTEMS}/{made['id']}", desk.registry.http
        problem_of(await http.delete(path), 409, "in_use")
        problem_of(await http.delete(f"/registry/v1/networks/{network}"), 409, "in_use")
        await hear(db, ConnectionDeleted(**which))
        assert (await http.delete(path)).status_code == 204
        problem_of(await http.get(path), 404, "not_found")
        assert (await http.delete(f"/registry/v1/networks/{network}")).status_code == 204
        assert (
            await rows(db, systems) == await rows(db, nodes) == await rows(db, db.tables["secret"]) - 1 == 0
        )


class TestCredential:
    async def test_signed_in_anew_it_is_announced(self, desk: Desk, db: Database) -> None:
        network = await desk.registry.network()
        made = await desk.add(network)
        async with db.begin() as tx:
            await tx.session.execute(update(nodes).values(rejected="credential_rejected"))
        path, http = f"{SYSTEMS}/{made['id']}", desk.registry.http
        assert (await http.get(path)).json()["nodes"][0]["credential"]["state"] == "rejected"
        wrong = {"network_id": network, "auth": TOKEN | {"token": f"wrong {CANARY}"}}
        problem_of(await http.put(f"{path}/credential", json=wrong), 422, "credential_rejected")
        good = {"network_id": network, "auth": TOKEN}
        answer = await http.put(f"{path}/credential", json=good, headers={"If-Match": '"1"'})
        assert answer.status_code == 200 and answer.headers["ETag"] == '"2"', answer.text
        credential = answer.json()["nodes"][0]["credential"]
        assert (credential["state"], credential["version"]) == ("good", 2)
        [renewed] = await told(db, "registry.credential.renewed.v1")
        assert (renewed["system_id"], renewed["credential_version"]) == (made["id"], 2)

    async def test_of_each_change_there_is_a_line_without_secrets(self, desk: Desk) -> None:
        network = await desk.registry.network()
        made = await desk.add(network)
        http = desk.registry.http
        await http.put(f"{SYSTEMS}/{made['id']}/credential", json={"network_id": network, "auth": TOKEN})
        await http.patch(f"{SYSTEMS}/{made['id']}", json={"name": "Boards"})
        await http.delete(f"{SYSTEMS}/{made['id']}")
        listed = await http.get("/registry/v1/audit", params={"noun_id": made["id"]})
        actions = sorted(it["action"] for it in listed.json()["items"])
        assert actions == ["credential.renewed", "system.changed", "system.registered", "system.removed"]
        assert PAT not in listed.text
