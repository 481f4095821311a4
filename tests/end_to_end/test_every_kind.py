"""A14: a system of every kind is registered by one call that makes a connection of it, and can be configured then."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from backing.canaries import CANARY
from connectors.everywhere import Everywhere, everywhere
from connectors.subjects import SUBJECTS
from end_to_end.running import EMAIL, PASSWORD, client_of
from end_to_end.test_two_minutes import CONNECTIONS, Desk, until
from syncline_common.connectors.catalogue import CONNECTORS, MANIFESTS
from syncline_common.ids import new_id
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_embedded.main import run_together
from syncline_sandbox.every import EVERY
from syncline_sandbox.vendor import Vendor

OPERATOR = f"the operator's {CANARY}, of the test"
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
OTHER_END = {kind: "servicenow" if kind != "servicenow" else "azure_devops" for kind in EVERY}


EDITORS = {"servicenow": "service.desk", "azure_devops": "Triage Desk"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Everywhere]:
    async with everywhere() as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(place: Everywhere, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Of the product, with a way to all of them."""
    access = AccessSettings(
        operator_token=SecretStr(OPERATOR), admin_email=EMAIL, admin_password=SecretStr(PASSWORD)
    )
    serve, process = ServeSettings(port=0, drain_seconds=5, rate_per_second=0), ProcessSettings(instance="t")
    database = DatabaseSettings(data_dir=tmp_path_factory.mktemp("every"), database_url=None)
    async with run_together(
        *(database, BusSettings(bus_url=None), serve, process, access),
        routes=RouteSettings(routes=place.routes),
    ) as running:
        yield running.url
        running.wind_down()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(url: str) -> AsyncIterator[Desk]:
    """An account of its own: what is asked of a system is counted for each."""
    email = f"{new_id().hex}@example.com"
    body = {"name": "First", "administrator": {"email": email, "password": PASSWORD}}
    async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        operator = {"Authorization": f"Bearer {OPERATOR}"}
        answer = await http.post("/registry/v1/accounts", json=body, headers=operator)
        assert answer.status_code == 201, answer.text
    async with client_of(url, PASSWORD, email) as client:
        http = client._http
        yield Desk(http, url, {"Authorization": http.headers["Authorization"]})


def end(kind: str) -> dict[str, Any]:
    return {"url": EVERY[kind].address, "auth": dict(EVERY[kind].credential)}


async def a_network(desk: Desk) -> str:
    return str((await desk.ask("POST", "/registry/v1/networks", {"name": "Support"}, 201))["id"])


async def connected(desk: Desk, kind: str) -> dict[str, Any]:
    """The connection, made and built by one call."""
    body = {"network_id": await a_network(desk), "name": "Kept in step"}
    ends = {"a": end(kind), "b": end(OTHER_END[kind])}
    made = (await desk.ask("POST", CONNECTIONS, {**body, **ends}, 202))["id"]
    last = (await desk.built(made))[-1]
    assert last["status"] == "done", last
    found: dict[str, Any] = await desk.ask("GET", f"{CONNECTIONS}/{made}")
    return found


async def flow_of(desk: Desk, made: dict[str, Any]) -> dict[str, Any]:
    """One field, both ways; new records from a to b. Of the first project, where there are any."""
    flow: dict[str, Any] = {"id": "f1", "creates": "in_b", "fields": [{}]}
    for side in ("a", "b"):
        subject, asked = SUBJECTS[made[side]["kind"]], {"network_id": made["network_id"]}
        path = f"/registry/v1/systems/{made[side]['system_id']}/projects"
        answer = await desk.http.get(path, params=asked)
        projects = [it["name"] for it in answer.json()["items"]]
        flow[side] = {"stream": subject.stream, "projects": projects[:1]}
        flow["fields"][0][side] = subject.key
    return flow


def ids_in(vendor: Vendor, kind: str) -> set[str]:
    return {it.id for it in vendor.store.records.values() if it.stream == SUBJECTS[kind].stream}


@pytest.mark.parametrize("kind", EVERY)
async def test_it_is_registered_by_the_call_that_connects_it(desk: Desk, kind: str) -> None:
    made = await connected(desk, kind)
    assert (made["state"], made["a"]["kind"]) == ("ready_to_configure", kind)
    system = await desk.ask("GET", f"/registry/v1/systems/{made['a']['system_id']}")
    [node] = [it for it in system["nodes"] if it["network_id"] == made["network_id"]]
    assert node["credential"]["state"] == "good" and node["can_write"] is not False


@pytest.mark.parametrize("kind", EVERY)
async def test_or_beforehand_on_its_network(desk: Desk, kind: str) -> None:
    body = {"network_id": await a_network(desk), **end(kind)}
    assert (await desk.ask("POST", "/registry/v1/systems", body, 201))["kind"] == kind


@pytest.mark.parametrize("kind", EVERY)
async def test_and_kept_in_step_both_ways(desk: Desk, place: Everywhere, kind: str) -> None:
    """Its records get copies at the other end; an edit there comes back, once, and then all is quiet."""
    made, other = await connected(desk, kind), OTHER_END[kind]
    at, mine, theirs = f"{CONNECTIONS}/{made['id']}", place.vendors[kind], place.vendors[other]
    before = ids_in(theirs, other)
    configuration = {"version": 1, "schedule": {"manual": True}, "flows": [await flow_of(desk, made)]}
    saved = await desk.ask("PUT", f"{at}/draft", {"configuration": configuration})
    assert saved["valid"], saved["problems"]
    await desk.ask("POST", f"{at}/publish")
    await until(lambda: desk.is_at_rest(made["id"]))
    copies = ids_in(theirs, other) - before
    assert copies, (await desk.ask("GET", f"/sync/v1/runs?connection_id={made['id']}"))["items"]

    done = len(mine.ledger.effects)
    theirs.edit(min(copies), {SUBJECTS[other].key: "Written at the other end"}, EDITORS[other])
    second = await desk.run(made["id"])
    assert (second["status"], second["counts"]["a"]["updated"]) == ("succeeded", 1), second
    third = await desk.run(made["id"])
    assert (third["counts"]["a"]["updated"], third["counts"]["b"]["updated"]) == (0, 0), third
    assert [it.what for it in mine.ledger.effects[done:]] == ["changed"], "it bounced"


async def test_there_is_one_of_each() -> None:
    assert set(EVERY) == set(CONNECTORS) == {kind for kind, it in MANIFESTS.items() if it.installed}
