"""People and API keys: who may do what, what ends at once, and what is never shown."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.registry import EMAIL, PASSWORD, Registry, registry_with
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE

PEOPLE, KEYS, NETWORKS = "/registry/v1/people", "/registry/v1/api-keys", "/registry/v1/networks"


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def registry(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Registry]:
    async with registry_with(db, tmp_path, clock) as registry:
        yield registry


class TestPeople:
    async def test_a_person_is_made_listed_changed_and_removed(self, registry: Registry) -> None:
        bob = await registry.person("bob@example.com", "manager")
        assert bob["has_password"] and "password_hash" not in bob and bob["network_ids"] == []
        listed = (await registry.http.get(PEOPLE)).json()["items"]
        assert [it["email"] for it in listed] == [EMAIL, "bob@example.com"]
        one = await registry.http.get(f"{PEOPLE}/{bob['id']}")
        stale = await registry.http.patch(
            f"{PEOPLE}/{bob['id']}", json={"name": "x"}, headers={"If-Match": '"9"'}
        )
        assert one.headers["ETag"] == '"1"' and (stale.status_code, stale.json()["current"]) == (412, '"1"')
        changed = await registry.http.patch(
            f"{PEOPLE}/{bob['id']}", json={"name": "Bob"}, headers={"If-Match": '"1"'}
        )
        assert (changed.json()["name"], changed.headers["ETag"]) == ("Bob", '"2"')
        assert (await registry.http.delete(f"{PEOPLE}/{bob['id']}")).status_code == 204
        assert (await registry.http.get(f"{PEOPLE}/{bob['id']}")).status_code == 404

    @pytest.mark.parametrize("email", ["", "x", "a b@c", "@c", "a@", "a\n@b", "a@b@c"])
    async def test_an_address_that_is_none_is_refused(self, registry: Registry, email: str) -> None:
        answer = await registry.http.post(PEOPLE, json={"email": email, "name": "n", "role": "viewer"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/email")

    async def test_an_email_is_there_once_in_an_account(self, registry: Registry) -> None:
        answer = await registry.http.post(
            PEOPLE, json={"email": EMAIL.upper(), "name": "n", "role": "viewer"}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")

    async def test_nor_can_it_be_changed_to_anothers(self, registry: Registry) -> None:
        body = {"email": "bob@example.com", "name": "Bob", "role": "viewer"}
        bob = (await registry.http.post(PEOPLE, json=body)).json()
        answer = await registry.http.patch(f"{PEOPLE}/{bob['id']}", json={"email": EMAIL})
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")

    async def test_a_short_password_is_refused_and_not_repeated(self, registry: Registry) -> None:
        body = {"email": "b@c.d", "name": "n", "role": "viewer", "password": "s3cret"}
        answer = await registry.http.post(PEOPLE, json=body)
        assert answer.status_code == 422 and "s3cret" not in answer.text

    async def test_an_unknown_network_can_not_be_granted(self, registry: Registry) -> None:
        ids = [await registry.network(), str(uuid4())]
        body = {"email": "b@c.d", "name": "n", "role": "viewer", "network_ids": ids}
        answer = await registry.http.post(PEOPLE, json=body)
        assert answer.status_code == 422 and [it["pointer"] for it in answer.json()["errors"]] == [
            "/network_ids/1"
        ]

    async def test_only_granted_networks_are_there(self, registry: Registry) -> None:
        mine, other = await registry.network("Mine"), await registry.network("Other")
        await registry.person("bob@example.com", "manager", network_ids=[mine])
        bob = await registry.as_("bob@example.com")
        seen = (await registry.http.get(NETWORKS, headers=bob)).json()["items"]
        assert [it["id"] for it in seen] == [mine]
        assert (await registry.http.get(f"{NETWORKS}/{other}", headers=bob)).status_code == 404

    @pytest.mark.parametrize("role", ["manager", "viewer"])
    async def test_others_than_administrators_may_not(self, registry: Registry, role: str) -> None:
        bob = await registry.person("bob@example.com", role)
        headers = await registry.as_("bob@example.com")
        calls = [
            ("GET", PEOPLE),
            ("GET", KEYS),
            ("POST", KEYS),
            ("POST", PEOPLE),
            ("DELETE", f"{PEOPLE}/{bob['id']}"),
        ]
        for method, path in calls:
            body = (
                {"email": "x@y.z", "name": "n", "role": "viewer"}
                if path == PEOPLE
                else {"name": "n", "role": "viewer"}
            )
            json = body if method == "POST" else None
            answer = await registry.http.request(method, path, headers=headers, json=json)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)

    async def test_a_lost_role_ends_the_token_within_seconds(self, registry: Registry) -> None:
        bob = await registry.person("bob@example.com", "administrator")
        headers = await registry.as_("bob@example.com")
        assert (await registry.http.get(PEOPLE, headers=headers)).status_code == 200
        registry.clock.advance(milliseconds=1)
        await registry.http.patch(f"{PEOPLE}/{bob['id']}", json={"role": "viewer"})
        await registry.heard()
        assert (await registry.http.get(PEOPLE, headers=headers)).status_code == 401
        assert (
            await registry.http.get(PEOPLE, headers=await registry.as_("bob@example.com"))
        ).status_code == 403

    async def test_the_last_administrator_stays_one(self, registry: Registry) -> None:
        me = (await registry.http.get("/registry/v1/me")).json()["id"]
        demoted = await registry.http.patch(f"{PEOPLE}/{me}", json={"role": "viewer"})
        assert (demoted.status_code, demoted.json()["code"]) == (409, "in_use")
        assert (await registry.http.delete(f"{PEOPLE}/{me}")).status_code == 403
        bob = await registry.person("bob@example.com", "administrator")
        headers = await registry.as_("bob@example.com")
        assert (await registry.http.delete(f"{PEOPLE}/{me}", headers=headers)).status_code == 204
        assert (await registry.http.delete(f"{PEOPLE}/{bob['id']}", headers=headers)).status_code == 403


class TestApiKeys:
    async def make(self, registry: Registry, **more: object) -> dict[str, str]:
        answer = await registry.http.post(KEYS, json={"name": "Partner", "role": "viewer"} | more)
        assert answer.status_code == 201, answer.text
        found: dict[str, str] = answer.json()
        return found

    async def test_is_shown_once_and_works(self, registry: Registry) -> None:
        made = await self.make(registry)
        headers = {"Authorization": f"Bearer {made['key']}"}
        me = (await registry.http.get("/registry/v1/me", headers=headers)).json()
        assert (me["kind"], me["role"], me["id"]) == ("api_key", "viewer", made["id"])
        listed = await registry.http.get(KEYS)
        assert made["key"] not in listed.text and listed.json()["items"][0]["last4"] == made["key"][-4:]

    async def test_a_repeated_request_is_told_that_it_was_done(self, registry: Registry) -> None:
        body, headers = {"name": "Partner", "role": "viewer"}, {"Idempotency-Key": "k1"}
        first = await registry.http.post(KEYS, json=body, headers=headers)
        second = await registry.http.post(KEYS, json=body, headers=headers)
        assert (second.status_code, second.json()["code"]) == (409, "already_done")
        assert second.json()["id"] == first.json()["id"] and first.json()["key"] not in second.text
        assert len((await registry.http.get(KEYS)).json()["items"]) == 1

    async def test_revoked_it_ends_within_seconds(self, registry: Registry) -> None:
        made = await self.make(registry)
        headers = {"Authorization": f"Bearer {made['key']}"}
        assert (await registry.http.get(NETWORKS, headers=headers)).status_code == 200
        assert (await registry.http.delete(f"{KEYS}/{made['id']}")).status_code == 204
        await registry.heard()
        assert (await registry.http.get(NETWORKS, headers=headers)).status_code == 401
        assert (await registry.http.delete(f"{KEYS}/{made['id']}")).status_code == 404

    async def test_even_unheard_it_ends_after_a_minute(self, registry: Registry) -> None:
        made = await self.make(registry)
        headers = {"Authorization": f"Bearer {made['key']}"}
        assert (await registry.http.get(NETWORKS, headers=headers)).status_code == 200
        await registry.http.delete(f"{KEYS}/{made['id']}")
        registry.seconds += 61
        assert (await registry.http.get(NETWORKS, headers=headers)).status_code == 401

    async def test_expires(self, registry: Registry) -> None:
        until = registry.clock.now() + timedelta(minutes=5)
        made = await self.make(registry, expires_at=until.isoformat())
        registry.clock.advance(minutes=6)
        headers = {"Authorization": f"Bearer {made['key']}"}
        assert (await registry.http.get(NETWORKS, headers=headers)).status_code == 401
        past = await registry.http.post(
            KEYS,
            json={"name": "n", "role": "viewer", "expires_at": until.isoformat()},
            headers=await registry.as_(),
        )
        assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/expires_at")

    async def test_is_kept_as_a_hash_only(self, registry: Registry, tmp_path: Path) -> None:
        made = await self.make(registry)
        async with registry.db.read() as tx:
            for table in registry.db.tables.values():
                rows = (await tx.session.execute(table.select())).all()
                assert made["key"] not in repr(rows) and PASSWORD not in repr(rows), table.name
