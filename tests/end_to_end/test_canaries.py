"""Secrets of every sort go in; none comes out: in answers, events, figures, the log, the database or its dump."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from backing.canaries import CANARY, forms, sings, sung_in
from conftest import bus_of, database_of, needs_postgres, needs_rabbit
from connectors.opened import BOARDS, INSTANCE
from end_to_end.positions import operations
from end_to_end.running import Syncline
from end_to_end.world import BODIES
from services.systems import BASIC, SYSTEMS, TOKEN, canary_town
from syncline_common.settings import BusSettings, DatabaseSettings

EMAIL, NETWORKS = "first@example.com", "/registry/v1/networks"
SECRETS = {
    "ADMIN_PASSWORD": f"the first password, {CANARY}",
    "OPERATOR_TOKEN": f"the operator's token, {CANARY}",
    "INSTALLATION_KEY": f"the installation's own key, {CANARY}",
    "SERVICE_TOKEN": f"what services know each other by, {CANARY}",
}


def test_the_forms_find_it_wherever_it_stands() -> None:
    for before in range(4):
        for after in range(4):
            text = b"x" * before + CANARY.encode() + b"y" * after
            coded = (base64.b64encode(text), base64.urlsafe_b64encode(text), text.hex().encode(), text)
            assert all(sings(it) for it in coded), (before, after)
    assert not sings(b"an ordinary line") and len(forms()) >= 6


class Listener:
    """Does what it can with secrets, and keeps all that is said to it."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self.said: list[str] = []
        self.headers: dict[str, str] = {}

    async def ask(self, method: str, path: str, **how: object) -> httpx2.Response:
        answer = await self._http.request(method, path, **{"headers": self.headers, **how})  # type: ignore[arg-type]
        self.said.append(f"{method} {path}: {answer.status_code} {answer.headers} {answer.text}")
        return answer

    async def sign_in(self, email: str, password: str) -> int:
        answer = await self.ask("POST", "/registry/v1/tokens", json={"email": email, "password": password})
        if answer.status_code == 200:
            self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return answer.status_code


@pytest.fixture(params=["embedded", pytest.param("scale-out", marks=[needs_postgres, needs_rabbit])])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Syncline, DatabaseSettings, BusSettings]]:
    kinds = ("sqlite", "memory") if request.param == "embedded" else ("postgres", "rabbit")
    told = {
        "port": "0",
        "rate_per_second": "0",
        "log_format": "json",
        "log_level": "debug",
        "admin_email": EMAIL,
    }
    async with (
        canary_town() as vendors,
        database_of(kinds[0], tmp_path / "data") as database,
        bus_of(kinds[1]) as bus,
    ):
        told |= {"routes": json.dumps(vendors.routes)}
        if database.database_url is not None and bus.bus_url is not None:
            told |= {"database_url": database.database_url.get_secret_value()}
            told |= {"bus_url": bus.bus_url.get_secret_value(), "bus_namespace": bus.bus_namespace}
        it = Syncline(tmp_path / "data", tmp_path / "said.txt", **told, **SECRETS)
        try:
            yield it, database, bus
        finally:
            await it.kill()


async def test_no_secret_comes_out(
    place: tuple[Syncline, DatabaseSettings, BusSettings], tmp_path: Path
) -> None:
    it, database, _ = place
    async with httpx2.AsyncClient(base_url=await it.until_it_runs(), timeout=20, trust_env=False) as http:
        listener = Listener(http)
        await _use_secrets(listener)
        await _use_systems(listener)
        await _misplace_secrets(listener)
        await _ask_for_everything(listener)
    assert [line for line in listener.said if sings(line.encode())] == []
    assert len(listener.said) > 100
    if database.database_url is not None:
        await _dump(database.database_url.get_secret_value(), tmp_path / "dump.sql")
        assert "argon2id" in (tmp_path / "dump.sql").read_text()
    assert '"level": "debug"' in it.said or '"level": "info"' in it.said
    assert list(sung_in(tmp_path)) == []


async def _use_secrets(listener: Listener) -> None:
    assert await listener.sign_in(EMAIL, f"wrong, {CANARY}") == 401
    assert await listener.sign_in(EMAIL, SECRETS["ADMIN_PASSWORD"]) == 200
    first = listener.headers
    person = {
        "email": "bob@example.com",
        "name": "Bob",
        "role": "viewer",
        "password": f"bob's word, {CANARY}",
    }
    bob = (await listener.ask("POST", "/registry/v1/people", json=person)).json()
    path, change = f"/registry/v1/people/{bob['id']}", {"password": f"bob's next word, {CANARY}"}
    assert (await listener.ask("PATCH", path, json=change)).status_code == 200
    keyed = {**first, "Idempotency-Key": "one"}
    again = {**person, "email": "eve@example.com"}
    for _ in range(2):
        await listener.ask("POST", "/registry/v1/people", json=again, headers=keyed)
    operator = {"Authorization": f"Bearer {SECRETS['OPERATOR_TOKEN']}"}
    account = {"name": "x", "administrator": {"email": "x@example.com", "password": f"another's, {CANARY}"}}
    for body in (account, account):
        headers = {**operator, "Idempotency-Key": "two"}
        assert (
            await listener.ask("POST", "/registry/v1/accounts", json=body, headers=headers)
        ).status_code == 201
    rotated = await listener.ask(
        "POST", "/registry/v1/keys/rotate", json={"data_keys": True}, headers=operator
    )
    assert rotated.status_code == 202
    listener.headers = first


async def _use_systems(listener: Listener) -> None:
    """Good credentials, wrong ones, tickets; and all that there is to ask of a system."""
    where = {"network_id": (await listener.ask("POST", NETWORKS, json={"name": "Support"})).json()["id"]}
    for url, auth, secret in ((BOARDS, TOKEN, "token"), (INSTANCE, BASIC, "password")):
        named = {**where, "url": url}
        wrong = {**named, "auth": auth | {secret: f"wrong, {CANARY}"}}
        checked = await listener.ask("POST", "/registry/v1/check-auth", json=wrong)
        assert checked.json()["ok"] is False, checked.text
        assert (await listener.ask("POST", SYSTEMS, json=wrong)).status_code == 422
        good = await listener.ask("POST", "/registry/v1/check-auth", json={**named, "auth": auth})
        made = await listener.ask("POST", SYSTEMS, json={**named, "ticket": good.json()["ticket"]})
        assert made.status_code == 201, made.text
        path = f"{SYSTEMS}/{made.json()['id']}"
        renewed = await listener.ask("PUT", f"{path}/credential", json={**where, "auth": auth})
        assert renewed.status_code == 200, renewed.text
        for what in ("", "/projects", "/streams"):
            assert (await listener.ask("GET", f"{path}{what}")).status_code == 200


async def _misplace_secrets(listener: Listener) -> None:
    """Where nobody expects them: they are not repeated in what is answered, nor logged."""
    for method, path, _, _ in operations():
        url = path.replace("{", "").replace("}", "")
        if "stream" in path:
            continue
        for header in (f"Bearer {CANARY}", f"Basic {CANARY}", CANARY):
            await listener.ask(
                method, url, json=BODIES.get((method, path), {}), headers={"Authorization": header}
            )
        if method in ("POST", "PATCH", "PUT"):
            for body in ({"password": CANARY, "unknown": CANARY}, [CANARY], CANARY, {"token": {"x": CANARY}}):
                await listener.ask(method, url, json=body)
            await listener.ask(method, url, content=f'{{"password": "{CANARY}'.encode())


async def _ask_for_everything(listener: Listener) -> None:
    for method, path, _, _ in operations():
        if method == "GET" and "{" not in path and "stream" not in path:
            await listener.ask("GET", path)
    for service in ("registry", "connections", "sync", "matching"):
        for what in ("metrics", "healthz", "readyz", "openapi.json", "docs", "v1/audit?limit=200"):
            await listener.ask("GET", f"/{service}/{what}")
    headers = {**listener.headers, "Last-Event-ID": "0"}
    async with listener._http.stream("GET", "/sync/v1/events/stream", headers=headers) as answer:
        async for line in answer.aiter_lines():
            listener.said.append(line)
            if "registry.access.changed" in line and line.startswith("data:"):
                json.loads(line.removeprefix("data:"))
                break


async def _dump(url: str, path: Path) -> None:
    program = next(_programs("pg_dump"), None)
    assert program is not None, "pg_dump comes with PostgreSQL"
    with path.open("wb") as sink:
        dump = await asyncio.create_subprocess_exec(program, url, "--inserts", stdout=sink)
        assert await dump.wait() == 0


def _programs(name: str) -> Iterator[str]:
    if found := shutil.which(name):
        yield found
    yield from (str(it) for it in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))
