"""An Idempotency-Key: the same request has one effect and one answer, however often it comes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient

from common.served import ACCOUNT, People, application, bearer, calling, problem_of
from common.things import THINGS, effects, router
from conftest import ON_SQLITE
from syncline_common.clock import ManualClock
from syncline_common.db.retention import COMMON, forget_once
from syncline_common.db.tx import Database
from syncline_common.ids import new_id

KEPT = ("content-type", "location", "etag")


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
async def http(db: Database, people: People) -> AsyncIterator[AsyncClient]:
    async with calling(application(router), db, people) as http:
        yield http


async def create(http: AsyncClient, name: str, key: str | None, **headers: str) -> Any:
    keyed = {"Idempotency-Key": key} if key is not None else {}
    return await http.post(THINGS, json={"name": name}, headers=keyed | headers)


def seen(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, {name: answer.headers[name] for name in KEPT}


async def test_the_same_again_gets_the_same_answer_and_no_second_effect(
    http: AsyncClient, db: Database
) -> None:
    first, again = await create(http, "a", "k1"), await create(http, "a", "k1")
    assert first.status_code == 201 and first.headers["etag"] == '"1"'
    assert first.headers["location"] == f"{THINGS}/{first.json()['id']}"
    assert seen(first) == seen(again)
    assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
    assert "x-other" in first.headers and "x-other" not in again.headers
    assert await effects(db) == 1


async def test_without_a_key_each_is_another(http: AsyncClient, db: Database) -> None:
    first, second = await create(http, "a", None), await create(http, "a", None)
    assert first.json()["id"] != second.json()["id"] and await effects(db) == 2


async def test_many_at_once_have_one_effect_and_one_answer(http: AsyncClient, db: Database) -> None:
    answers = await asyncio.gather(*(create(http, "a", "k1") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1 and await effects(db) == 1
    assert sum("idempotent-replay" not in answer.headers for answer in answers) == 1


async def test_of_many_different_at_once_one_wins_and_the_others_are_told(
    http: AsyncClient, db: Database
) -> None:
    answers = await asyncio.gather(*(create(http, f"n{number}", "k1") for number in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert await effects(db) == 1


async def test_for_another_request_the_key_is_refused(http: AsyncClient, db: Database) -> None:
    first = await create(http, "a", "k1")
    other_path = f"{THINGS}/{first.json()['id']}"
    for answer in (
        await create(http, "b", "k1"),
        await http.put(other_path, json={"name": "a"}, headers={"Idempotency-Key": "k1"}),
        await http.post(f"{THINGS}/keys", json={"name": "a"}, headers={"Idempotency-Key": "k1"}),
    ):
        problem_of(answer, 409, "idempotency_mismatch")
    assert seen(await create(http, "a", "k1")) == seen(first) and await effects(db) == 1


@pytest.mark.parametrize("first", ["refused", ""], ids=["by the route", "by the validation"])
async def test_an_attempt_that_failed_leaves_the_key_free(
    http: AsyncClient, db: Database, first: str
) -> None:
    failed = await create(http, first, "k1")
    assert failed.status_code in (409, 422) and await effects(db) == 0
    assert (await create(http, "a", "k1")).status_code == 201
    assert await effects(db) == 1


@ON_SQLITE
async def test_an_answer_with_a_secret_is_not_kept(http: AsyncClient, db: Database) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await http.post(f"{THINGS}/keys", headers=headers)
    assert first.status_code == 201 and first.json()["key"] == "s3cret-key-of-the-answer"
    for _ in range(2):
        problem = problem_of(await http.post(f"{THINGS}/keys", headers=headers), 409, "already_done")
        assert problem["id"] == first.json()["id"] and "s3cret" not in str(problem)
    async with db.read() as tx:
        kept = (await tx.session.execute(db.tables["idempotency"].select())).all()
    assert len(kept) == 1 and "s3cret" not in str(kept) and await effects(db) == 1


async def test_keys_of_others_do_not_collide(http: AsyncClient, db: Database, people: People) -> None:
    people.add("bob", "manager")
    people.add("eve", "administrator", account=new_id())
    answers = [await create(http, "a", "k1", **bearer(token)) for token in ("ada", "bob", "eve")]
    assert len({answer.json()["id"] for answer in answers}) == await effects(db) == 3
    problem_of(await create(http, "b", "k1", **bearer("bob")), 409, "idempotency_mismatch")


@ON_SQLITE
class TestKeys:
    async def test_what_was_sent_is_not_kept(self, http: AsyncClient, db: Database) -> None:
        await http.post(
            THINGS, json={"name": "a", "password": "s3cret-words"}, headers={"Idempotency-Key": "k1"}
        )
        async with db.read() as tx:
            (kept,) = (await tx.session.execute(db.tables["idempotency"].select())).all()
        assert "s3cret" not in str(kept) and kept.account_id == ACCOUNT and len(kept.fingerprint) == 64

    @pytest.mark.parametrize("key", ["", " ", "two words", "k" * 201, "\xfc"])
    async def test_what_is_no_key_is_refused(self, http: AsyncClient, db: Database, key: str) -> None:
        headers = [("Idempotency-Key", key.encode("latin-1"))]
        answer = await http.post(THINGS, json={"name": "a"}, headers=headers)  # type: ignore[arg-type]
        problem = problem_of(answer, 422, "invalid")
        assert problem["errors"][0]["pointer"].lower() == "/idempotency-key" and await effects(db) == 0

    async def test_after_a_day_it_is_new(self, http: AsyncClient, db: Database, clock: ManualClock) -> None:
        first = await create(http, "a", "k1")
        clock.advance(hours=25)
        await forget_once(db, COMMON)
        assert (await create(http, "a", "k1")).json()["id"] != first.json()["id"]

    async def test_nobody_unknown_learns_what_was_answered(self, http: AsyncClient) -> None:
        await create(http, "a", "k1")
        problem_of(await create(http, "a", "k1", **bearer("nobody")), 401, "unauthenticated")
