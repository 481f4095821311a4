"""The whole product: built, tested, published over HTTP, then kept in step by its own loops between real sandboxes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.opened import BOARDS, INSTANCE, Town, town
from end_to_end.in_step import document
from end_to_end.running import EMAIL, PASSWORD, client_of
from end_to_end.test_two_minutes import BASIC, CONNECTIONS, TOKEN, Desk, until
from sandbox.desk import BoardsDesk
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_embedded.main import run_together


@dataclass
class Office:
    desk: Desk
    vendors: Town

    def incidents(self) -> dict[str, Any]:
        records = self.vendors.instance.store.records.values()
        return {it.id: it.values for it in records if it.stream == "incident"}

    async def built(self, configuration: dict[str, Any]) -> str:
        network = (await self.desk.ask("POST", "/registry/v1/networks", {"name": "Support"}, 201))["id"]
        ends = {"a": {"url": BOARDS, "auth": TOKEN}, "b": {"url": INSTANCE, "auth": BASIC}}
        body = {"network_id": network, "name": "Bugs and incidents", **ends}
        made = str((await self.desk.ask("POST", CONNECTIONS, body, 202))["id"])
        assert (await self.desk.built(made))[-1]["status"] == "done"
        saved = await self.desk.ask("PUT", f"{CONNECTIONS}/{made}/draft", {"configuration": configuration})
        assert saved["valid"], saved["problems"]
        return made

    async def state(self, made: str) -> str:
        return str((await self.desk.ask("GET", f"{CONNECTIONS}/{made}"))["state"])


@pytest.fixture
async def office(mode_settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[Office]:
    async with opened_office(mode_settings) as found:
        yield found


@asynccontextmanager
async def opened_office(settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[Office]:
    access = AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD))
    serve, process = ServeSettings(port=0, drain_seconds=5, rate_per_second=0), ProcessSettings(instance="t")
    async with (
        town(records=0) as vendors,
        run_together(
            *settings, serve, process, access, routes=RouteSettings(routes=vendors.routes)
        ) as running,
        client_of(running.url, PASSWORD, EMAIL) as client,
    ):
        http = client._http
        yield Office(Desk(http, running.url, {"Authorization": http.headers["Authorization"]}), vendors)
        running.wind_down()


@pytest.mark.timeout(300)
async def test_from_a_draft_to_two_systems_in_step(office: Office) -> None:
    bug = BoardsDesk(vendor=office.vendors.boards).create("The page is blank", Custom__Customer="Contoso")
    made = await office.built(document())

    rehearsed = await office.desk.run(made, kind="test", sample=3)
    assert (rehearsed["status"], rehearsed["counts"]["b"]["created"]) == ("succeeded", 1), rehearsed
    assert office.incidents() == {}, "a test run writes nothing"

    async def tested() -> bool:
        return await office.state(made) == "tested"

    await until(tested)
    await office.desk.ask("POST", f"{CONNECTIONS}/{made}/publish")

    await until(lambda: office.desk.is_at_rest(made))
    ((id, values),) = office.incidents().items()
    assert (values["short_description"], values["u_vendor_ticket"]) == ("The page is blank", "Contoso")

    office.vendors.instance.edit(id, {"short_description": "The page stays blank"}, "service.desk")
    run = await office.desk.run(made)
    assert (run["status"], run["counts"]["a"]["updated"]) == ("succeeded", 1), run
    stored = office.vendors.boards.store.records[str(bug["id"])]
    assert stored.values["System.Title"] == "The page stays blank"
    gates = (await office.desk.ask("GET", f"/sync/v1/connections/{made}"))["gates"]
    assert {(it["side"], it["paused_until"], it["away_since"]) for it in gates} == {
        ("a", None, None),
        ("b", None, None),
    }
    assert all(it["limit"] > 0 for it in gates)

    await office.desk.ask("POST", f"{CONNECTIONS}/{made}/pause")

    async def paused() -> bool:
        shown = await office.desk.ask("GET", f"/sync/v1/connections/{made}")
        return bool(shown["state"] == "paused")

    await until(paused)
    await office.desk.ask("POST", "/sync/v1/runs", {"connection_id": made}, 409)
