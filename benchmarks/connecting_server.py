"""The whole product in one process, with an account of 1,000 connections; and beside it the bare routes, on the same database."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import httpx2
from pydantic import SecretStr
from sqlalchemy import insert, select

from backing.signing_in import token_of
from benchmarks import REPOSITORY
from benchmarks.bare_connecting import KnownSystem, Listed, Saved, bare, filled
from benchmarks.places import EMAIL, PASSWORD, Place, place
from connectors.opened import BOARDS, INSTANCE, PAT, USER, town
from syncline_common.api.limits import Allowance
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.logging import set_up_logging
from syncline_common.runtime.serve import listen, serving
from syncline_common.settings import AccessSettings, ProcessSettings, RouteSettings, ServeSettings
from syncline_connections.domain.connection import name_key
from syncline_embedded.main import Together, run_together
from syncline_registry.own import Own

CONNECTIONS, SAVED, VERSIONS = 1_000, 50, 20
PATH = "/connections/v1/connections"


@dataclass(frozen=True, slots=True)
class Furnished:
    """Addresses, and what to ask there: two forms of the same draft, so that each save changes something."""

    ours: str
    bare: str
    token: str
    network: str
    system: str
    connections: list[str]
    drafts: list[dict[str, Any]]


@asynccontextmanager
async def connecting_server(database: str) -> AsyncIterator[Furnished]:
    """In a process of its own, until its input ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.connecting_server", database),
        env=dict(os.environ),
        cwd=REPOSITORY,
        stdin=pipe,
        stdout=pipe,
        limit=1 << 22,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Furnished(**json.loads(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


async def main(database: str) -> None:
    set_up_logging(ProcessSettings(log_level="error"))  # what it prints is its address
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(place(database, "memory"))
        vendors = await stack.enter_async_context(town())
        running = await stack.enter_async_context(_product(at, vendors.routes))
        stack.callback(running.wind_down)
        token = await token_of(running.url, EMAIL, PASSWORD)
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=60, trust_env=False)
        http = await stack.enter_async_context(client)
        network = await _made(http, "/registry/v1/networks", {"name": "Support"})
        connection = await _built(http, network)
        await _copied(_database_of(running, "draft"), UUID(connection))
        plain = await stack.enter_async_context(_bare(at, http, network))
        draft = (await http.get(f"{PATH}/{connection}/draft")).json()["configuration"]
        other = deepcopy(draft) | {"schedule": {"every": "120s"}}
        page = (await http.get(f"{PATH}?limit={SAVED}")).json()
        ids = [it["id"] for it in page["items"]]
        told = Furnished(running.url, plain, token, network, BOARDS, ids, [draft, other])
        print(json.dumps(asdict(told)), flush=True)
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def _product(at: Place, routes: dict[str, str]) -> AsyncIterator[Together]:
    """Without the limits of one caller: here one asks for fifty."""
    access = AccessSettings(admin_email=EMAIL, admin_password=SecretStr(PASSWORD))
    serve = ServeSettings(port=0, drain_seconds=5, rate_per_second=0)
    routed = RouteSettings(routes=routes)
    settings = (at.database, at.bus, serve, ProcessSettings())
    async with run_together(*settings, access, routes=routed) as running:
        for it in running.hosted:
            if isinstance(own := it.home.own, Own):
                object.__setattr__(own, "lookups", Allowance(0, 1, asyncio.get_running_loop().time))
        yield running


async def _made(http: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await http.post(path, json=body)
    answer.raise_for_status()
    return str(answer.json()["id"])


async def _built(http: httpx2.AsyncClient, network: str) -> str:
    ends = {
        "a": {"url": BOARDS, "auth": {"scheme": "pat", "token": PAT}},
        "b": {"url": INSTANCE, "auth": {"scheme": "basic", **USER}},
    }
    made = await _made(http, PATH, {"network_id": network, "name": "Bugs", **ends})
    async with asyncio.timeout(60):
        while (state := (await http.get(f"{PATH}/{made}")).json()["state"]) == "building":  # noqa: ASYNC110 (it is asked for)
            await asyncio.sleep(0.2)
    if state == "build_failed":
        raise RuntimeError((await http.get(f"{PATH}/{made}/build")).text)
    draft = (await http.get(f"{PATH}/{made}/draft")).json()["configuration"]
    draft["flows"][0]["a"]["projects"] = ["Fabrikam Web"]
    answer = await http.put(f"{PATH}/{made}/draft", json={"configuration": draft})
    answer = await http.post(f"{PATH}/{made}/draft/auto-map")
    if not answer.is_success or not answer.json()["valid"]:
        raise RuntimeError(answer.text)
    return made


def _database_of(running: Together, table: str) -> Database:
    return next(it.home.database for it in running.hosted if table in it.home.database.tables)


async def _copied(db: Database, connection: UUID) -> None:
    """The account's other connections; those whose drafts are saved have been published twenty times."""
    connections, drafts, versions = (db.tables[it] for it in ("connection", "draft", "version"))
    async with db.begin() as tx:
        made = dict((await tx.session.execute(select(connections))).mappings().one())
        draft = dict((await tx.session.execute(select(drafts))).mappings().one())
        names = [(new_id(), f"Bugs {number}") for number in range(CONNECTIONS - 1)]
        copies = [made | {"id": it, "name": name, "name_key": name_key(name)} for it, name in names]
        await tx.session.execute(insert(connections), copies)
        ids = [connection, *(it["id"] for it in copies[: SAVED - 1])]
        await tx.session.execute(insert(drafts), [draft | {"connection_id": it} for it in ids[1:]])
        facts = {"account_id": made["account_id"], "document": draft["document"], "published_by": "ada"}
        facts |= {"published_at": made["created_at"]}
        numbered = [{"connection_id": it, "number": n} for it in ids for n in range(1, VERSIONS + 1)]
        await tx.session.execute(insert(versions), [facts | it for it in numbered])


@asynccontextmanager
async def _bare(at: Place, http: httpx2.AsyncClient, network: str) -> AsyncIterator[str]:
    """Its tables hold what the product answers."""
    found = (await http.post("/registry/v1/lookup", json={"network_id": network, "url": BOARDS})).json()
    listed, cursor = list[Any](), ""
    while cursor is not None:
        page = (await http.get(f"{PATH}?limit=500{cursor and f'&cursor={cursor}'}")).json()
        listed, cursor = [*listed, *page["items"]], page["next_cursor"]
    saved = [it["id"] for it in listed[:SAVED]]
    drafts = {it: (await http.get(f"{PATH}/{it}/draft")).json() for it in saved}
    rows = [
        KnownSystem(url=BOARDS, answer=found),
        *(Listed(id=it["id"], answer=it) for it in listed),
        *(Saved(id=it, configuration=body["configuration"], answer=body) for it, body in drafts.items()),
    ]
    engine = await filled(at.database, rows)
    try:
        async with serving(bare(engine), listen("127.0.0.1", 0), drain_seconds=1) as url:
            yield url
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
