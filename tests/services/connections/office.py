"""The connections service in this process: its API, its builder and a strict registry; time that a test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response
from sqlalchemy import select

from common.served import ACCOUNT, People, calling
from services.connections.registry import GOOD, FakeRegistry
from services.connections.vendors import BOARDS, DESK
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.host import application_of
from syncline_connections.actions import networks
from syncline_connections.app import SERVICE
from syncline_connections.drafting.kept import KeptFacts
from syncline_connections.own import Own
from syncline_connections.work.building import Builder
from syncline_connections.work.removing import Remover

PATH = "/connections/v1/connections"


@dataclass
class Office:
    db: Database
    http: AsyncClient
    people: People
    registry: FakeRegistry
    clock: ManualClock
    network: UUID
    kept: KeptFacts

    good = GOOD

    @property
    def builder(self) -> Builder:
        return Builder(self.db, self.registry, "builder", 10)

    @property
    def remover(self) -> Remover:
        return Remover(self.db, self.registry)

    def body(self, name: str = "Bugs", **more: Any) -> dict[str, Any]:
        ends = {"a": {"url": BOARDS, "auth": GOOD}, "b": {"url": DESK, "auth": GOOD}}
        return {"network_id": str(self.network), "name": name, **ends, **more}

    async def create(self, name: str = "Bugs", **more: Any) -> Response:
        headers = more.pop("headers", None)
        return await self.http.post(PATH, json=self.body(name, **more), headers=headers)

    async def created(self, name: str = "Bugs", **more: Any) -> str:
        answer = await self.create(name, **more)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def build(self) -> int:
        """Until nothing is due; the number of steps that were begun."""
        steps = 0
        while await self.builder.run_once():
            steps += 1
        return steps

    async def built(self, name: str = "Bugs", **more: Any) -> str:
        made = await self.created(name, **more)
        await self.build()
        assert (await self.get(made))["state"] == "ready_to_configure"
        return made

    async def get(self, connection: str, what: str = "") -> dict[str, Any]:
        answer = await self.http.get(f"{PATH}/{connection}{what}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def steps(self, connection: str) -> dict[str, str]:
        return {it["key"]: it["status"] for it in (await self.get(connection, "/build"))["steps"]}

    async def do(self, connection: str, verb: str, **body: Any) -> Response:
        return await self.http.post(f"{PATH}/{connection}/{verb}", json=body or None)

    async def announced(self) -> list[str]:
        """Types of the events, in order."""
        outbox = self.db.tables["outbox"]
        async with self.db.read() as tx:
            rows = await tx.session.execute(select(outbox.c.routing_key).order_by(outbox.c.seq))
            return [row.routing_key for row in rows]


@asynccontextmanager
async def opened_office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    app, people, network = application_of(SERVICE), People(), new_id()
    async with db.begin() as tx:
        await networks.remember(tx, ACCOUNT, network)
    async with calling(app, db, people) as http:
        registry = FakeRegistry(db, named={ACCOUNT: {network: "Support"}})
        kept = KeptFacts(registry, lambda: clock.now().timestamp(), kept=0)
        app.state.home.own = Own(registry, kept)
        yield Office(db, http, people, registry, clock, network, kept)
