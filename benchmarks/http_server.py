"""The registry as the product serves it, and beside it bare FastAPI routes that answer with the same JSON."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from backing.signing_in import token_of
from benchmarks import REPOSITORY
from benchmarks.places import EMAIL, PASSWORD, furnish, hosted, place
from syncline_common.logging import set_up_logging
from syncline_common.runtime.serve import listen, serving, url_of
from syncline_common.settings import ProcessSettings
from syncline_registry.app import SERVICE as REGISTRY

LISTED = 50
DESCRIPTION = "Tickets of all teams, and what has become of them since they were last looked at."


@dataclass(frozen=True, slots=True)
class Served:
    """Addresses of the same two things, ours and bare."""

    one: str
    fifty: str
    bare_one: str
    bare_fifty: str
    token: str


@asynccontextmanager
async def http_server(database: str) -> AsyncIterator[Served]:
    """In a process of its own, until its input ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.http_server", database),
        env=dict(os.environ),
        cwd=REPOSITORY,
        stdin=pipe,
        stdout=pipe,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Served(**json.loads(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


def bare(one: Any, fifty: Any) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/networks/{network_id}")
    async def get(network_id: UUID) -> JSONResponse:
        return JSONResponse(one)

    @app.get("/networks")
    async def fifty_of_them(limit: int) -> JSONResponse:
        return JSONResponse(fifty)

    return app


async def _filled(url: str, token: str) -> tuple[str, str, Any, Any]:
    """Makes the networks through the API; answers the two paths and what is found there."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        for number in range(LISTED + 10):
            draft = {"name": f"Support {number}", "description": DESCRIPTION}
            (await client.post("/registry/v1/networks", json=draft)).raise_for_status()
        fifty_path = f"/registry/v1/networks?limit={LISTED}"
        fifty = (await client.get(fifty_path)).json()
        one_path = f"/registry/v1/networks/{fifty['items'][0]['id']}"
        return one_path, fifty_path, (await client.get(one_path)).json(), fifty


async def main(database: str) -> None:
    set_up_logging(ProcessSettings(log_level="warning"))  # what it prints is its address
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(place(database, "memory"))
        await furnish(at, [REGISTRY])
        listener = listen("127.0.0.1", 0)
        running = await stack.enter_async_context(hosted(at, [REGISTRY], url_of(listener)))
        ours = await stack.enter_async_context(serving(running["registry"].app, listener, drain_seconds=1))
        token = await token_of(ours, EMAIL, PASSWORD)
        one_path, fifty_path, one, fifty = await _filled(ours, token)
        plain = await stack.enter_async_context(_serving(bare(one, fifty)))
        served = Served(
            one=f"{ours}{one_path}",
            fifty=f"{ours}{fifty_path}",
            bare_one=f"{plain}/networks/{one['id']}",
            bare_fifty=f"{plain}/networks?limit={LISTED}",
            token=token,
        )
        print(json.dumps(asdict(served)), flush=True)
        await asyncio.to_thread(sys.stdin.read)


def _serving(app: FastAPI) -> AbstractAsyncContextManager[str]:
    return serving(app, listen("127.0.0.1", 0), drain_seconds=1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
