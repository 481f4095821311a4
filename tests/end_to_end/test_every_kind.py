"""A14: a system of every kind is registered by one call that makes a connection of it, and can be configured then."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from connectors.everywhere import everywhere
from end_to_end.running import EMAIL, PASSWORD, client_of
from end_to_end.test_two_minutes import CONNECTIONS, Desk
from syncline_common.connectors.catalogue import CONNECTORS, MANIFESTS
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

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
OTHER_END = {kind: "servicenow" if kind != "servicenow" else "azure_devops" for kind in EVERY}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    access = AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD))
    serve, process = ServeSettings(port=0, drain_seconds=5, rate_per_second=0), ProcessSettings(instance="t")
    database = DatabaseSettings(data_dir=tmp_path_factory.mktemp("every"), database_url=None)
    async with (
        everywhere() as place,
        run_together(
            *(database, BusSettings(bus_url=None), serve, process, access),
            routes=RouteSettings(routes=place.routes),
        ) as running,
        client_of(running.url, PASSWORD, EMAIL) as client,
    ):
        http = client._http
        yield Desk(http, running.url, {"Authorization": http.headers["Authorization"]})
        running.wind_down()


def end(kind: str) -> dict[str, Any]:
    return {"url": EVERY[kind].address, "auth": dict(EVERY[kind].credential)}


@pytest.mark.parametrize("kind", EVERY)
async def test_it_is_registered_by_the_call_that_connects_it(desk: Desk, kind: str) -> None:
    network = (await desk.ask("POST", "/registry/v1/networks", {"name": f"For {kind}"}, 201))["id"]
    body = {"network_id": network, "name": f"From {kind}", "a": end(kind), "b": end(OTHER_END[kind])}
    made = (await desk.ask("POST", CONNECTIONS, body, 202))["id"]
    last = (await desk.built(made))[-1]
    assert last["status"] == "done", last
    shown = await desk.ask("GET", f"{CONNECTIONS}/{made}")
    assert (shown["state"], shown["a"]["kind"]) == ("ready_to_configure", kind)
    system = await desk.ask("GET", f"/registry/v1/systems/{shown['a']['system_id']}")
    [node] = [it for it in system["nodes"] if it["network_id"] == network]
    assert node["credential"]["state"] == "good" and node["can_write"] is not False


@pytest.mark.parametrize("kind", EVERY)
async def test_or_beforehand_on_its_network(desk: Desk, kind: str) -> None:
    network = (await desk.ask("POST", "/registry/v1/networks", {"name": f"Before {kind}"}, 201))["id"]
    made = await desk.ask("POST", "/registry/v1/systems", {"network_id": network, **end(kind)}, 201)
    assert made["kind"] == kind


async def test_there_is_one_of_each() -> None:
    assert set(EVERY) == set(CONNECTORS) == {kind for kind, it in MANIFESTS.items() if it.installed}
