"""Two simulated vendors on loopback, kept in step by the real engine through the real gateway; turns are taken by hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.served import ACCOUNT, People, bearer, home_of
from connectors.opened import URLS, WAYS_IN, Town, town
from sandbox.desk import BoardsDesk, InstanceDesk
from syncline_common.clients.connections import ConnectionsClient
from syncline_common.connectors.opening import budget_of
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound
from syncline_common.ids import new_id
from syncline_common.runtime.host import application_of
from syncline_common.schemas.connector import NodeRef
from syncline_common.sdk.oauth import Tokens
from syncline_sandbox.ledger import Effect
from syncline_sync_worker.app import SERVICE, own_with
from syncline_sync_worker.domain.report import Conflict, Issue
from syncline_sync_worker.domain.task import ConnectionRef, Task
from syncline_sync_worker.own import Own
from syncline_sync_worker.store.gate_store import StoredGate
from syncline_sync_worker.store.report_store import ReportReads
from syncline_sync_worker.store.task_store import TaskReads, TaskStore
from syncline_sync_worker.work.credentials import NodeCredential

BOARDS, INSTANCE = new_id(), new_id()
KINDS = {BOARDS: "azure_devops", INSTANCE: "servicenow"}
NETWORK = new_id()
STATES = {"New": "1", "Active": "2", "Resolved": "6", "Closed": "7"}
FIELDS: list[dict[str, Any]] = [
    {"id": "r1", "a": "System.Title", "b": "short_description"},
    {"id": "r2", "a": "System.State", "b": "state", "values": STATES, "otherwise": {"a": "Active", "b": "2"}},
    {"id": "r3", "a": "Custom.Customer", "b": "u_vendor_ticket"},
]


def document(**flow: Any) -> dict[str, Any]:
    made = {
        "id": "f1",
        "a": {"stream": "Bug", "projects": ["Fabrikam Web"]},
        "b": {"stream": "incident"},
        "fields": FIELDS,
        **flow,
    }
    return {"version": 1, "schedule": {"manual": True}, "flows": [made]}


class HeldCredentials:
    """As the registry would answer; `rejections` is what it was told."""

    def __init__(self, kinds: Mapping[UUID, str] = KINDS) -> None:
        self.held = {
            node: NodeCredential(kind, URLS[kind], WAYS_IN[kind], version=1) for node, kind in kinds.items()
        }
        self.rejections: list[tuple[UUID, int, str]] = []

    async def of(self, node: NodeRef) -> NodeCredential:
        return self.held[node.id]

    async def lend(self, node: NodeRef, version: int, refused: str | None) -> Tokens:
        raise NotFound("There are no tokens here")

    async def rejected(self, node: NodeRef, version: int, code: str) -> None:
        self.rejections.append((node.id, version, code))


class Desk:
    """The connections service's internal routes, about one connection."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self.state, self.draft, self.revision = "active", configuration, 3
        self.published: int | None = 1

    def app(self, connection: ConnectionRef) -> Starlette:
        ends = {
            side: {"system_id": str(new_id()), "node_id": str(node), "kind": kind}
            for side, (node, kind) in zip("ab", KINDS.items(), strict=True)
        }

        async def answer(request: Request) -> Response:
            known = request.query_params["account_id"] == str(connection.account_id)
            if not known or request.path_params["id"] != str(connection.id) or self.state == "gone":
                return JSONResponse({"code": "not_found"}, 404)
            if request.path_params["what"] == "draft":
                told = {"configuration": self.draft, "revision": self.revision, "valid": True}
                return JSONResponse(told)
            told = {"network_id": str(NETWORK), "state": self.state, "published_version": self.published}
            return JSONResponse({**told, "schedule": {"manual": True}, **ends})

        return Starlette(routes=[Route("/connections/internal/v1/connections/{id}/{what}", answer)])


@dataclass
class InStep:
    town: Town
    http: AsyncClient
    people: People
    desk: Desk
    own: Own
    db: Database
    connection: ConnectionRef
    credentials: HeldCredentials
    boards: BoardsDesk
    instance: InstanceDesk

    async def scan(self) -> None:
        """As if it were due."""
        async with self.db.begin() as tx:
            await TaskStore(tx).scan_at(self.connection, await tx.now())
        while await self.own.worker.scan():
            pass

    async def work(self) -> None:
        while await self.own.worker.work():
            pass
        await self.own.worker.finish()

    async def cycle(self) -> None:
        await self.scan()
        await self.work()

    async def ask(self, kind: str, **more: Any) -> dict[str, Any]:
        """A run, carried through; as it is shown in the end."""
        body = {"connection_id": str(self.connection.id), "kind": kind, **more}
        answer = await self.http.post("/sync/v1/runs", json=body)
        assert answer.status_code == 202, answer.text
        assert await self.own.driver.drive_once() == 1
        await self.work()
        return await self.get(answer.headers["Location"])

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def told(self) -> list[str]:
        """The events that were published, in order."""
        outbox = self.db.tables["outbox"]
        async with self.db.read() as tx:
            return list(await tx.session.scalars(select(outbox.c.routing_key).order_by(outbox.c.seq)))

    def edit_bug(self, id: str, values: Mapping[str, Any]) -> None:
        person = self.town.boards.boards.accounts[5]
        self.town.boards.edit(id, values, person.name)

    def edit_incident(self, id: str, values: Mapping[str, Any]) -> None:
        self.town.instance.edit(id, values, "service.desk")

    def boards_account(self) -> str:
        """Whose token Syncline uses."""
        callers = {it.caller for it in self.town.boards.ledger.requests if it.operation != "by hand"}
        (name,) = {it for it in callers if it}
        return name

    async def task(self) -> Task:
        async with self.db.read() as tx:
            return await TaskReads(tx).get(self.connection)

    async def resume(self) -> None:
        async with self.db.begin() as tx:
            await TaskStore(tx).resume(self.connection)

    async def issues(self) -> Sequence[Issue]:
        async with self.db.read() as tx:
            return await ReportReads(tx, ACCOUNT).issues(after=None, limit=100)

    async def conflicts(self) -> Sequence[Conflict]:
        async with self.db.read() as tx:
            return await ReportReads(tx, ACCOUNT).conflicts(after=None, limit=100)

    def bug(self, number: str) -> Mapping[str, Any]:
        return self.town.boards.store.records[number].values

    def incident(self, id: str) -> Mapping[str, Any]:
        return self.town.instance.store.records[id].values

    def bugs(self) -> list[str]:
        return [it.id for it in self.town.boards.store.records.values() if it.stream == "Bug"]

    def incidents(self) -> list[str]:
        return [it.id for it in self.town.instance.store.records.values() if it.stream == "incident"]

    def ours(self) -> list[Effect]:
        """What Syncline did in either system."""
        both = (*self.town.boards.ledger.effects, *self.town.instance.ledger.effects)
        by_hand = {
            it.number
            for ledger in (self.town.boards.ledger, self.town.instance.ledger)
            for it in ledger.requests
            if it.operation == "by hand"
        }
        return [it for it in both if it.request is not None and it.request not in by_hand]


async def allow_much(db: Database, credentials: HeldCredentials) -> None:
    """As if both vendors had said so. That requests are spaced is shown in tests/gate; here it would only be waited for."""
    for node, held in credentials.held.items():
        await StoredGate(db).resize(budget_of(held.kind, held.url, node=node), 1_000_000)


@asynccontextmanager
async def in_step(db: Database, configuration: dict[str, Any]) -> AsyncIterator[InStep]:
    async with town(records=0) as here:
        people, credentials, desk = People(), HeldCredentials(), Desk(configuration)
        ref = ConnectionRef(ACCOUNT, new_id())
        home = home_of(db, people, outbound=here.outbound)
        inside = AsyncClient(transport=ASGITransport(app=desk.app(ref)))
        connections = ConnectionsClient(inside, "http://connections", SecretStr("a token of the test"))
        home.platform = replace(home.platform, connections=connections)
        home.own = own = own_with(home, credentials)
        app = application_of(SERVICE)
        app.state.home = home
        async with db.begin() as tx:
            task = Task(
                ref, NETWORK, BOARDS, INSTANCE, 1, configuration["schedule"], next_scan=await tx.now()
            )
            await TaskStore(tx).put(task, configuration)
        await allow_much(db, credentials)
        desks = BoardsDesk(vendor=here.boards), InstanceDesk(vendor=here.instance)
        transport = ASGITransport(app=app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test", headers=bearer("ada")) as http:
            yield InStep(here, http, people, desk, own, db, ref, credentials, *desks)
