"""What our own services ask about systems: tickets, ends, nodes, credentials; repeated, nothing is made twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select

from backing.canaries import CANARY
from common.served import bearer, problem_of
from connectors.opened import BOARDS, CLIENT, INSTANCE
from services.systems import BASIC, OAUTH, PASSWORD, PAT, TOKEN, Desk, desk_with
from syncline_common.clock import ManualClock
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.sdk.ports import Found
from syncline_registry.app import SERVICE
from syncline_registry.store.tables import nodes, secret, systems, tickets

INTERNAL = "/registry/internal/v1"
TRUSTED = bearer("the services of the test, among themselves")
ADA = new_id()
SIGNED = OAUTH | {"client_secret": CLIENT["client_secret"]}


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


@pytest.fixture
async def network(desk: Desk) -> str:
    return await desk.registry.network()


async def ask(desk: Desk, path: str, body: dict[str, Any]) -> Response:
    return await desk.registry.http.post(f"{INTERNAL}{path}", json=body, headers=TRUSTED)


def of(desk: Desk, network: str, **more: Any) -> dict[str, Any]:
    caller = {"id": str(ADA), "name": "Ada", "role": "administrator"}
    return {"account_id": str(desk.registry.account), "caller": caller, "network_id": network} | more


def mine(desk: Desk, **more: Any) -> dict[str, Any]:
    return {"account_id": str(desk.registry.account)} | more


async def got(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def ticket(desk: Desk, network: str, url: str = BOARDS, auth: dict[str, str] = TOKEN) -> dict[str, str]:
    made = await got(await ask(desk, "/tickets", of(desk, network, url=url, auth=auth)), 201)
    return {"url": made["url"], "ticket": made["ticket"]}


async def node(desk: Desk, network: str, url: str = BOARDS, auth: dict[str, str] = TOKEN) -> dict[str, Any]:
    body = of(desk, network, end=await ticket(desk, network, url, auth), key="build a")
    made: dict[str, Any] = await got(await ask(desk, "/nodes", body), 201)
    return made


async def rows(db: Database, table: Any, *wanted: Any) -> int:
    async with db.read() as tx:
        return len((await tx.session.execute(select(table).where(*wanted))).all())


async def told(db: Database, topic: str) -> int:
    return await rows(db, db.tables["outbox"], db.tables["outbox"].c.routing_key == topic)


class TestMaking:
    async def test_a_raw_credential_becomes_a_ticket_then_a_node(
        self, desk: Desk, db: Database, network: str
    ) -> None:
        end = await ticket(desk, network)
        found = await got(await ask(desk, "/ends", of(desk, network, end=end)))
        assert (found["state"], found["kind"], found["system_id"]) == ("new", "azure_devops", None)
        checked = await got(await ask(desk, "/ends/check", of(desk, network, end=end)))
        assert (checked["ok"], checked["can_write"], checked["problems"]) == (True, True, [])
        body = of(desk, network, end=end, key="build a")
        made = await got(await ask(desk, "/nodes", body), 201)
        assert (made["created_system"], made["created_node"]) == (True, True)
        assert await rows(db, tickets) == await rows(db, secret, secret.c.owner == "ticket") == 0
        after = await got(await ask(desk, "/ends", of(desk, network, end=end)))
        assert (after["state"], after["node_id"]) == ("in_network", made["node_id"])

    async def test_repeated_nothing_is_made_twice_and_the_answer_is_the_same(
        self, desk: Desk, db: Database, network: str
    ) -> None:
        body = of(desk, network, end=await ticket(desk, network), key="build a")
        first = await got(await ask(desk, "/nodes", body), 201)
        again = await got(await ask(desk, "/nodes", body), 201)
        other = await got(await ask(desk, "/nodes", body | {"key": "build b"}))
        assert again == first
        assert other == first | {"created_system": False, "created_node": False}
        assert (await rows(db, systems), await rows(db, nodes)) == (1, 1)
        assert await told(db, "registry.system.registered.v1") == 1

    async def test_repeated_at_once_it_is_made_once_and_nobody_is_refused(
        self, desk: Desk, db: Database, network: str
    ) -> None:
        body = of(desk, network, end=await ticket(desk, network), key="build a")
        answers = await asyncio.gather(*(ask(desk, "/nodes", body) for _ in range(8)))
        assert [it.status_code for it in answers] == [201] * 8
        assert len({it.text for it in answers}) == 1 and await rows(db, nodes) == 1

    async def test_a_ticket_is_its_callers_alone(self, desk: Desk, network: str) -> None:
        end = await ticket(desk, network)
        stranger = of(desk, network, end=end) | {"caller": {"id": str(new_id()), "role": "administrator"}}
        unknown = of(desk, network, end=end | {"ticket": "slt_unknown"})
        said = [problem_of(await ask(desk, "/ends", it), 409, "ticket_expired") for it in (stranger, unknown)]
        assert said[0] | {"trace_id": ""} == said[1] | {"trace_id": ""}

    async def test_a_wrong_credential_is_told_and_never_echoed(self, desk: Desk, network: str) -> None:
        end = await ticket(desk, network, auth=TOKEN | {"token": f"wrong {CANARY}"})
        answer = await ask(desk, "/ends/check", of(desk, network, end=end))
        assert [it["code"] for it in (await got(answer))["problems"]] == ["credential_rejected"]
        assert CANARY not in answer.text

    async def test_a_bad_address_points_at_the_field(self, desk: Desk, network: str) -> None:
        for url, code in (("https://www.service-now.com", "invalid"), ("https://10.0.0.1", "guard_blocked")):
            body = of(desk, network, url=url, auth=TOKEN)
            problem = problem_of(await ask(desk, "/tickets", body), 422, code)
            assert [it["pointer"] for it in problem["errors"]] == ["/url"]
        missing = of(desk, network, end={"url": BOARDS})
        problem = problem_of(await ask(desk, "/ends", missing), 422, "invalid")
        assert [it["pointer"] for it in problem["errors"]] == ["/ticket"]

    async def test_nobody_else_may_ask(self, desk: Desk, network: str) -> None:
        body = of(desk, network, end={"url": BOARDS})
        for headers in (bearer("x"), await desk.registry.as_()):
            answer = await desk.registry.http.post(f"{INTERNAL}/ends", json=body, headers=headers)
            problem_of(answer, 401, "unauthenticated")

    async def test_a_foreign_system_is_as_unknown_as_a_random_one(self, desk: Desk, network: str) -> None:
        made = await node(desk, network)
        foreign = of(desk, network, end={"system_id": made["system_id"]}) | {"account_id": str(new_id())}
        problem_of(await ask(desk, "/ends", foreign), 404, "not_found")
        credential = {"account_id": str(new_id()), "purpose": "sync"}
        problem_of(await ask(desk, f"/nodes/{made['node_id']}/credential", credential), 404, "not_found")

    async def test_what_a_build_made_can_be_taken_away(self, desk: Desk, db: Database, network: str) -> None:
        made = await node(desk, network)
        where = {"account_id": str(desk.registry.account), "network_id": network}
        path = f"{INTERNAL}/systems/{made['system_id']}"
        answer = await desk.registry.http.delete(path, params=where, headers=TRUSTED)
        assert answer.status_code == 204, answer.text
        assert await rows(db, systems) == await rows(db, secret, secret.c.owner == "node") == 0


class TestSettingUp:
    @pytest.mark.parametrize(
        ("url", "auth"), [(BOARDS, TOKEN), (INSTANCE, BASIC)], ids=["boards", "instance"]
    )
    async def test_it_is_discovered_and_measured(
        self, desk: Desk, network: str, url: str, auth: dict[str, str]
    ) -> None:
        made = await node(desk, network, url, auth)
        for _ in range(2):
            facts = await got(await ask(desk, f"/nodes/{made['node_id']}/configure", mine(desk)))
        assert facts["streams"] > 0 and facts["projects"] == (2 if url == BOARDS else 0)
        assert abs(facts["clock_offset_seconds"]) < 30 and facts["webhooks"]["way"] != "none"
        where = {"account_id": str(desk.registry.account), "network_id": network}
        http = desk.registry.http
        path = f"{INTERNAL}/systems/{made['system_id']}"
        told = await got(await http.get(f"{path}/facts", params=where, headers=TRUSTED))
        assert (told["node_id"], told["kind"]) == (made["node_id"], made["kind"])
        assert Found.from_json(told["found"]).clock is not None
        requests = len(desk.town.boards.ledger.requests)
        streams = await got(await http.get(f"{path}/streams", params=where, headers=TRUSTED))
        assert len(desk.town.boards.ledger.requests) == requests, "it is known already"
        known = [
            StreamFacts(it["name"], it["label"], projects=tuple(it["projects"])) for it in streams["items"]
        ]
        name = known[0].name
        fields = await got(await http.get(f"{path}/streams/{name}/fields", params=where, headers=TRUSTED))
        assert len(known) == facts["streams"] and [FieldFacts(**it) for it in fields["items"]]

    async def test_its_records_are_counted(self, desk: Desk, network: str) -> None:
        made = await node(desk, network)
        condition = {"field": "System.State", "operator": "==", "values": ["No such state"], "source": "it"}
        path, body = f"/systems/{made['system_id']}/count", mine(desk, network_id=network, stream="Bug")
        all_of_them = await got(await ask(desk, path, body))
        assert all_of_them["records"] > 0 and not all_of_them["at_least"]
        none = await got(await ask(desk, path, body | {"conditions": [condition]}))
        assert none == {"records": 0, "at_least": False, "left_out": []}
        problem_of(await ask(desk, path, body | {"account_id": str(new_id())}), 404, "not_found")
        problem_of(
            await ask(desk, path, body | {"conditions": [condition | {"operator": "!="}]}), 422, "invalid"
        )


class TestActing:
    async def test_a_worker_gets_the_credential_and_it_is_audited(self, desk: Desk, network: str) -> None:
        made = await node(desk, network)
        where = {"account_id": str(desk.registry.account), "network_id": network}
        found = await desk.registry.http.get(
            f"{INTERNAL}/nodes/by-system", params=where | {"system_id": made["system_id"]}, headers=TRUSTED
        )
        assert found.json() == {"node_id": made["node_id"], "version": 1}
        path = f"/nodes/{made['node_id']}/credential"
        lent = await got(await ask(desk, path, mine(desk, purpose="sync")))
        assert (lent["scheme"], lent["auth"], lent["version"]) == ("pat", {"token": PAT}, 1)
        assert (lent["url"], lent["tokens"]) == (BOARDS, None)
        lines = await desk.registry.http.get("/registry/v1/audit", params={"noun_id": made["system_id"]})
        assert "node.opened" in [it["action"] for it in lines.json()["items"]] and PAT not in lines.text

    async def test_turned_away_is_announced_once_for_each_version(
        self, desk: Desk, db: Database, network: str
    ) -> None:
        made = await node(desk, network)
        path = f"/nodes/{made['node_id']}/rejected"
        for version in (1, 1, 7):
            body = mine(desk, version=version, code="credential_rejected")
            assert (await ask(desk, path, body)).status_code == 204
        assert await told(db, "registry.credential.rejected.v1") == 1
        body = {"network_id": network, "auth": TOKEN}
        answer = await desk.registry.http.put(
            f"/registry/v1/systems/{made['system_id']}/credential", json=body
        )
        assert answer.status_code == 200
        for version, count in ((1, 1), (2, 2)):
            await ask(desk, path, mine(desk, version=version, code="credential_rejected"))
            assert await told(db, "registry.credential.rejected.v1") == count

    async def test_tokens_are_lent_and_what_renews_them_is_not(self, desk: Desk, network: str) -> None:
        made = await node(desk, network, INSTANCE, SIGNED)
        path = f"/nodes/{made['node_id']}"
        lent = await ask(desk, f"{path}/credential", mine(desk, purpose="sync"))
        assert (await got(lent))["auth"] == {} and (await got(lent))["tokens"] is None
        assert PASSWORD not in lent.text
        renewed = await got(await ask(desk, f"{path}/tokens", mine(desk, used_version=1)))
        lent = await ask(desk, f"{path}/credential", mine(desk, purpose="sync"))
        assert set(renewed) == {"access", "good_until"} and PASSWORD not in lent.text

    async def test_of_many_who_need_a_token_one_asks(self, desk: Desk, network: str) -> None:
        made = await node(desk, network, INSTANCE, SIGNED)
        path, body = f"/nodes/{made['node_id']}/tokens", mine(desk, used_version=1)
        answers = await asyncio.gather(*(ask(desk, path, body) for _ in range(5)))
        assert len({(await got(it))["access"] for it in answers}) == 1
        asked = [it.operation for it in desk.town.instance.ledger.requests].count("oauth.token")
        assert asked == 1

    async def test_a_credential_without_tokens_has_none_to_renew(self, desk: Desk, network: str) -> None:
        made = await node(desk, network)
        answer = await ask(desk, f"/nodes/{made['node_id']}/tokens", mine(desk, used_version=1))
        problem_of(answer, 404, "not_found")
        assert UUID(made["node_id"]).version == 7
