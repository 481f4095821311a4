"""What a person chooses from in a system, by the credential of a network that they may enter; asked of the vendor once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from common.served import problem_of
from conftest import ON_SQLITE
from connectors.opened import BOARDS, INSTANCE
from services.systems import SYSTEMS, Desk, desk_with
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_sandbox.faults import Fault


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


async def items(desk: Desk, path: str, **params: Any) -> list[dict[str, Any]]:
    answer = await desk.registry.http.get(f"{SYSTEMS}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_of_boards(desk: Desk) -> None:
    it = (await desk.add(await desk.registry.network()))["id"]
    projects = await items(desk, f"{it}/projects")
    assert [one["name"] for one in projects] == ["Fabrikam Web", "Fabrikam Mobile"]
    streams = {one["name"]: one["projects"] for one in await items(desk, f"{it}/streams")}
    assert set(streams["Bug"]) == {"Fabrikam Web", "Fabrikam Mobile"}
    fields = await items(desk, f"{it}/streams/Bug/fields", project="Fabrikam Web")
    title = next(one for one in fields if one["name"] == "System.Title")
    assert (title["label"], title["type"], title["required_on_create"]) == ("Title", "text", True)
    state = next(one for one in fields if one["name"] == "System.State")
    assert "Active" in state["choices"]


async def test_of_an_instance(desk: Desk) -> None:
    it = (await desk.add(await desk.registry.network(), INSTANCE))["id"]
    assert await items(desk, f"{it}/projects") == []
    assert "incident" in {one["name"] for one in await items(desk, f"{it}/streams")}
    fields = {one["name"] for one in await items(desk, f"{it}/streams/incident/fields")}
    assert {"short_description", "state", "assigned_to"} <= fields
    [person] = await items(desk, f"{it}/people", q="sync.account")
    assert (person["login"], person["active"]) == ("sync.account", True)


async def test_the_vendor_is_asked_once_until_somebody_wants_it_fresh(desk: Desk, clock: ManualClock) -> None:
    it = (await desk.add(await desk.registry.network(), INSTANCE))["id"]
    seen = desk.town.instance.ledger.requests
    first = await items(desk, f"{it}/streams")
    asked = len(seen)
    assert await items(desk, f"{it}/streams") == first and len(seen) == asked
    assert await items(desk, f"{it}/streams", refresh=True) == first and len(seen) > asked
    asked = len(seen)
    clock.advance(hours=24)
    desk.registry.http.headers.update(await desk.registry.as_())
    assert await items(desk, f"{it}/streams") == first and len(seen) > asked


@ON_SQLITE
async def test_what_is_wrong_is_said_and_nothing_of_it_is_kept(desk: Desk) -> None:
    it = (await desk.add(await desk.registry.network()))["id"]
    path, http = f"{SYSTEMS}/{it}/projects", desk.registry.http
    nothing = await http.get(f"{SYSTEMS}/{it}/streams/Nothing/fields?project=Fabrikam%20Web")
    problem_of(nothing, 404, "not_found")
    for fault, status, code in (
        (Fault.REVOKED, 409, "credential_rejected"),
        (Fault.ERROR_BEFORE, 503, "unavailable"),
        (Fault.RATE_LIMITED, 429, "rate_limited"),
    ):
        desk.town.boards.faults.order("*", fault, None)
        problem_of(await http.get(path), status, code)
        desk.town.boards.faults.lift()
    problem_of(await http.get(path), 429, "rate_limited")  # as long as the vendor said


@ON_SQLITE
async def test_each_network_by_its_own_node(desk: Desk) -> None:
    mine, theirs = await desk.registry.network("Mine"), await desk.registry.network("Theirs")
    manager = await desk.somebody("max@example.com", "manager", mine)
    it = (await desk.add(theirs, BOARDS))["id"]
    http, path = desk.registry.http, f"{SYSTEMS}/{it}/projects"
    problem_of(await http.get(path, headers=manager), 404, "not_found")
    problem_of(await http.get(path, params={"network_id": mine}), 404, "not_found")
    assert (await http.get(path, params={"network_id": theirs})).status_code == 200
