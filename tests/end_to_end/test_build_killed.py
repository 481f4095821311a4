"""A build whose process is killed, again and again, by SIGKILL: the next process goes on, and nothing is made twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from connectors.opened import BOARDS, INSTANCE, Town, town
from end_to_end.running import EMAIL, PASSWORD, Syncline, client_of
from end_to_end.test_two_minutes import BASIC, CONNECTIONS, TOKEN

pytestmark = pytest.mark.timeout(300)
DEATHS = 3


@asynccontextmanager
async def alive(vendors: Town, folder: Path, number: int) -> AsyncIterator[httpx2.AsyncClient]:
    """A process with the data of the one before it; killed in the end, whatever it does at that moment."""
    settings = {
        "routes": json.dumps(vendors.routes),
        "port": "0",
        "lease_seconds": "2",
        "admin_email": EMAIL,
        "admin_password": PASSWORD,
    }
    process = Syncline(folder / "data", folder / f"said-{number}", **settings)
    try:
        async with client_of(await process.until_it_runs(), PASSWORD, EMAIL) as client:
            yield client._http
    finally:
        await process.kill()


async def asked(http: httpx2.AsyncClient, path: str) -> Any:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def steps_done(http: httpx2.AsyncClient, made: str) -> int:
    build = await asked(http, f"{CONNECTIONS}/{made}/build")
    assert build["status"] != "failed", build
    return sum(it["status"] in ("done", "skipped") for it in build["steps"])


async def test_whatever_step_it_dies_in(tmp_path: Path) -> None:
    async with town() as vendors:
        async with alive(vendors, tmp_path, 0) as http:
            network = (await http.post("/registry/v1/networks", json={"name": "Support"})).json()["id"]
            ends = {"a": {"url": BOARDS, "auth": TOKEN}, "b": {"url": INSTANCE, "auth": BASIC}}
            answer = await http.post(CONNECTIONS, json={"network_id": network, "name": "Bugs", **ends})
            assert answer.status_code == 202, answer.text
            made = answer.json()["id"]  # and it is killed while it builds
        for death in range(1, DEATHS):
            async with alive(vendors, tmp_path, death) as http:
                async with asyncio.timeout(60):
                    while await steps_done(http, made) < 2 * death:
                        await asyncio.sleep(0.02)
        async with alive(vendors, tmp_path, DEATHS) as http:
            async with asyncio.timeout(90):
                while (await asked(http, f"{CONNECTIONS}/{made}"))["state"] == "building":
                    await asyncio.sleep(0.05)
            connection = await asked(http, f"{CONNECTIONS}/{made}")
            assert connection["state"] == "ready_to_configure"
            systems = (await asked(http, "/registry/v1/systems"))["items"]
            assert sorted(it["url"] for it in systems) == sorted([BOARDS, INSTANCE])
            assert [len(it["nodes"]) for it in systems] == [1, 1]
            assert len((await asked(http, CONNECTIONS))["items"]) == 1
            draft = await asked(http, f"{CONNECTIONS}/{made}/draft")
            assert len(draft["configuration"]["flows"]) == 1
