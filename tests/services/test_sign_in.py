"""Signing in, staying signed in, signing out; and what slows strangers without locking the owner out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.registry import EMAIL, PASSWORD, Registry, registry_with
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_registry.credentials.passwords import ALWAYS, Passwords
from syncline_registry.domain.failures import FREE_TRIES, TRIES_PER_ADDRESS

OWNER, STRANGER = "198.51.100.1", "203.0.113.66"


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def registry(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Registry]:
    async with registry_with(db, tmp_path, clock) as registry:
        yield registry


class TestPassword:
    async def test_brings_tokens_for_ten_minutes(self, registry: Registry) -> None:
        tokens = await registry.tokens()
        assert set(tokens) == {"access_token", "refresh_token", "expires_in", "token_type"}
        assert (tokens["expires_in"], tokens["token_type"]) == (600, "Bearer")
        me = await registry.http.get("/registry/v1/me")
        assert (me.json()["email"], me.json()["role"], me.json()["kind"]) == (
            EMAIL,
            "administrator",
            "person",
        )
        registry.clock.advance(minutes=10)
        assert (await registry.http.get("/registry/v1/me")).status_code == 401

    async def test_the_case_of_the_email_does_not_matter(self, registry: Registry) -> None:
        assert (await registry.sign_in(" Ada@Example.COM ")).status_code == 200

    @pytest.mark.parametrize(
        ("email", "password"),
        [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD), ("nobody@example.com", ""), (EMAIL, "")],
    )
    async def test_whatever_is_wrong_the_answer_is_the_same(
        self, registry: Registry, email: str, password: str
    ) -> None:
        answer = await registry.sign_in(email, password)
        said = {k: v for k, v in answer.json().items() if k != "trace_id"}
        assert answer.status_code == 401 and said == {
            "type": "about:blank",
            "title": "E-mail or password is not right",
            "status": 401,
            "detail": "",
            "code": "unauthenticated",
            "errors": [],
        }

    async def test_as_many_hashes_are_compared_for_unknown_people(self) -> None:
        """Time would tell who is known; so the work is the same."""
        compared: list[str] = []

        class Counting(Passwords):
            def _is(self, hash: str, password: str) -> bool:
                compared.append(hash)
                return super()._is(hash, password)

        passwords = Counting(time_cost=1, memory_kib=8)
        for people in ([], [Someone(await passwords.hash("x"))]):
            compared.clear()
            await passwords.first_match(people, "y")
            assert len(compared) == ALWAYS

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": EMAIL},
            {"password": PASSWORD},
            {"email": EMAIL, "password": PASSWORD, "refresh_token": "x"},
            {"email": EMAIL, "refresh_token": "x"},
            {"email": EMAIL, "password": "s3cret" * 50},
            {"email": EMAIL, "password": PASSWORD, "pasword": "s3cret"},
        ],
    )
    async def test_half_a_request_is_refused_and_never_repeated(
        self, registry: Registry, body: dict[str, str]
    ) -> None:
        answer = await registry.http.post("/registry/v1/tokens", json=body)
        assert answer.status_code == 422 and answer.json()["code"] == "invalid"
        assert "s3cret" not in answer.text and PASSWORD not in answer.text


class Someone:
    def __init__(self, password_hash: str | None) -> None:
        self.password_hash = password_hash


class TestFailures:
    async def test_the_address_that_fails_waits_longer_and_longer(self, registry: Registry) -> None:
        waits = []
        for _ in range(FREE_TRIES + 6):
            answer = await registry.sign_in(EMAIL, "wrong", STRANGER)
            if answer.status_code == 429:
                waits.append(int(answer.headers["Retry-After"]))
                registry.clock.advance(seconds=waits[-1])
        assert waits == sorted(waits) and len(set(waits)) > 2 and waits[0] >= 1

    async def test_the_owner_comes_in_from_elsewhere_meanwhile_only_slower(self, registry: Registry) -> None:
        for place in range(30):
            await registry.sign_in(EMAIL, "wrong", f"203.0.113.{place}")
        registry.naps.clear()
        assert (await registry.sign_in(EMAIL, PASSWORD, OWNER)).status_code == 200
        assert registry.naps and 0 < registry.naps[-1] <= 1.5

    async def test_an_address_that_tries_many_people_waits_for_all(self, registry: Registry) -> None:
        for number in range(TRIES_PER_ADDRESS):
            await registry.sign_in(f"p{number}@example.com", "wrong", STRANGER)
        assert (await registry.sign_in("another@example.com", "wrong", STRANGER)).status_code == 429
        assert (await registry.sign_in(EMAIL, PASSWORD, OWNER)).status_code == 200

    async def test_many_tries_at_once_gain_nothing(self, registry: Registry) -> None:
        answers = await asyncio.gather(*(registry.sign_in(EMAIL, "wrong", STRANGER) for _ in range(20)))
        assert [it.status_code for it in answers].count(429) == 20 - FREE_TRIES

    async def test_success_forgets_them(self, registry: Registry) -> None:
        for _ in range(FREE_TRIES - 1):
            await registry.sign_in(EMAIL, "wrong", OWNER)
        assert (await registry.sign_in(EMAIL, PASSWORD, OWNER)).status_code == 200
        for _ in range(FREE_TRIES - 1):
            assert (await registry.sign_in(EMAIL, "wrong", OWNER)).status_code == 401


class TestRefreshing:
    async def refresh(self, registry: Registry, token: str) -> tuple[int, dict[str, str]]:
        answer = await registry.http.post("/registry/v1/tokens", json={"refresh_token": token})
        return answer.status_code, answer.json()

    async def test_brings_new_tokens_of_which_each_refreshes_once(self, registry: Registry) -> None:
        first = (await registry.tokens())["refresh_token"]
        status, second = await self.refresh(registry, first)
        assert status == 200 and second["refresh_token"] != first
        assert (await self.refresh(registry, second["refresh_token"]))[0] == 200

    async def test_used_twice_the_whole_session_ends(self, registry: Registry) -> None:
        first = (await registry.tokens())["refresh_token"]
        _, second = await self.refresh(registry, first)
        assert (await self.refresh(registry, first))[0] == 401
        assert (await self.refresh(registry, second["refresh_token"]))[0] == 401
        await registry.heard()
        me = await registry.http.get(
            "/registry/v1/me", headers={"Authorization": f"Bearer {second['access_token']}"}
        )
        assert me.status_code == 401
        assert (
            await registry.http.get("/registry/v1/me")
        ).status_code == 200  # another session of the person

    async def test_of_two_at_once_one_is_the_first(self, registry: Registry) -> None:
        first = (await registry.tokens())["refresh_token"]
        answers = await asyncio.gather(*(self.refresh(registry, first) for _ in range(5)))
        assert sorted(status for status, _ in answers) == [200, 401, 401, 401, 401]

    async def test_ends_after_thirty_days_without_use(self, registry: Registry) -> None:
        token = (await registry.tokens())["refresh_token"]
        registry.clock.advance(days=29)
        _, second = await self.refresh(registry, token)
        registry.clock.advance(days=31)
        assert (await self.refresh(registry, second["refresh_token"]))[0] == 401

    async def test_signing_out_ends_it_and_says_nothing_of_unknown_ones(self, registry: Registry) -> None:
        token = (await registry.tokens())["refresh_token"]
        for it in (token, token, "slr_unknown"):
            answer = await registry.http.post("/registry/v1/tokens/revoke", json={"refresh_token": it})
            assert (answer.status_code, answer.content) == (204, b"")
        assert (await self.refresh(registry, token))[0] == 401

    async def test_a_new_password_ends_every_session(self, registry: Registry) -> None:
        person = await registry.person("bob@example.com")
        tokens = await registry.tokens("bob@example.com")
        change = {"password": "another long password"}
        answer = await registry.http.patch(f"/registry/v1/people/{person['id']}", json=change)
        assert answer.status_code == 200 and "password" not in answer.text.replace("has_password", "")
        await registry.heard()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert (await registry.http.get("/registry/v1/me", headers=headers)).status_code == 401
        assert (await self.refresh(registry, tokens["refresh_token"]))[0] == 401
        assert (await registry.sign_in("bob@example.com", "another long password")).status_code == 200
