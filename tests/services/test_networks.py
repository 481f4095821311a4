"""The registry's Networks over HTTP: who may do what, one name once, nobody's edit lost, lists whole."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from common.served import ACCOUNT, People, bearer, calling, problem_of
from conftest import ON_SQLITE
from syncline_common.db.tx import Database
from syncline_common.ids import new_id
from syncline_common.runtime.host import application_of
from syncline_common.runtime.service import Service
from syncline_registry.app import SERVICE
from syncline_registry.domain.network import name_key

NETWORKS = "/registry/v1/networks"


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
async def http(db: Database, people: People) -> AsyncIterator[AsyncClient]:
    async with calling(application_of(SERVICE), db, people) as http:
        yield http


async def create(http: AsyncClient, name: str, **more: str) -> Any:
    return await http.post(NETWORKS, json={"name": name, **more})


async def created(http: AsyncClient, *names: str) -> list[UUID]:
    return [UUID((await create(http, name)).json()["id"]) for name in names]


async def all_pages(http: AsyncClient, limit: int, **headers: str) -> list[list[str]]:
    pages, cursor = list[list[str]](), None
    while True:
        params: dict[str, Any] = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = (await http.get(NETWORKS, params=params, headers=headers)).json()
        pages.append([it["name"] for it in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return pages


class TestCreating:
    async def test_answers_with_what_was_made_and_where_it_is(self, http: AsyncClient, db: Database) -> None:
        answer = await create(http, "  Support \u2003", description=" Tickets ")
        made = answer.json()
        assert answer.status_code == 201 and answer.headers["etag"] == '"1"'
        assert made | {"id": "", "created_at": ""} == {
            "id": "",
            "name": "Support",
            "description": "Tickets",
            "created_at": "",
        }
        assert made["created_at"] == "2026-01-01T00:00:00Z" and UUID(made["id"]).version == 7
        found = await http.get(answer.headers["location"])
        assert (found.json(), found.headers["etag"]) == (made, '"1"')

    async def test_is_announced_in_the_same_transaction(self, http: AsyncClient, db: Database) -> None:
        made = (await create(http, "Support")).json()
        await create(http, "support")  # refused, and so not announced
        outbox = db.tables["outbox"]
        async with db.read() as tx:
            (row,) = (await tx.session.execute(select(outbox))).all()
        assert row.routing_key == "registry.network.created.v1" and row.account_id == ACCOUNT
        assert made["id"].encode() in row.body

    @pytest.mark.parametrize(
        "again", ["Sales team", "sales TEAM", "  Sales team  ", "Sales  \u00a0 team", "SALES TEAM"]
    )
    async def test_a_name_is_one_however_it_is_written(self, http: AsyncClient, again: str) -> None:
        assert (await create(http, "Sales team")).status_code == 201
        problem = problem_of(await create(http, again), 409, "name_taken")
        assert problem["title"].startswith("There is already a network named")

    async def test_of_twenty_at_once_exactly_one_gets_the_name(self, http: AsyncClient, db: Database) -> None:
        names = ["Straße", "STRASSE", "strasse", " Straße "] * 5
        answers = await asyncio.gather(*(create(http, name) for name in names))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert {it.json()["code"] for it in answers if it.status_code == 409} == {"name_taken"}
        async with db.read() as tx:
            assert len((await tx.session.execute(select(db.tables["outbox"].c.seq))).all()) == 1

    async def test_the_longest_names_fit(self, http: AsyncClient) -> None:
        for name in ("\u0390" * 120, "\ufb2c" * 120, "😀" * 120, "\ufb03" * 120):
            answer = await create(http, name, description="😀" * 2000)
            assert (answer.status_code, answer.json().get("name")) == (201, name), answer.text
        for facts in ({"name": "a" * 121}, {"name": "a", "description": "a" * 2001}):
            problem_of(await http.post(NETWORKS, json=facts), 422, "invalid")

    async def test_another_account_has_its_own_names(self, http: AsyncClient, people: People) -> None:
        eve = people.add("eve", "administrator", account=new_id())
        (mine,) = await created(http, "Support")
        assert (await http.post(NETWORKS, json={"name": "Support"}, headers=eve)).status_code == 201
        problem_of(await http.get(f"{NETWORKS}/{mine}", headers=eve), 404, "not_found")
        assert len((await http.get(NETWORKS, headers=eve)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Café", "cafe\u0301", True),  # one letter, or a letter and its accent
        ("\u0390", "\u1fd3", True),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ", True),
        ("a b", "a\t\u2003b", True),
        ("Cafe", "Café", False),
        ("a b", "ab", False),
    ],
)
def test_names_that_people_cannot_tell_apart(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


class TestAccess:
    async def test_only_granted_networks_are_there(self, http: AsyncClient, people: People) -> None:
        sales, support, it = await created(http, "Sales", "Support", "IT")
        for token, role in (("max", "manager"), ("vic", "viewer")):
            person = people.add(token, role, sales, it)  # type: ignore[arg-type]
            assert await all_pages(http, 10, **person) == [["Sales", "IT"]]
            assert (await http.get(f"{NETWORKS}/{it}", headers=person)).json()["name"] == "IT"
            foreign = await http.get(f"{NETWORKS}/{support}", headers=person)
            random = await http.get(f"{NETWORKS}/{new_id()}", headers=person)
            assert problem_of(foreign, 404, "not_found") | {"trace_id": ""} == random.json() | {
                "trace_id": ""
            }
        assert await all_pages(http, 10, **people.add("new", "viewer")) == [[]]

    @ON_SQLITE
    @pytest.mark.parametrize("role", ["manager", "viewer"])
    async def test_only_administrators_make_and_change_them(
        self, http: AsyncClient, people: People, role: Any
    ) -> None:
        sales, support = await created(http, "Sales", "Support")
        person = people.add("max", role, sales)
        problem_of(await http.post(NETWORKS, json={"name": "New"}, headers=person), 403, "forbidden")
        change: dict[str, Any] = {"json": {"name": "X"}, "headers": person}
        problem_of(await http.patch(f"{NETWORKS}/{sales}", **change), 403, "forbidden")
        problem_of(await http.patch(f"{NETWORKS}/{support}", **change), 404, "not_found")
        assert await all_pages(http, 10) == [["Sales", "Support"]]

    @ON_SQLITE
    async def test_nobody_gets_in_without_a_token(self, http: AsyncClient) -> None:
        path = f"{NETWORKS}/{new_id()}"
        for method, url in (("GET", NETWORKS), ("POST", NETWORKS), ("GET", path), ("PATCH", path)):
            answer = await http.request(method, url, json={}, headers=bearer("nobody"))
            problem_of(answer, 401, "unauthenticated")


class TestChanging:
    async def test_what_is_left_out_stays(self, http: AsyncClient) -> None:
        (it,) = await created(http, "Sales")
        answer = await http.patch(f"{NETWORKS}/{it}", json={"description": "All deals"})
        assert (answer.json()["name"], answer.json()["description"]) == ("Sales", "All deals")
        answer = await http.patch(f"{NETWORKS}/{it}", json={"name": " SALES "})
        assert (answer.json()["name"], answer.headers["etag"]) == ("SALES", '"3"')
        answer = await http.patch(f"{NETWORKS}/{it}", json={"name": "SALES", "description": None})
        assert (answer.json()["description"], answer.headers["etag"]) == ("All deals", '"3"')

    async def test_whoever_saw_an_older_version_is_told_the_current_one(self, http: AsyncClient) -> None:
        (it,) = await created(http, "Sales")
        for if_match, status in (('"1"', 200), ('"1"', 412), ('W/"2"', 200), ("*", 200), ("nonsense", 412)):
            change = {"description": f"with {if_match} {status}"}
            answer = await http.patch(f"{NETWORKS}/{it}", json=change, headers={"If-Match": if_match})
            assert answer.status_code == status, if_match
        assert problem_of(answer, 412, "stale")["current"] == '"4"'
        assert (await http.get(f"{NETWORKS}/{it}")).json()["description"] == "with * 200"

    async def test_of_ten_editors_of_one_version_one_is_first(self, http: AsyncClient) -> None:
        (it,) = await created(http, "Sales")
        answers = await asyncio.gather(
            *(
                http.patch(f"{NETWORKS}/{it}", json={"name": f"Sales {number}"}, headers={"If-Match": '"1"'})
                for number in range(10)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
        assert {it.json()["current"] for it in answers if it.status_code == 412} == {'"2"'}

    async def test_a_name_that_is_taken_is_refused(self, http: AsyncClient) -> None:
        sales, _ = await created(http, "Sales", "Support")
        problem_of(await http.patch(f"{NETWORKS}/{sales}", json={"name": "SUPPORT"}), 409, "name_taken")
        assert (await http.get(f"{NETWORKS}/{sales}")).json()["name"] == "Sales"


class TestLists:
    async def test_pages_hold_all_in_order(self, http: AsyncClient) -> None:
        await created(http, *"abcdefg")
        assert await all_pages(http, 3) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
        assert await all_pages(http, 7) == [["a", "b", "c", "d", "e", "f", "g"]]
        assert (await http.get(NETWORKS)).json()["next_cursor"] is None

    async def test_what_is_made_meanwhile_comes_at_the_end_and_moves_nothing(self, http: AsyncClient) -> None:
        await created(http, *"abcd")
        page = (await http.get(NETWORKS, params={"limit": 2})).json()
        await asyncio.gather(*(create(http, f"new {number}") for number in range(5)))
        rest = (await http.get(NETWORKS, params={"limit": 100, "cursor": page["next_cursor"]})).json()
        assert [it["name"] for it in page["items"] + rest["items"]][:4] == ["a", "b", "c", "d"]
        assert sorted(it["name"] for it in rest["items"][2:]) == [f"new {number}" for number in range(5)]

    @ON_SQLITE
    async def test_what_makes_no_sense_is_refused(self, http: AsyncClient) -> None:
        for query, pointer in (
            ("limit=0", "/limit"),
            ("limit=501", "/limit"),
            ("limit=-1", "/limit"),
            ("limit=many", "/limit"),
            ("cursor=nonsense", "/cursor"),
            ("cursor=%00", "/cursor"),
        ):
            problem = problem_of(await http.get(f"{NETWORKS}?{query}"), 422, "invalid")
            assert [it["pointer"] for it in problem["errors"]] == [pointer]
        for limit in (1, 500):
            assert (await http.get(f"{NETWORKS}?limit={limit}")).status_code == 200
