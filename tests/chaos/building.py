"""A connection is built while its processes are killed by SIGKILL: it comes to an end once, and nothing is there twice."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from time import monotonic
from typing import Any

import httpx2

from chaos.fuse import Fuse
from chaos.place import MODES, TOKEN, a_place
from chaos.processes import Victim, victims
from chaos.verdict import Scenario, Verdict, verdict_in
from connectors.opened import BOARDS, INSTANCE, USER, Town, town
from services.vaults import key_file

CONNECTIONS, NETWORKS = "/connections/v1/connections", "/registry/v1/networks"
POSTED_TO = "http://127.0.0.1:9"
ENDS = {
    "a": {"url": BOARDS, "auth": {"scheme": "pat", "token": "sandbox-pat-administrator"}},
    "b": {"url": INSTANCE, "auth": {"scheme": "basic", **USER}},
}
ASKED, OUTSIDE = "asked", "outside"  # between two requests to the systems; at any moment
POINTS = ("committed", "sent", "stored", "handled:connections", "handled:registry")
DEATHS = 6
ENDS_WITHIN, QUIET = 180.0, 1.0  # seconds
SUBSCRIPTIONS = 10  # two projects, five events


@dataclass
class Site:
    """Where something is built, and what was asked for."""

    vendors: Town
    members: Sequence[Victim]
    fuse: Fuse
    http: httpx2.AsyncClient
    network: str = ""
    connection: str = ""
    seen: int = 0
    quiet_since: float = 0.0

    async def insist(self, method: str, path: str, **what: Any) -> Any:
        """Asked of whoever lives, until it is answered: who is killed on the way answers nothing."""
        deadline = monotonic() + ENDS_WITHIN
        while monotonic() < deadline:
            for member in self.members:
                try:
                    answer = await self.http.request(method, f"{member.url}{path}", **what)
                except httpx2.TransportError:
                    continue
                if answer.status_code < 500:
                    assert answer.status_code < 300, answer.text
                    return answer.json()
            await asyncio.sleep(0.02)
        raise TimeoutError(f"{method} {path} was not answered within {ENDS_WITHIN:.0f} s")

    async def create(self) -> None:
        key = {"Idempotency-Key": "the-connection"}
        body = {"network_id": self.network, "name": "Bugs", **ENDS}
        self.connection = (await self.insist("POST", CONNECTIONS, json=body, headers=key))["id"]

    async def state(self) -> str:
        return str((await self.insist("GET", f"{CONNECTIONS}/{self.connection}"))["state"])

    async def is_over(self) -> bool:
        """Looked at only while nothing is asked of the systems: to look takes longer than a step does."""
        if self.requests != self.seen:
            self.seen, self.quiet_since = self.requests, monotonic()
        if not self.connection or monotonic() < self.quiet_since + QUIET:
            return False
        self.quiet_since = monotonic()
        with suppress(httpx2.TransportError, KeyError):
            answer = await self.http.get(f"{self.members[0].url}{CONNECTIONS}/{self.connection}")
            return str(answer.json()["state"]) != "building"
        return False

    @property
    def requests(self) -> int:
        """That have reached the systems so far."""
        return sum(len(it.ledger.requests) for it in (self.vendors.boards, self.vendors.instance))


async def build_history(mode: str, seed: int, deaths: int = DEATHS) -> Verdict:
    rng = Random(f"build {mode} {seed}")
    with verdict_in() as (verdict, folder):
        async with a_place(mode, folder) as place, _site(mode, folder, place.environment) as site:
            site.network = (await site.insist("POST", NETWORKS, json={"name": "Support"}))["id"]
            creating = asyncio.create_task(site.create())
            for serial in range(deaths):
                kind = rng.choice((*([ASKED] * 8), OUTSIDE, OUTSIDE, *POINTS))
                if not await _strike(kind, rng, serial, site):
                    break
                verdict.faults[kind] += 1
            site.fuse.remove()
            await creating
            verdict.broken += await _came_to_its_end(site)
            verdict.broken += [f"{it.name}'s log:\n{it.last_words}" for it in site.members if verdict.broken]
            verdict.events = site.requests
    return verdict


@asynccontextmanager
async def _site(mode: str, folder: Any, environment: dict[str, str]) -> AsyncIterator[Site]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        town() as vendors,
        victims(folder) as them,
        httpx2.AsyncClient(headers=headers, timeout=20, trust_env=False) as http,
    ):
        own = {
            "SYNCLINE_ROUTES": json.dumps(vendors.routes),
            "SYNCLINE_PUBLIC_URL": POSTED_TO,
            "SYNCLINE_KEY_FILE": str(key_file(folder)),  # the same for all
        }
        members = [them.make(name, environment | own) for name in (("a", "b") if mode == "two" else ("a",))]
        for member in members:
            await member.start()
            await member.until_serving()
        yield Site(vendors, members, Fuse(folder), http)


async def _strike(kind: str, rng: Random, serial: int, site: Site) -> bool:
    """Let somebody die, and another be born in their place. False if the build came to its end before."""
    chosen, delay, count = rng.choice(site.members), rng.uniform(0, 1), rng.randint(1, 25)
    if kind in POINTS:
        site.fuse.lay(kind, 1, serial)
    else:
        reached = site.requests + (count if kind == ASKED else 1)
        while site.requests < reached:
            await asyncio.sleep(0.001)
            if await site.is_over():
                return False
        await asyncio.sleep(delay / 50 if kind == ASKED else delay)
        chosen.signal(signal.SIGKILL)
    while not (dead := [it for it in site.members if it.ended.is_set()]):
        await asyncio.sleep(0.005)
        if kind in POINTS and await site.is_over():
            return False
    for it in dead:
        assert it.code == -signal.SIGKILL, it.last_words
        await it.start()
    return True


async def _came_to_its_end(site: Site) -> list[str]:
    """What is not as it should be, once there are no more faults."""
    deadline = monotonic() + ENDS_WITHIN
    while (state := await site.state()) == "building" and monotonic() < deadline:
        await asyncio.sleep(0.05)
    if state != "ready_to_configure":
        return [f"the connection is {state}: {await site.insist('GET', _of(site, 'build'))}"]
    systems = (await site.insist("GET", "/registry/v1/systems"))["items"]
    connections = (await site.insist("GET", CONNECTIONS))["items"]
    draft = (await site.insist("GET", _of(site, "draft")))["configuration"]
    found = {
        "systems": sorted(it["url"] for it in systems),
        "nodes": [len(it["nodes"]) for it in systems],
        "connections": [it["id"] for it in connections],
        "flows": len(draft["flows"]),
        "steps": {it["status"] for it in (await site.insist("GET", _of(site, "build")))["steps"]},
        "subscriptions": len(site.vendors.boards.hooks.subscriptions),
        "written": len(site.vendors.boards.ledger.effects) + len(site.vendors.instance.ledger.effects),
    }
    wanted = {
        "systems": sorted([BOARDS, INSTANCE]),
        "nodes": [1, 1],
        "connections": [site.connection],
        "flows": 1,
        "steps": {"done"},
        "subscriptions": SUBSCRIPTIONS,
        "written": 0,
    }
    return [f"{name}: {found[name]}, not {it}" for name, it in wanted.items() if found[name] != it]


def _of(site: Site, what: str) -> str:
    return f"{CONNECTIONS}/{site.connection}/{what}"


SCENARIOS: dict[str, Scenario] = {mode: partial(build_history, mode) for mode in MODES}
