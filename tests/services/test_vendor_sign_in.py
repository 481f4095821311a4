"""Signing in at a vendor's own page, with state and PKCE; it ends in a ticket of the one who began."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from common.served import problem_of
from conftest import ON_SQLITE
from connectors.opened import BOARDS, CLIENT, INSTANCE
from services.systems import TOKEN, Desk, desk_with
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_registry.store.tables import secret, sign_ins

CODE = {"scheme": "oauth_code", **CLIENT}


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


async def begin(desk: Desk, network: str, **more: Any) -> dict[str, str]:
    """What the vendor sends back, once the person has signed in there."""
    answer = await desk.post("oauth/start", {"network_id": network, "url": INSTANCE, "auth": CODE} | more)
    assert answer.status_code == 200, answer.text
    assert answer.json()["redirect_uri"].endswith("/registry/v1/oauth/callback")
    async with desk.town.outbound.client(INSTANCE) as browser:
        sent = await browser.get(answer.json()["authorize_url"])
    told = parse_qs(urlsplit(sent.headers["location"]).query)
    return {"state": told["state"][0], "code": told["code"][0]}


async def come_back(desk: Desk, brought: dict[str, str]) -> Any:
    """As a browser does, which has no token of ours."""
    headers = {"Authorization": ""}
    path = "/registry/v1/oauth/callback"
    return await desk.registry.http.get(path, params=brought, headers=headers, follow_redirects=False)


async def test_it_ends_in_a_ticket_and_a_system(desk: Desk, db: Database) -> None:
    network = await desk.registry.network()
    answer = await come_back(desk, await begin(desk, network))
    assert answer.json()["ok"] and answer.json()["identity"] == "sync.account", answer.text
    async with db.read() as tx:
        assert (await tx.session.execute(select(sign_ins))).all() == []
        owners = set(await tx.session.scalars(select(secret.c.owner)))
    assert "sign_in" not in owners
    made = await desk.add(network, INSTANCE, auth=None, ticket=answer.json()["ticket"])
    assert made["nodes"][0]["credential"]["scheme"] == "oauth_code"
    assert (await desk.registry.http.get(f"/registry/v1/systems/{made['id']}/streams")).json()["items"]


async def test_a_state_is_good_once_and_not_for_ever(desk: Desk, clock: ManualClock) -> None:
    network = await desk.registry.network()
    brought = await begin(desk, network)
    assert (await come_back(desk, brought)).status_code == 200
    problem_of(await come_back(desk, brought), 404, "not_found")
    problem_of(await come_back(desk, brought | {"state": "of somebody else"}), 404, "not_found")
    brought = await begin(desk, network)
    clock.advance(minutes=30)
    problem_of(await come_back(desk, brought), 404, "not_found")


@ON_SQLITE
async def test_the_ticket_is_of_use_to_nobody_else(desk: Desk) -> None:
    network = await desk.registry.network()
    manager = await desk.somebody("max@example.com", "manager", network)
    ticket = (await come_back(desk, await begin(desk, network))).json()["ticket"]
    body = {"network_id": network, "url": INSTANCE, "ticket": ticket}
    problem_of(await desk.post("systems", body, headers=manager), 409, "ticket_expired")


@ON_SQLITE
async def test_a_code_that_is_refused_is_a_problem_with_a_fix(desk: Desk) -> None:
    network = await desk.registry.network()
    brought = await begin(desk, network)
    answer = await come_back(desk, brought | {"code": "wrong"})
    assert answer.json()["ok"] is False
    assert [it["code"] for it in answer.json()["problems"]] == ["credential_rejected"]
    problem_of(await come_back(desk, {"error": "access_denied"}), 422, "invalid")


@ON_SQLITE
async def test_a_browser_goes_on_where_it_began_and_only_there(desk: Desk) -> None:
    network = await desk.registry.network()
    brought = await begin(desk, network, return_to="/networks/add?step=b")
    answer = await come_back(desk, brought)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/networks/add?step=b&ticket=slt_")
    brought = await begin(desk, network, return_to="/networks/add")
    answer = await come_back(desk, brought | {"code": "wrong"})
    assert answer.headers["location"] == "/networks/add?problem=credential_rejected"
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "evil"):
        body = {"network_id": network, "url": INSTANCE, "auth": CODE, "return_to": elsewhere}
        problem_of(await desk.post("oauth/start", body), 422, "invalid")


@ON_SQLITE
async def test_other_schemes_have_no_page(desk: Desk) -> None:
    network = await desk.registry.network()
    body = {"network_id": network, "url": BOARDS, "auth": TOKEN}
    assert (
        problem_of(await desk.post("oauth/start", body), 422, "invalid")["errors"][0]["pointer"]
        == "/auth/scheme"
    )
    body = {"network_id": network, "url": INSTANCE, "auth": CODE}
    assert (
        problem_of(await desk.post("check-auth", body), 422, "invalid")["errors"][0]["pointer"]
        == "/auth/scheme"
    )
