"""Over HTTP an account's administrators read its audit log, page by page, and nobody else's."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import update

from common.audited import BOB, add, forge, rows, sealed
from common.served import ACCOUNT, People, application, bearer, calling, problem_of
from syncline_common.api.audit import audit_routes
from syncline_common.audit.log import record
from syncline_common.audit.tables import audit
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_registry.app import SERVICE as REGISTRY

PATH = "/connections/v1/audit"
NETWORK = new_id()
CAROL = Caller(ACCOUNT, new_id(), "administrator", name="Carol")
EVE = Caller(new_id(), new_id(), "administrator", name="Eve")


@pytest.fixture
async def http(db: Database) -> AsyncIterator[AsyncClient]:
    people = People()
    people.add("manager", "manager", NETWORK)
    people.add("viewer", "viewer")
    people.add("eve", "administrator", account=EVE.account_id)
    async with calling(application(audit_routes("connections")), db, people) as client:
        yield client


async def listed(http: AsyncClient, token: str = "ada", **query: Any) -> list[str]:
    """All pages, of two."""
    found, more = list[str](), {"limit": "2"}
    while more:
        answer = await http.get(PATH, params={**query, **more}, headers=bearer(token))
        assert answer.status_code == 200, answer.text
        found += [item["noun_id"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        more = {"limit": "2", "cursor": cursor} if cursor else {}
    return found


async def test_newest_first_or_oldest_first(db: Database, http: AsyncClient) -> None:
    await add(db, *"abcde", caller=CAROL)
    assert await listed(http) == await listed(http, order="desc") == list("edcba")
    assert await listed(http, order="asc") == list("abcde")


async def test_only_of_the_own_account(db: Database, http: AsyncClient) -> None:
    await add(db, "mine", caller=CAROL)
    await add(db, "eves", caller=EVE)
    await add(db, "bobs", caller=BOB)
    eves = (await rows(db, EVE))[0]
    assert (await listed(http), await listed(http, "eve")) == (["mine"], ["eves"])
    assert await listed(http, actor_id=EVE.actor_id) == await listed(http, noun_id="eves") == []
    assert await listed(http, "eve", cursor=(await rows(db, CAROL))[0].id) == []
    assert await listed(http, cursor=eves.id) == ["mine"], "a foreign id is a place in time, nothing else"


@pytest.mark.parametrize("token", ["manager", "viewer"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/verification"])
async def test_administrators_only(http: AsyncClient, token: str, path: str) -> None:
    problem_of(await http.get(path, headers=bearer(token)), 403, "forbidden")


async def test_filters_combine(db: Database, http: AsyncClient, clock: ManualClock) -> None:
    by_key = Caller(ACCOUNT, new_id(), "administrator", kind="api_key", name="nightly")
    for caller, action, noun_id, network in (
        (CAROL, "thing.made", "1", NETWORK),
        (by_key, "thing.changed", "2", None),
        (by_key, "flow.made", "3", NETWORK),
    ):
        async with db.begin() as tx:
            noun = action.partition(".")[0]
            await record(tx, caller, action, noun=noun, noun_id=noun_id, network_id=network)
        clock.advance(hours=1)
    assert await listed(http, actor_id=by_key.actor_id) == ["3", "2"]
    assert await listed(http, network_id=NETWORK) == ["3", "1"]
    assert await listed(http, network_id=NETWORK, actor_id=by_key.actor_id) == ["3"]
    assert (await listed(http, noun="thing"), await listed(http, noun_id="2")) == (["2", "1"], ["2"])
    assert (await listed(http, action="thing.made"), await listed(http, action="thing")) == (["1"], [])
    assert await listed(http, **{"from": "2026-01-01T01:00:00Z"}) == ["3", "2"]
    assert await listed(http, to="2026-01-01T02:00:00+01:00") == ["1"], "without the end"
    assert await listed(http, **{"from": "2026-01-01T00:30:00Z", "to": "2026-01-01T01:30:00Z"}) == ["2"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order", "up"),
        ("limit", "0"),
        ("actor_id", "ada"),
        ("noun", "\0"),
        ("noun_id", "\0"),
        ("noun_id", "x" * 121),
        ("action", "a b"),
        ("from", "yesterday"),
        ("from", "2026-01-01T00:00:00"),
        ("to", "0001-01-01T00:00:00+14:00"),
        ("to", "9999-12-31T23:59:59-14:00"),
    ],
)
async def test_what_makes_no_sense_is_said_so(http: AsyncClient, name: str, value: str) -> None:
    problem = problem_of(await http.get(PATH, params={name: value}), 422, "invalid")
    assert [it["pointer"] for it in problem["errors"]] == [f"/{name}"]


async def test_a_row_as_it_is_shown(db: Database, http: AsyncClient) -> None:
    about: dict[str, Any] = {"noun": "network", "noun_id": NETWORK, "network_id": NETWORK}
    changed: dict[str, Any] = {
        "before": {"name": "old", "token": "one"},
        "after": {"name": "new", "token": "two"},
    }
    async with db.begin() as tx:
        await record(tx, CAROL, "network.changed", **about, **changed)
    (item,) = (await http.get(PATH)).json()["items"]
    (row,) = await rows(db, CAROL)
    assert item == {
        "id": str(row.id),
        "at": "2026-01-01T00:00:00Z",
        "actor_kind": "person",
        "actor_id": str(CAROL.actor_id),
        "actor_name": "Carol",
        "action": "network.changed",
        "noun": "network",
        "noun_id": str(NETWORK),
        "network_id": str(NETWORK),
        "before": {"name": "old", "token": "(set)"},
        "after": {"name": "new", "token": "(changed)"},
        "trace_id": None,
        "position": None,
        "hash": None,
    }


async def test_the_verification(db: Database, http: AsyncClient) -> None:
    empty: dict[str, Any] = {"ok": True, "checked": 0, "sealed_up_to": 0, "head": None, "faults": []}
    assert (await http.get(f"{PATH}/verification")).json() == empty
    await sealed(db, "a", "b", caller=CAROL)
    await sealed(db, "c", caller=EVE)
    head, second = (await rows(db, CAROL))[-1].hash, (await rows(db, CAROL))[1]
    whole = {"ok": True, "checked": 2, "sealed_up_to": 2, "head": head, "faults": []}
    assert (await http.get(f"{PATH}/verification")).json() == whole
    await forge(db, update(audit).where(audit.c.id == second.id).values(action="nothing.much"))
    fault = {"position": 2, "id": str(second.id), "what": "altered"}
    assert (await http.get(f"{PATH}/verification")).json() == whole | {"ok": False, "faults": [fault]}
    assert (await http.get(f"{PATH}/verification", headers=bearer("eve"))).json()["ok"]


async def test_what_becomes_of_a_network(database_settings: DatabaseSettings, clock: ManualClock) -> None:
    app = application(*REGISTRY.routers, audit_routes("registry"))
    async with opened(database_settings, REGISTRY, clock) as db, calling(app, db) as http:
        made = await http.post("/registry/v1/networks", json={"name": "Support"})
        path = made.headers["location"]
        await http.patch(path, json={"name": "Help desk"})
        await http.patch(path, json={"name": "Help desk"})
        await http.post("/registry/v1/networks", json={"name": "help desk"})  # refused
        items = (await http.get("/registry/v1/audit", params={"order": "asc"})).json()["items"]
    assert [(it["action"], it["before"], it["after"]) for it in items] == [
        ("network.created", None, {"name": "Support", "description": ""}),
        ("network.changed", {"name": "Support"}, {"name": "Help desk"}),
    ]
    assert {it["network_id"] for it in items} == {it["noun_id"] for it in items} == {made.json()["id"]}
    assert items[0]["trace_id"] == made.headers["x-trace-id"]
