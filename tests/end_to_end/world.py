"""Two tenants of one installation, with people in every role; for tests that compare what each of them may see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from pydantic import SecretStr

from backing.canaries import CANARY
from connectors.opened import BOARDS, INSTANCE, PAT, town
from end_to_end.positions import Position
from end_to_end.synced import one_of_each
from syncline_common.settings import (
    AccessSettings,
    BusSettings,
    DatabaseSettings,
    ProcessSettings,
    RouteSettings,
    ServeSettings,
)
from syncline_embedded.main import Together, run_together

PASSWORD, OPERATOR = f"a long {CANARY} of the test", f"the operator's {CANARY}, of the test"
WRONG = {"scheme": "basic", "username": "nobody", "password": "wrong"}  # its build fails, which is soon done
CONNECTION = "/connections/v1/connections/{connection_id}"
BODIES: dict[tuple[str, str], dict[str, Any]] = {  # a body that is right, apart from the id
    ("POST", "/registry/v1/networks"): {"name": "new"},
    ("PATCH", "/registry/v1/networks/{network_id}"): {"description": "changed"},
    ("POST", "/registry/v1/people"): {"email": "new@example.com", "name": "new", "role": "viewer"},
    ("PATCH", "/registry/v1/people/{person_id}"): {"name": "changed", "role": "viewer"},
    ("POST", "/registry/v1/api-keys"): {"name": "new", "role": "viewer"},
    ("POST", "/registry/v1/lookup"): {"url": INSTANCE},
    ("POST", "/registry/v1/check-auth"): {"url": INSTANCE, "auth": {"scheme": "basic"}},
    ("POST", "/registry/v1/oauth/start"): {"url": INSTANCE, "auth": {"scheme": "oauth_code"}},
    ("POST", "/registry/v1/systems"): {"url": INSTANCE, "ticket": "slt_of_nobody"},
    ("PATCH", "/registry/v1/systems/{system_id}"): {"name": "changed"},
    ("PUT", "/registry/v1/systems/{system_id}/credential"): {"ticket": "slt_of_nobody"},
    ("POST", "/registry/v1/systems/{system_id}/webhook-rules"): {"streams": ["incident"]},
    ("POST", "/connections/v1/connections"): {
        "name": "new",
        "a": {"url": BOARDS, "ticket": "slt_of_nobody"},
        "b": {"url": INSTANCE, "ticket": "slt_of_nobody"},
    },
    ("POST", "/sync/v1/runs"): {"kind": "manual"},
    ("POST", "/sync/v1/issues/retry"): {},
    ("POST", "/sync/v1/issues/ignore"): {},
    ("POST", "/sync/v1/conflicts/resolve"): {"choose": "a"},
    ("POST", "/connections/v1/name-check"): {"name": "new", "a": {"url": BOARDS}, "b": {"url": INSTANCE}},
    ("PATCH", CONNECTION): {"description": "changed"},
    ("PUT", f"{CONNECTION}/draft"): {"configuration": {"version": 1}},
}
NOUNS = {
    "network_id": "network",
    "network_ids": "network",
    "person_id": "person",
    "key_id": "api_key",
    "actor_id": "person",
    "event_id": "event",
    "noun_id": "network",
    "system_id": "system",
    "connection_id": "connection",
    "run_id": "run",
    "link_id": "link",
    "ids": "of the path",
    "id": "of the path",
    "subscription_id": "subscription",
    "filter/connection_id": "connection",
}


@dataclass
class Tenant:
    """An account with one of each, and its people by role."""

    ids: dict[str, str]
    tokens: dict[str, str]

    def of(self, position: Position) -> str:
        noun = (
            position.path.rsplit("/", 1)[1].removesuffix("s").replace("-", "_")
            if position.name == "cursor"
            else NOUNS[position.noun]
        )
        if position.name in ("ids", "id"):
            noun = position.path.split("/")[3].removesuffix("s")
        return self.ids.get(noun, self.ids["network"])


@dataclass
class World:
    http: httpx2.AsyncClient
    mine: Tenant
    theirs: Tenant

    async def send(self, position: Position, id: str, token: str | None) -> httpx2.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        path, params = position.path, dict[str, str]()
        body = BODIES.get((position.method, position.path))
        if position.name == "id" and position.where == "body":
            body = {"value": "new"}  # of a conflict: it stands in the place of a side
        if position.where == "path":
            path = path.replace(f"{{{position.name}}}", id)
        elif position.where == "query":
            params[position.name] = id
        else:
            body = with_id(body or {}, position.name, [id] if position.name.endswith("ids") else id)
        for noun in ("person", "network", "system", "connection", "run", "link"):
            path = path.replace(f"{{{noun}_id}}", self.mine.ids[noun])
        path = path.replace("{number}", "1").replace("{other}", "1")
        if position.name != "network_id" and position.path.endswith(
            ("/credential", "/connections", "/name-check", "/webhook-rules")
        ):
            body = {**(body or {}), "network_id": self.mine.ids["network"]}
        return await self.http.request(position.method, path, params=params, json=body, headers=headers)


def with_id(body: dict[str, Any], name: str, id: Any) -> dict[str, Any]:
    """`a/system_id` is a side of its own, which has nothing beside the id."""
    outer, _, inner = name.partition("/")
    return {**body, outer: {inner: id} if inner else id}


@asynccontextmanager
async def two_tenants(settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[World]:
    access = AccessSettings(
        operator_token=SecretStr(OPERATOR),
        admin_email="first@example.com",
        admin_password=SecretStr(PASSWORD),
    )
    serve = ServeSettings(port=0, drain_seconds=5, rate_per_second=0)
    async with (
        town() as vendors,
        run_together(
            *settings,
            serve,
            ProcessSettings(instance="test"),
            access,
            routes=RouteSettings(routes=vendors.routes),
        ) as running,
        httpx2.AsyncClient(base_url=running.url, timeout=20, trust_env=False) as http,
    ):
        for email in ("mine@example.com", "theirs@example.com"):
            await account(http, email)
        yield World(http, await furnished(http, "mine", running), await furnished(http, "theirs", running))
        running.wind_down()


async def account(http: httpx2.AsyncClient, email: str) -> None:
    body = {"name": email, "administrator": {"email": email, "password": PASSWORD}}
    answer = await http.post(
        "/registry/v1/accounts", json=body, headers={"Authorization": f"Bearer {OPERATOR}"}
    )
    assert answer.status_code == 201, answer.text


async def furnished(http: httpx2.AsyncClient, name: str, running: Together) -> Tenant:
    token = await signed_in(http, f"{name}@example.com")
    headers = {"Authorization": f"Bearer {token}"}

    async def make(path: str, body: dict[str, Any]) -> dict[str, Any]:
        url = path if path.startswith("/") else f"/registry/v1/{path}"
        answer = await http.post(url, json=body, headers=headers)
        assert answer.status_code in (201, 202), answer.text
        made: dict[str, Any] = answer.json()
        return made

    network = (await make("networks", {"name": f"{name} network"}))["id"]
    other = (await make("networks", {"name": f"{name} other network"}))["id"]
    people = {}
    for role in ("manager", "viewer"):
        body = {"email": f"{role}-{name}@example.com", "name": role, "role": role, "password": PASSWORD}
        people[role] = await make("people", body | {"network_ids": [other]})
    key = await make("api-keys", {"name": "key", "role": "viewer"})
    revoked = await make("api-keys", {"name": "revoked", "role": "administrator"})
    await http.delete(f"/registry/v1/api-keys/{revoked['id']}", headers=headers)
    tokens = {"administrator": token, "revoked": revoked["key"]}
    for role in ("manager", "viewer"):
        tokens[role] = await signed_in(http, f"{role}-{name}@example.com")
    system = {"network_id": network, "url": BOARDS, "auth": {"scheme": "pat", "token": PAT}}
    ids = {
        "network": network,
        "person": people["viewer"]["id"],
        "api_key": key["id"],
        "system": (await make("systems", system))["id"],
    }
    ends = {"a": {"system_id": ids["system"]}, "b": {"url": INSTANCE, "auth": WRONG}}
    connection = {"network_id": network, "name": f"{name} connection", **ends}
    ids["connection"] = (await make("/connections/v1/connections", connection))["id"]
    synced = next(it.home.database for it in running.hosted if "task" in it.home.database.tables)
    account = UUID((await http.get("/registry/v1/me", headers=headers)).json()["account"]["id"])
    ids |= await one_of_each(synced, account, UUID(network), UUID(ids["connection"]))
    return Tenant(ids, tokens)


async def signed_in(http: httpx2.AsyncClient, email: str) -> str:
    answer = await http.post("/registry/v1/tokens", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
