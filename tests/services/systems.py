"""A registry, and both simulated vendors that it reaches over HTTP; tokens and passwords there hold the canary."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from httpx2 import Response

from backing.canaries import CANARY
from connectors.opened import BOARDS, INSTANCE, Town, town
from services.registry import Registry, registry_with
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database

SYSTEMS = "/registry/v1/systems"
PAT = f"sandbox-pat-{CANARY}"
READ_ONLY = "sandbox-pat-read-only"
PASSWORD = f"sandbox-{CANARY}-password"
TOKEN = {"scheme": "pat", "token": PAT}
BASIC = {"scheme": "basic", "username": "sync.account", "password": PASSWORD}
OAUTH = BASIC | {"scheme": "oauth_password", "client_id": "sandbox-client"}
WAYS_IN = {BOARDS: TOKEN, INSTANCE: BASIC}


@dataclass
class Desk:
    registry: Registry
    town: Town

    async def post(self, path: str, body: dict[str, Any], **more: Any) -> Response:
        return await self.registry.http.post(f"/registry/v1/{path}", json=body, **more)

    async def look_up(self, network: str, url: str, **more: Any) -> dict[str, Any]:
        answer = await self.post("lookup", {"network_id": network, "url": url}, **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def check(self, network: str, url: str, auth: dict[str, str], **more: Any) -> dict[str, Any]:
        answer = await self.post("check-auth", {"network_id": network, "url": url, "auth": auth}, **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def add(self, network: str, url: str = BOARDS, **more: Any) -> dict[str, Any]:
        body = {"network_id": network, "url": url, "auth": WAYS_IN.get(url)} | more
        answer = await self.post("systems", {name: it for name, it in body.items() if it is not None})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def somebody(self, email: str, role: str, *networks: str) -> dict[str, str]:
        await self.registry.person(email, role, network_ids=list(networks))
        return await self.registry.as_(email)


@asynccontextmanager
async def canary_town() -> AsyncIterator[Town]:
    """Whose token and password hold the canary."""
    async with town() as place:
        boards = place.boards.boards
        boards.accounts = [_with_canary(it, token=PAT) for it in boards.accounts]
        tables = place.instance.tables
        tables.accounts = [_with_canary(it, password=PASSWORD) for it in tables.accounts]
        place.instance.tokens.accounts = tables.accounts
        yield place


@asynccontextmanager
async def desk_with(db: Database, folder: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with canary_town() as place, registry_with(db, folder, clock, place.outbound) as registry:
        yield Desk(registry, place)


def _with_canary(account: Any, **secret: str) -> Any:
    """Of the account that Syncline uses."""
    mine = (
        getattr(account, "display", "") == "Syncline Account"
        or getattr(account, "user_name", "") == "sync.account"
    )
    return replace(account, **secret) if mine else account
