"""The demo as a newcomer meets it: an empty folder, one command, two systems in step; killed, and started again."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from end_to_end.running import Client, Syncline, client_of, refuses_connections
from syncline_common.testing.transport_contract import until

GUARD = 90  # seconds, against waiting for ever
STATES = {"New": "1", "Active": "2", "Resolved": "6", "Closed": "7"}
DEMO = {"demo": "1", "demo_port": "0", "port": "0"}
Start = Callable[..., Awaitable["Visit"]]


@dataclass
class Pages:
    """Of the two systems, as what `make run` says names them."""

    http: httpx2.AsyncClient
    a: str
    b: str

    async def records(self, side: str) -> dict[str, dict[str, Any]]:
        url, stream = (self.a, "Bug") if side == "a" else (self.b, "incident")
        found = (await self.http.get(f"{url}/_sandbox/records", params={"stream": stream})).json()
        return {it["id"]: it["values"] for it in found if not it["deleted"]}

    async def effects(self, side: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.a if side == 'a' else self.b}/_sandbox/ledger")
        effects: list[dict[str, Any]] = answer.json()["effects"]
        return effects

    async def edit(self, side: str, id: str, **values: str) -> None:
        """By the form of the record's page; who edits is its first choice."""
        page = f"{self.a if side == 'a' else self.b}/_sandbox/data/{id}"
        shown = await self.http.get(page)
        by = re.findall(r'name="sandbox.by".*?value="([^"]+)"', shown.text, re.DOTALL)[0]
        answer = await self.http.post(page, data={"sandbox.by": by, **values})
        assert answer.status_code == 303, answer.text

    async def title(self, side: str, id: str) -> str:
        name = "System.Title" if side == "a" else "short_description"
        return str((await self.records(side))[id][name])


@dataclass
class Visit:
    """One start, signed in."""

    syncline: Syncline
    client: Client
    pages: Pages

    async def get(self, path: str) -> Any:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def connection(self) -> dict[str, Any]:
        (found,) = (await self.get("/connections/v1/connections"))["items"]
        return {**found, "sync": await self.get(f"/sync/v1/connections/{found['id']}")}

    async def pairs(self) -> dict[str, str]:
        made = (await self.connection())["id"]
        links = (await self.get(f"/sync/v1/links?connection_id={made}&limit=100"))["items"]
        pairs = {it["a"]["id"]: it["b"]["id"] for it in links}
        assert len(set(pairs.values())) == len(links)
        return pairs

    async def is_in_step(self) -> bool:
        """Every record has just one counterpart, and both say the same."""
        pairs, bugs, incidents = (
            await self.pairs(),
            await self.pages.records("a"),
            await self.pages.records("b"),
        )
        ours = {id for id, it in bugs.items() if it["System.TeamProject"] == "Fabrikam Web"}
        return (
            pairs.keys() == ours
            and set(pairs.values()) == incidents.keys()
            and all(bugs[a]["System.Title"] == incidents[b]["short_description"] for a, b in pairs.items())
            and all(_alike(bugs[a]["System.State"], incidents[b]["state"]) for a, b in pairs.items())
        )

    async def troubles(self) -> tuple[int, int]:
        sync = (await self.connection())["sync"]
        return sync["open_issues"], sync["open_conflicts"]


def _alike(state: str, number: str) -> bool:
    """An incident on hold is an active bug."""
    return STATES[state] == number or (state, number) == ("Active", "3")


async def eventually(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(GUARD):
        while not await met():
            await asyncio.sleep(0.2)


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Each start has an output of its own; what still runs after the test is killed, and its sandbox ends with it."""
    async with AsyncExitStack() as stack:
        count = 0

        async def started(**settings: str) -> Visit:
            nonlocal count
            count += 1
            it = Syncline(tmp_path / "data", tmp_path / f"said-{count}.txt", **{**DEMO, **settings})
            stack.push_async_callback(it.kill)
            url = await it.until_it_runs()
            client = await stack.enter_async_context(client_of(url, it.password()))
            http = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False, timeout=15))
            a, b = (
                re.findall(rf"  {name} +(http://127\.0\.0\.1:\d+)/_sandbox/data\?stream=", it.said)[0]
                for name in ("Azure DevOps", "ServiceNow")
            )
            return Visit(it, client, Pages(http, a, b))

        yield started


@pytest.mark.timeout(300)
async def test_a_newcomer_sees_two_systems_in_step_and_finds_them_again(
    start: Start,
) -> None:
    first = await start(demo_every="3")
    await until(lambda: "are in step" in first.syncline.said, seconds=GUARD)
    connection = await first.connection()
    assert (connection["name"], connection["state"]) == ("Bugs and incidents", "active")
    assert f"/networks/{connection['network_id']}/connections/{connection['id']}" in first.syncline.said
    assert await first.troubles() == (0, 0)
    before = await first.pairs()
    assert len(before) >= 20

    async def people_worked() -> bool:
        """By nobody's request: what we send has one."""
        effects = await first.pages.effects("a") + await first.pages.effects("b")
        return any(it["request"] is None for it in effects)

    await eventually(people_worked)
    first.syncline.signal(signal.SIGKILL)  # in the middle of whatever it does about that
    await until(lambda: refuses_connections(first.pages.a) and refuses_connections(first.pages.b), seconds=30)

    second = await start(demo_every="0")
    assert "people work in two simulated systems" in second.syncline.said
    a, b = next(iter(before.items()))
    await second.pages.edit("a", a, **{"System.Title": "Checkout: a newcomer was here"})

    async def arrived() -> bool:
        return await second.pages.title("b", b) == "Checkout: a newcomer was here"

    await eventually(arrived)
    await eventually(second.is_in_step)
    assert before.items() <= (await second.pairs()).items(), "nothing was linked anew"
    assert (await second.connection())["id"] == connection["id"]
    assert await second.troubles() == (0, 0)
    second.syncline.signal(signal.SIGTERM)
    assert await second.syncline.until_it_ended() == 0
    assert refuses_connections(second.pages.a) and refuses_connections(second.pages.b)
