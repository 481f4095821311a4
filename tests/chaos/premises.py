"""Syncline scaled out, with a database server, a broker and two vendors of its own, each behind a network that can fail."""

import json
from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import httpx2

from backing.private_postgres import PrivatePostgres, private_postgres
from backing.private_rabbit import PrivateRabbit, private_rabbit
from backing.tcp_proxy import TcpProxy, tcp_proxy, through
from chaos.vendors import Vendors
from conftest import bus_of, database_of
from connectors.opened import BOARDS, INSTANCE, PAT, USER, town
from end_to_end.in_step import document
from end_to_end.running_stack import Running, running_stack

CONNECTIONS = "/connections/v1/connections"
TOKEN, BASIC = {"scheme": "pat", "token": PAT}, {"scheme": "basic", **USER}
EVERY = "10s"  # the shortest
MADE_WITHIN = 120.0
LATENCY = (0.02, 0.2)  # seconds; so there is something on its way when something goes wrong
MUCH = 1_000_000  # requests: that they are spaced is shown in tests/gate; here it would only be waited for


@dataclass(frozen=True)
class Servers:
    """Those of Syncline. One that all tests share can't be stopped, only the way to it."""

    database_url: str
    bus_url: str
    namespace: str
    own_postgres: PrivatePostgres | None = None
    own_rabbit: PrivateRabbit | None = None

    @property
    def postgres(self) -> PrivatePostgres:
        assert self.own_postgres is not None
        return self.own_postgres

    @property
    def rabbit(self) -> PrivateRabbit:
        assert self.own_rabbit is not None
        return self.own_rabbit


@dataclass
class Premises:
    stack: Running
    vendors: Vendors
    servers: Servers
    to_postgres: TcpProxy
    to_rabbit: TcpProxy
    to_boards: TcpProxy
    to_instance: TcpProxy
    network: str = ""
    connection: str = ""

    @property
    def proxies(self) -> tuple[TcpProxy, ...]:
        return self.to_postgres, self.to_rabbit, self.to_boards, self.to_instance

    def mend(self) -> None:
        """Network and vendors; servers and processes are started by whoever stopped them."""
        for proxy in self.proxies:
            proxy.heal()
        for vendor in self.vendors.both:
            vendor.faults.lift()
            vendor.revoked.clear()

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """As often as it takes: while something is away, requests are refused and told to come back."""
        deadline = monotonic() + MADE_WITHIN
        while True:
            try:
                answer = await self._once(method, path, body)
            except httpx2.TransportError as error:
                answer = httpx2.Response(503, text=repr(error))
            if answer.status_code < 300:
                return answer.json() if answer.content else None
            known = answer.status_code in (401, 502, 503, 504)
            assert known and monotonic() < deadline, f"{method} {path}: {answer.status_code} {answer.text}"
            await sleep(0.3)

    async def _once(self, method: str, path: str, body: Any) -> httpx2.Response:
        """A token lives for ten minutes, and a soak for longer."""
        url = f"{self.stack.base_url}{path}"
        answer = await self.stack.http.request(method, url, json=body, headers=self.stack.headers())
        if answer.status_code == 401:
            await self.stack.sign_in()
        return answer

    async def look(self) -> dict[str, Any]:
        """How the connection is doing."""
        found: dict[str, Any] = await self.ask("GET", f"/sync/v1/connections/{self.connection}")
        return found

    async def rows(self, query: str) -> list[asyncpg.Record]:
        """Past the network, from the sync workers' tables."""
        connection = await asyncpg.connect(self.servers.database_url, server_settings={"search_path": "sync"})
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    def workers(self) -> list[int]:
        return [it["pid"] for it in self.stack.state["processes"] if it["name"].startswith("worker-")]

    async def publish(self, **flow: Any) -> None:
        """The draft with a flow that differs in this."""
        configuration = document(**flow) | {"schedule": {"every": EVERY}}
        path = f"{CONNECTIONS}/{self.connection}"
        saved = await self.ask("PUT", f"{path}/draft", {"configuration": configuration})
        assert saved["valid"], saved["problems"]
        await self.ask("POST", f"{path}/publish")

    async def furnish(self) -> None:
        """A network, two systems, a connection between them."""
        self.network = (await self.ask("POST", "/registry/v1/networks", {"name": "Support"}))["id"]
        ends = {"a": {"url": BOARDS, "auth": TOKEN}, "b": {"url": INSTANCE, "auth": BASIC}}
        body = {"network_id": self.network, "name": "Bugs and incidents", **ends}
        self.connection = (await self.ask("POST", CONNECTIONS, body))["id"]
        await self.until(self._is_built, "built")
        await self.publish()
        await self.until(self._has_asked, "asked by both")
        await self.rows(f"UPDATE gate SET told_limit = {MUCH}")

    async def _is_built(self) -> bool:
        shown = await self.ask("GET", f"{CONNECTIONS}/{self.connection}")
        assert shown["state"] != "build_failed", await self.ask(
            "GET", f"{CONNECTIONS}/{self.connection}/build"
        )
        return bool(shown["state"] == "ready_to_configure")

    async def _has_asked(self) -> bool:
        return len(await self.rows("SELECT key FROM gate")) >= 2

    async def until(self, met: Any, what: str, seconds: float = MADE_WITHIN) -> None:
        deadline = monotonic() + seconds
        while not await met():
            assert monotonic() < deadline, f"not {what} within {seconds:.0f} s"
            await sleep(0.2)


@asynccontextmanager
async def own_servers(folder: Path) -> AsyncIterator[Servers]:
    async with private_postgres(folder / "postgres") as postgres, private_rabbit(folder / "rabbit") as rabbit:
        yield Servers(postgres.url, rabbit.url, "syncline", postgres, rabbit)


@asynccontextmanager
async def shared_servers() -> AsyncIterator[Servers]:
    async with database_of("postgres", Path()) as database, bus_of("rabbit") as bus:
        assert database.database_url is not None and bus.bus_url is not None
        urls = database.database_url.get_secret_value(), bus.bus_url.get_secret_value()
        yield Servers(*urls, bus.bus_namespace)


@asynccontextmanager
async def premises(folder: Path, servers: Servers) -> AsyncIterator[Premises]:
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(town(records=0))
        vendors = Vendors(there.boards, there.instance)
        for it in vendors.both:
            it.latency = LATENCY
        urls = {"database": servers.database_url, "bus": servers.bus_url, **there.routes}
        proxies = [await stack.enter_async_context(tcp_proxy(it)) for it in urls.values()]
        routed = {name: through(urls[name], it) for name, it in zip(urls, proxies, strict=True)}
        told = {
            "DATABASE_URL": routed["database"],
            "BUS_URL": routed["bus"],
            "BUS_NAMESPACE": servers.namespace,
            "ROUTES": json.dumps({name: routed[name] for name in there.routes}),
            "RATE_PER_SECOND": "0",
            "LOG_LEVEL": "warning",
        }
        running = await stack.enter_async_context(running_stack(folder, told))
        to_postgres, to_rabbit, to_boards, to_instance = proxies
        yield Premises(running, vendors, servers, to_postgres, to_rabbit, to_boards, to_instance)
