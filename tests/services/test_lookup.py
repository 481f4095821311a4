"""A3, A4: an address is looked up at once, and nothing of what one may not see is told by it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from common.served import problem_of
from conftest import ON_SQLITE
from connectors.addresses import KNOWN, OTHERS, REFUSED
from connectors.opened import BOARDS, INSTANCE
from services.systems import Desk, desk_with
from syncline_common.clock import ManualClock
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.service import Service
from syncline_common.sdk.manifest import Manifest
from syncline_registry.app import SERVICE


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


class TestA3:
    @ON_SQLITE
    async def test_every_kind_is_told_by_its_address(self, desk: Desk) -> None:
        network = await desk.registry.network()
        for kind, spellings in KNOWN.items():
            canonical, typed = next(iter(spellings.items()))
            found = await desk.look_up(network, typed[-1])
            assert (found["kind"], found["url"], found["kinds"]) == (kind, canonical, [])
            assert found["status"] == "new"
            assert [it["scheme"] for it in found["auth"]] == [it.scheme for it in MANIFESTS[kind].auth]

    @ON_SQLITE
    async def test_a_kind_without_a_connector_says_so(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left_out = replace(MANIFESTS["syncro"], installed=False)
        monkeypatch.setitem(cast(dict[str, Manifest], MANIFESTS), "syncro", left_out)
        found = await desk.look_up(await desk.registry.network(), "https://acme.syncromsp.com")
        assert (found["status"], found["kind"], found["auth"]) == ("not_installed", "syncro", [])

    @ON_SQLITE
    async def test_an_unknown_host_is_a_choice_where_that_can_be(self, desk: Desk) -> None:
        network = await desk.registry.network()
        typed = OTHERS["https://git.example.com"][1]
        found = await desk.look_up(network, typed)
        assert (found["status"], found["kind"], found["kinds"]) == ("unknown", None, ["servicenow", "github"])
        assert (found["url"], found["auth"]) == ("https://git.example.com", [])
        taken = await desk.look_up(
            network,
            typed,
        )
        assert taken == found
        body = {"network_id": network, "url": typed, "kind": "servicenow"}
        chosen = (await desk.post("lookup", body)).json()
        assert (chosen["status"], chosen["kind"], chosen["auth"][0]["scheme"]) == (
            "new",
            "servicenow",
            "basic",
        )

    @ON_SQLITE
    async def test_what_is_no_system_gets_a_reason(self, desk: Desk) -> None:
        network = await desk.registry.network()
        for typed in (it for it in REFUSED if it.strip()):
            answer = await desk.post("lookup", {"network_id": network, "url": typed})
            found = answer.json()
            if answer.status_code == 200:
                assert found["status"] == "unknown" and not found["kinds"], typed
                assert len(found["message"]) > 20
            else:
                assert (answer.status_code, found["code"] in ("invalid", "guard_blocked")) == (422, True), (
                    typed
                )
                assert [it["pointer"] for it in found["errors"]] == ["/url"]

    @ON_SQLITE
    async def test_what_leads_inside_is_blocked(self, desk: Desk) -> None:
        network = await desk.registry.network()
        for typed in (
            "https://127.0.0.1",
            "10.1.2.3/tfs",
            "https://[::1]/",
            "169.254.169.254",
            "localhost:8080",
            "x.internal",
        ):
            answer = await desk.post("lookup", {"network_id": network, "url": typed})
            problem = problem_of(answer, 422, "guard_blocked")
            assert [it["pointer"] for it in problem["errors"]] == ["/url"]

    @ON_SQLITE
    async def test_so_is_a_name_that_leads_inside(self, desk: Desk) -> None:
        async def inside(host: str) -> list[str]:
            return ["93.184.216.34", "192.168.0.7"]

        desk.town.outbound._resolver = inside
        network = await desk.registry.network()
        body = {"network_id": network, "url": "https://inside.service-now.com"}
        problem_of(await desk.post("lookup", body), 422, "guard_blocked")
        assert (await desk.look_up(network, INSTANCE))["status"] == "new", "a route is the only way around"

    @ON_SQLITE
    async def test_a_secret_in_an_address_is_not_repeated(self, desk: Desk) -> None:
        network = await desk.registry.network()
        body = {"network_id": network, "url": "https://ada:hunter2@git.example.com"}
        answer = await desk.post("lookup", body)
        assert problem_of(answer, 422, "invalid")["errors"][0]["pointer"] == "/url"
        assert "hunter2" not in answer.text


class TestA4:
    async def test_in_this_network_nothing_is_asked(self, desk: Desk) -> None:
        network = await desk.registry.network()
        made = await desk.add(network)
        found = await desk.look_up(network, "DEV.azure.com/Sandbox/Fabrikam%20Web/_boards")
        assert (found["status"], found["system_id"], found["auth"]) == ("in_network", made["id"], [])
        assert (found["url"], found["kind"], found["routed"]) == (BOARDS, "azure_devops", True)

    async def test_in_another_network_it_says_just_that(self, desk: Desk) -> None:
        one, other = await desk.registry.network("Support"), await desk.registry.network("Sales & more")
        made = await desk.add(one)
        found = await desk.look_up(other, BOARDS)
        assert found["status"] == "in_other_network" and found["auth"] == []
        assert found["message"] == "System registered, but not yet part of Network 'Sales & more'"
        assert found["system_id"] == made["id"]
        seen = (await desk.registry.http.get(f"/registry/v1/systems/{made['id']}")).json()
        assert seen["network_ids"] == [one], "it joins during creation, not before"

    async def test_somebody_elses_is_as_new_as_one_that_nobody_has(self, desk: Desk) -> None:
        mine, theirs = await desk.registry.network("Mine"), await desk.registry.network("Theirs")
        manager = await desk.somebody("max@example.com", "manager", mine)
        before = await desk.look_up(mine, BOARDS, headers=manager)
        await desk.add(theirs)
        after = await desk.look_up(mine, BOARDS, headers=manager)
        assert after == before and after["status"] == "new"
        assert (await desk.look_up(mine, BOARDS))["status"] == "in_other_network", "to an administrator"

    async def test_a_network_that_is_not_granted_is_not_there(self, desk: Desk) -> None:
        mine, theirs = await desk.registry.network("Mine"), await desk.registry.network("Theirs")
        manager = await desk.somebody("max@example.com", "manager", mine)

        async def asked(network: Any) -> dict[str, Any]:
            body = {"network_id": str(network), "url": BOARDS}
            answer = await desk.post("lookup", body, headers=manager)
            return problem_of(answer, 404, "not_found") | {"trace_id": ""}

        assert await asked(theirs) == await asked(new_id())

    @ON_SQLITE
    async def test_how_often_one_may_ask_is_limited(self, desk: Desk) -> None:
        network = await desk.registry.network()
        body = {"network_id": network, "url": BOARDS}
        said = [(await desk.post("lookup", body)).status_code for _ in range(125)]
        assert said == [200] * 120 + [429] * 5
