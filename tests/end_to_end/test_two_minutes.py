"""The two-minute path: a network, two new systems, a connection built between them, configured and published.

The services run together and reach simulated vendors over HTTP; nothing is invented in between.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from common.streams import reading
from connectors.opened import BOARDS, INSTANCE, PAT, USER, town
from end_to_end.running import EMAIL, PASSWORD, client_of
from syncline_common.configuration.reading import load
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_embedded.main import run_together

Settings = tuple[DatabaseSettings, BusSettings]
GUARD = 60  # seconds, against waiting for ever
CONNECTIONS = "/connections/v1/connections"
TOKEN, BASIC = {"scheme": "pat", "token": PAT}, {"scheme": "basic", **USER}


@dataclass
class Desk:
    http: httpx2.AsyncClient
    url: str
    headers: dict[str, str]

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    async def ticket(self, network: str, url: str, auth: dict[str, str]) -> dict[str, str]:
        body = {"network_id": network, "url": url}
        looked = await self.ask("POST", "/registry/v1/lookup", body)
        assert looked["status"] == "new"
        checked = await self.ask("POST", "/registry/v1/check-auth", {**body, "auth": auth})
        assert checked["ok"] and checked["can_write"], checked
        return {"url": looked["url"], "ticket": checked["ticket"]}

    async def next_after(self, made: str, position: str) -> tuple[str | None, dict[str, Any]]:
        """What somebody who comes back sees first."""
        path, headers = f"{self.url}{CONNECTIONS}/{made}/build/stream", {"Last-Event-ID": position}
        async with asyncio.timeout(60), reading(path, self.headers | headers) as stream:
            sent = await stream.next()
            return sent.id, json.loads(sent.data)

    async def built(self, made: str) -> list[dict[str, Any]]:
        """Followed as the console follows it, until it has ended."""
        seen = list[dict[str, Any]]()
        path = f"{self.url}{CONNECTIONS}/{made}/build/stream"
        async with asyncio.timeout(60), reading(path, self.headers) as stream:
            while not seen or seen[-1]["status"] == "running":
                seen.append(json.loads((await stream.next()).data))
        return seen

    async def run(self, made: str, **more: Any) -> dict[str, Any]:
        """Asked for, and followed until it is over."""
        body = {"connection_id": made, **more}
        path = f"/sync/v1/runs/{(await self.ask('POST', '/sync/v1/runs', body, 202))['id']}"

        async def over() -> bool:
            return (await self.ask("GET", path))["finished_at"] is not None

        await until(over)
        shown: dict[str, Any] = await self.ask("GET", path)
        return shown

    async def is_at_rest(self, made: str) -> bool:
        """All that was published has been read, and worked off."""
        shown = (await self.http.get(f"/sync/v1/connections/{made}")).json()
        runs = (await self.ask("GET", f"/sync/v1/runs?connection_id={made}"))["items"]
        read = shown.get("last_checked") is not None and shown["waiting"] == 0
        return read and all(it["finished_at"] for it in runs)


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(GUARD):
        while not await met():
            await asyncio.sleep(0.1)


@pytest.fixture
async def desk(mode_settings: Settings) -> AsyncIterator[Desk]:
    async with opened_desk(mode_settings) as found:
        yield found


@asynccontextmanager
async def opened_desk(settings: Settings) -> AsyncIterator[Desk]:
    access = AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD))
    serve, process = ServeSettings(port=0, drain_seconds=5, rate_per_second=0), ProcessSettings(instance="t")
    async with (
        town() as vendors,
        run_together(
            *settings, serve, process, access, routes=RouteSettings(routes=vendors.routes)
        ) as running,
        client_of(running.url, PASSWORD, EMAIL) as client,
    ):
        http = client._http
        yield Desk(http, running.url, {"Authorization": http.headers["Authorization"]})
        running.wind_down()


@pytest.mark.timeout(180)
async def test_from_an_empty_account_to_a_published_connection(desk: Desk) -> None:
    network = (await desk.ask("POST", "/registry/v1/networks", {"name": "Support"}, 201))["id"]
    a, b = await desk.ticket(network, BOARDS, TOKEN), await desk.ticket(network, INSTANCE, BASIC)
    body = {"network_id": network, "name": "Bugs and incidents", "a": a, "b": b}
    made = (await desk.ask("POST", CONNECTIONS, body, 202))["id"]
    seen = await desk.built(made)
    last = seen[-1]
    assert last["status"] == "done", json.dumps(last, indent=1)
    assert {it["status"] for it in last["steps"]} == {"done"}
    position, second = await desk.next_after(made, "1")
    assert position == "2" and second["steps"][0]["status"] == "running"
    connection = await desk.ask("GET", f"{CONNECTIONS}/{made}")
    assert connection["state"] == "ready_to_configure"
    systems = (await desk.ask("GET", "/registry/v1/systems"))["items"]
    assert {it["id"] for it in systems} == {connection[side]["system_id"] for side in ("a", "b")}

    draft = await desk.ask("GET", f"{CONNECTIONS}/{made}/draft")
    (flow,) = draft["configuration"]["flows"]
    assert (flow["a"]["stream"], flow["b"]["stream"]) == ("Bug", "incident")
    assert ("System.Title", "short_description") in {(it["a"], it["b"]) for it in flow["fields"]}
    flow["a"]["projects"] = ["Fabrikam Web"]
    saved = await desk.ask("PUT", f"{CONNECTIONS}/{made}/draft", {"configuration": draft["configuration"]})
    assert saved["valid"], json.dumps(saved["problems"], indent=1)
    assert (await desk.ask("GET", f"{CONNECTIONS}/{made}"))["state"] == "configured"
    published = await desk.ask("POST", f"{CONNECTIONS}/{made}/publish")
    assert (published["state"], published["published_version"]) == ("active", 1)

    known = {side: {"system_id": connection[side]["system_id"]} for side in ("a", "b")}
    again = {"network_id": network, "name": "bugs AND incidents", "a": known["b"], "b": known["a"]}
    assert (await desk.ask("POST", CONNECTIONS, again, 409))["code"] == "name_taken"
    second = (await desk.ask("POST", CONNECTIONS, {**again, "name": "Second", **known}, 202))["id"]
    steps = {it["key"]: it["status"] for it in (await desk.built(second))[-1]["steps"]}
    assert steps["register_nodes"] == "skipped" and steps["finalize"] == "done"

    exported = (await desk.http.get(f"{CONNECTIONS}/{made}/export")).text
    assert load(exported)["network"] == "Support"
    plan = await desk.http.post("/connections/v1/plan", content=exported)
    assert plan.json()["action"] == "nothing", plan.text

    for one in (second, made):  # what the other still uses stays; what nobody uses goes
        await desk.ask("DELETE", f"{CONNECTIONS}/{one}?remove_systems=true", status=202)
    async with asyncio.timeout(60):
        while (await desk.ask("GET", "/registry/v1/systems"))["items"]:
            await asyncio.sleep(0.05)
    assert (await desk.ask("GET", CONNECTIONS))["items"] == []


@pytest.mark.timeout(180)
async def test_wrong_credentials_fail_the_build_and_a_retry_with_right_ones_goes_on(desk: Desk) -> None:
    network = (await desk.ask("POST", "/registry/v1/networks", {"name": "Support"}, 201))["id"]
    wrong = {**BASIC, "password": "wrong"}
    body = {
        "network_id": network,
        "name": "Bugs",
        "a": {"url": BOARDS, "auth": TOKEN},
        "b": {"url": INSTANCE, "auth": wrong},
    }
    made = (await desk.ask("POST", CONNECTIONS, body, 202))["id"]
    failed = (await desk.built(made))[-1]
    assert (failed["status"], failed["steps"][0]["status"]) == ("failed", "failed")
    assert failed["steps"][0]["message"]
    assert (await desk.ask("GET", f"{CONNECTIONS}/{made}"))["state"] == "build_failed"
    assert (await desk.ask("GET", "/registry/v1/systems"))["items"] == []
    await desk.ask("POST", f"{CONNECTIONS}/{made}/build/retry", {"b": {"auth": BASIC}}, 202)
    done = (await desk.built(made))[-1]
    assert done["status"] == "done", json.dumps(done, indent=1)
