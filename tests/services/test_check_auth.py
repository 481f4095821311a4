"""A5, A6: a credential and its scope to write are proven, each failure says what to do, and the secret is never seen again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from backing.canaries import CANARY
from common.served import problem_of
from conftest import ON_SQLITE
from connectors.opened import BOARDS, CLIENT, INSTANCE
from services.systems import BASIC, OAUTH, PAT, READ_ONLY, TOKEN, Desk, desk_with
from services.vaults import dump_of, shown_in
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_registry.store.tables import secret, tickets
from syncline_registry.store.ticket_store import purge
from syncline_sandbox.faults import Fault


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def desk(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with desk_with(db, tmp_path, clock) as it:
        yield it


def codes(checked: dict[str, Any]) -> list[str]:
    assert checked["ok"] is False and checked["ticket"] is None
    assert all(len(it["message"]) > 10 and len(it["fix"]) > 20 for it in checked["problems"])
    return [it["code"] for it in checked["problems"]]


class TestA6:
    @pytest.mark.parametrize(
        ("url", "auth", "identity"),
        [
            (BOARDS, TOKEN, None),
            (INSTANCE, BASIC, "sync.account"),
            (INSTANCE, OAUTH | {"client_secret": CLIENT["client_secret"]}, "sync.account"),
        ],
        ids=["pat", "basic", "oauth_password"],
    )
    async def test_a_good_one_gets_a_ticket(
        self, desk: Desk, url: str, auth: dict[str, str], identity: str | None
    ) -> None:
        checked = await desk.check(await desk.registry.network(), url, auth)
        assert (checked["ok"], checked["can_write"], checked["identity"]) == (True, True, identity)
        assert checked["ticket"].startswith("slt_") and checked["problems"] == []
        assert checked["expires_at"] == "2026-01-01T00:30:00Z"
        assert desk.town.boards.ledger.effects == [] == desk.town.instance.ledger.effects

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("url", "auth", "code"),
        [
            (BOARDS, TOKEN | {"token": f"wrong {CANARY}"}, "credential_rejected"),
            (INSTANCE, BASIC | {"password": f"wrong {CANARY}"}, "credential_rejected"),
            (
                INSTANCE,
                BASIC | {"username": "retired", "password": "sandbox-retired-password"},
                "credential_rejected",
            ),
            (BOARDS, TOKEN | {"token": READ_ONLY}, "scope_missing"),
            (BOARDS, TOKEN | {"token": "sandbox-pat-no-work-items"}, "scope_missing"),
            (BOARDS, TOKEN | {"token": "sandbox-pat-not-a-contributor"}, "scope_missing"),
            (
                INSTANCE,
                BASIC | {"username": "no.rights", "password": "sandbox-no-rights-password"},
                "scope_missing",
            ),
            ("https://nowhere.service-now.com", BASIC, "unreachable"),
        ],
        ids=[
            "pat",
            "password",
            "retired",
            "read-only",
            "no-work-items",
            "no-contributor",
            "no-role",
            "nowhere",
        ],
    )
    async def test_each_failure_is_told_apart(
        self, desk: Desk, url: str, auth: dict[str, str], code: str
    ) -> None:
        checked = await desk.check(await desk.registry.network(), url, auth)
        assert codes(checked) == [code]
        assert desk.town.boards.ledger.effects == [] == desk.town.instance.ledger.effects

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (Fault.ERROR_BEFORE, "unreachable"),
            (Fault.RATE_LIMITED, "rate_limited"),
            (Fault.REVOKED, "credential_rejected"),
            (Fault.INVALID_JSON, "not_such_system"),
            (Fault.REDIRECT_LOOP, "not_such_system"),
        ],
    )
    async def test_so_is_what_a_vendor_does_wrong(self, desk: Desk, fault: Fault, code: str) -> None:
        desk.town.boards.faults.order("*", fault, None)
        assert codes(await desk.check(await desk.registry.network(), BOARDS, TOKEN)) == [code]

    @ON_SQLITE
    async def test_so_is_a_name_that_leads_inside(self, desk: Desk) -> None:
        async def inside(host: str) -> list[str]:
            return ["10.0.0.7"]

        desk.town.outbound._resolver = inside
        network = await desk.registry.network()
        assert codes(await desk.check(network, "https://inside.service-now.com", BASIC)) == ["guard_blocked"]

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("auth", "pointer"),
        [
            ({"scheme": "pat"}, "/auth/token"),
            ({"token": PAT}, "/auth/scheme"),
            ({"scheme": "basic", "token": PAT}, "/auth/scheme"),
            (TOKEN | {"password": f"x {CANARY}"}, "/auth/password"),
        ],
    )
    async def test_a_form_that_is_not_filled_in(self, desk: Desk, auth: dict[str, str], pointer: str) -> None:
        body = {"network_id": await desk.registry.network(), "url": BOARDS, "auth": auth}
        problem = problem_of(await desk.post("check-auth", body), 422, "invalid")
        assert [it["pointer"] for it in problem["errors"]] == [pointer]
        assert desk.town.boards.ledger.requests == []

    @ON_SQLITE
    async def test_a_viewer_may_not(self, desk: Desk) -> None:
        network = await desk.registry.network()
        viewer = await desk.somebody("vic@example.com", "viewer", network)
        body = {"network_id": network, "url": BOARDS, "auth": TOKEN}
        problem_of(await desk.post("check-auth", body, headers=viewer), 403, "forbidden")
        assert desk.town.boards.ledger.requests == []

    @ON_SQLITE
    async def test_it_makes_no_scanner(self, desk: Desk) -> None:
        network = await desk.registry.network()
        body = {"network_id": network, "url": BOARDS, "auth": {"scheme": "pat"}}
        said = [(await desk.post("check-auth", body)).status_code for _ in range(35)]
        assert said == [422] * 30 + [429] * 5


class TestSecrets:
    async def test_it_is_neither_shown_nor_kept_in_the_open(
        self, desk: Desk, db: Database, tmp_path: Path
    ) -> None:
        network = await desk.registry.network()
        body = {"network_id": network, "url": BOARDS, "auth": TOKEN}
        for headers in ({}, {"Idempotency-Key": "one"}):
            answer = await desk.post("check-auth", body, headers=headers)
            assert PAT not in answer.text
        assert not shown_in(await dump_of(db, tmp_path), PAT.encode())

    async def test_when_a_ticket_is_over_its_secrets_go(
        self, desk: Desk, db: Database, clock: ManualClock
    ) -> None:
        network = await desk.registry.network()
        for seconds in (0, 60):
            clock.advance(seconds=seconds)
            assert (await desk.check(network, BOARDS, TOKEN))["ok"]
        for seconds, left in ((29 * 60 - 1, 2), (1, 1), (60, 0)):
            clock.advance(seconds=seconds)
            async with db.begin() as tx:
                await purge(tx)
                counted = [
                    await tx.session.scalar(select(func.count()).select_from(table).where(*wanted))
                    for table, wanted in ((tickets, []), (secret, [secret.c.owner == "ticket"]))
                ]
            assert counted == [left, left]
