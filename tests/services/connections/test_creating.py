"""Making a connection: A8, A9, and what is true before the 202."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from backing.canaries import CANARY
from common.served import bearer, problem_of
from services.connections.office import PATH, Office, opened_office
from services.connections.registry import GOOD
from services.connections.vendors import BOARDS, DESK, THIRD
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.ids import new_id


@pytest.fixture
async def office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    async with opened_office(db, clock) as found:
        yield found


class TestOneCall:
    async def test_a14_answers_202_with_the_connection_and_where_it_is(self, office: Office) -> None:
        answer = await office.create("  Bugs ", description="Both ways")
        made = answer.json()
        assert answer.status_code == 202 and answer.headers["location"] == f"{PATH}/{made['id']}"
        assert (made["name"], made["description"], made["state"]) == ("Bugs", "Both ways", "building")
        assert (made["a"]["url"], made["a"]["kind"], made["a"]["system_id"]) == (BOARDS, "azure_devops", None)
        assert (made["b"]["url"], made["b"]["kind"], made["template"]) == (DESK, "servicenow", "work_items")
        assert await office.get(made["id"]) == made

    async def test_a4_nothing_is_registered_before_the_build(self, office: Office) -> None:
        await office.created()
        assert office.registry.systems == [] and office.registry.calls["register"] == 0

    async def test_a_raw_secret_goes_to_the_registry_and_nowhere_else(self, office: Office) -> None:
        """The canary is looked for in the database and the log when the test is over."""
        secret = {"scheme": "pat", "token": f"a {CANARY} secret"}
        answer = await office.create(a={"url": BOARDS, "auth": secret}, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 202 and CANARY not in answer.text
        assert office.registry.calls["ticket"] == 2

    async def test_p17_the_same_key_gives_the_same_answer_and_asks_nobody_again(self, office: Office) -> None:
        first = await office.create(headers={"Idempotency-Key": "k"})
        calls = office.registry.calls.total()
        again = await office.create(headers={"Idempotency-Key": "k"})
        assert (again.status_code, again.json()) == (202, first.json())
        assert office.registry.calls.total() == calls
        problem_of(
            await office.create("Other", headers={"Idempotency-Key": "k"}), 409, "idempotency_mismatch"
        )

    async def test_a_known_system_needs_no_credentials(self, office: Office) -> None:
        known = await office.get(await office.built())
        a = {"system_id": known["a"]["system_id"]}
        made = (await office.create("Again", a=a, b={"url": DESK})).json()
        assert made["a"]["system_id"] == known["a"]["system_id"]
        assert made["b"]["system_id"] == known["b"]["system_id"]

    async def test_a_new_system_needs_them(self, office: Office) -> None:
        problem = problem_of(await office.create(b={"url": DESK}), 422, "invalid")
        assert problem["errors"][0]["pointer"] == "/b/ticket"

    @pytest.mark.parametrize(
        ("end", "pointer"),
        [
            ({}, "/b"),
            ({"url": DESK, "system_id": str(new_id())}, "/b"),
            ({"system_id": str(new_id()), "auth": GOOD}, "/b"),
            ({"url": DESK, "auth": GOOD, "ticket": "x"}, "/b"),
            ({"url": DESK, "auth": {"token": "no scheme"}}, "/b"),
            ({"url": "https://example.com", "auth": GOOD}, "/b/url"),
        ],
        ids=["nothing", "both", "id and auth", "two proofs", "no scheme", "no system"],
    )
    async def test_what_is_wrong_is_pointed_at(
        self, office: Office, end: dict[str, str], pointer: str
    ) -> None:
        problem = problem_of(await office.create(b=end), 422, "invalid")
        assert [it["pointer"] for it in problem["errors"]] == [pointer]

    async def test_somebody_elses_ticket_is_refused(self, office: Office) -> None:
        await office.created()
        office.people.add("eve", "administrator")
        b = {"url": DESK, "ticket": "ticket-2"}
        answer = await office.http.post(PATH, json=office.body("Mine", b=b), headers=bearer("eve"))
        problem_of(answer, 409, "ticket_expired")


class TestA8TheSameSystemTwice:
    async def test_is_refused_where_there_are_no_projects(self, office: Office) -> None:
        answer = await office.create(a={"url": DESK, "auth": GOOD}, b={"url": DESK.upper(), "auth": GOOD})
        problem = problem_of(answer, 422, "invalid")
        assert problem["errors"][0]["pointer"] == "/b" and "ServiceNow" in problem["errors"][0]["message"]

    async def test_two_projects_of_one_system_may_be_connected(self, office: Office) -> None:
        end = {"url": BOARDS, "auth": GOOD}
        made = await office.built(a=end, b=end)
        assert len(office.registry.systems) == 1
        assert (await office.get(made))["a"]["system_id"] == (await office.get(made))["b"]["system_id"]


class TestA9TheName:
    async def test_is_one_between_two_systems_whatever_their_order(self, office: Office) -> None:
        await office.created("Bugs  and Incidents")
        body = office.body(" BUGS and  incidents ")
        body["a"], body["b"] = body["b"], body["a"]
        problem = problem_of(await office.http.post(PATH, json=body), 409, "name_taken")
        assert problem["errors"][0]["pointer"] == "/name"

    async def test_may_be_there_again_between_others(self, office: Office) -> None:
        await office.created("Bugs")
        assert (await office.create("Bugs", b={"url": THIRD, "auth": GOOD})).status_code == 202
        assert (await office.create("Others")).status_code == 202

    async def test_failed_ones_hold_it_and_deleted_ones_do_not(self, office: Office) -> None:
        bad = {"url": DESK, "auth": {"scheme": "pat", "token": "wrong"}}
        made = await office.created("Bugs", b=bad)
        await office.build()
        assert (await office.get(made))["state"] == "build_failed"
        problem_of(await office.create("Bugs"), 409, "name_taken")
        await office.http.delete(f"{PATH}/{made}")
        await office.remover.delete_once()
        assert (await office.create("Bugs")).status_code == 202

    async def test_of_fifty_at_once_exactly_one_wins(self, office: Office) -> None:
        answers = await asyncio.gather(*(office.create("Bugs") for _ in range(50)))
        codes = sorted(it.status_code for it in answers)
        assert codes == [202] + [409] * 49
        table = office.db.tables["connection"]
        async with office.db.read() as tx:
            assert await tx.session.scalar(select(func.count()).select_from(table)) == 1

    async def test_is_told_before_anything_is_made(self, office: Office) -> None:
        made = await office.get(await office.built("Bugs"))
        known = {"a": {"system_id": made["b"]["system_id"]}, "b": {"url": BOARDS}}
        asked = {"network_id": str(office.network), **known}
        taken = await office.http.post("/connections/v1/name-check", json={**asked, "name": " bugs"})
        assert not taken.json()["available"] and "bugs" in taken.json()["message"]
        free = await office.http.post("/connections/v1/name-check", json={**asked, "name": "Others"})
        assert free.json() == {"available": True, "message": None}
        stranger = office.people.add("stranger", "manager", new_id())
        body = {**asked, "name": "Bugs"}
        answer = await office.http.post("/connections/v1/name-check", json=body, headers=stranger)
        problem_of(answer, 404, "not_found")

    async def test_can_be_changed_to_a_free_one(self, office: Office) -> None:
        first, second = await office.created("One"), await office.created("Two")
        taken = await office.http.patch(f"{PATH}/{second}", json={"name": " one"})
        problem_of(taken, 409, "name_taken")
        renamed = await office.http.patch(
            f"{PATH}/{second}", json={"name": "Three"}, headers={"If-Match": '"1"'}
        )
        assert (renamed.status_code, renamed.json()["name"], renamed.headers["etag"]) == (200, "Three", '"2"')
        stale = await office.http.patch(
            f"{PATH}/{second}", json={"name": "Four"}, headers={"If-Match": '"1"'}
        )
        assert problem_of(stale, 412, "stale")["current"] == '"2"'
        assert (await office.get(first))["name"] == "One"


class TestWhoMay:
    async def test_viewers_look_and_managers_change_what_was_granted(self, office: Office) -> None:
        made = await office.created()
        viewer = office.people.add("viewer", "viewer", office.network)
        manager = office.people.add("manager", "manager", office.network)
        assert (await office.http.get(f"{PATH}/{made}", headers=viewer)).status_code == 200
        for answer in (
            await office.http.post(PATH, json=office.body("New"), headers=viewer),
            await office.http.patch(f"{PATH}/{made}", json={"name": "New"}, headers=viewer),
            await office.http.delete(f"{PATH}/{made}", headers=viewer),
            await office.http.post(f"{PATH}/{made}/build/retry", headers=viewer),
        ):
            problem_of(answer, 403, "forbidden")
        assert (await office.create("New", headers=manager)).status_code == 202

    async def test_p18_what_was_not_granted_is_not_there(self, office: Office) -> None:
        made = await office.created()
        stranger = office.people.add("stranger", "manager", new_id())
        other = office.people.add("other", "administrator", account=new_id())
        for who in (stranger, other):
            for path in (made, f"{made}/build", f"{made}/build/stream"):
                problem_of(await office.http.get(f"{PATH}/{path}", headers=who), 404, "not_found")
            assert (await office.http.get(PATH, headers=who)).json()["items"] == []
        problem_of(await office.create("New", headers=stranger), 404, "not_found")


class TestLists:
    async def test_filters_combine_and_pages_are_whole(self, office: Office) -> None:
        made = [await office.created(f"c{number}") for number in range(5)]
        await office.http.delete(f"{PATH}/{made[2]}")
        pages, cursor = list[list[str]](), None
        while not pages or cursor:
            params = {"limit": "2", "state": "building"} | ({"cursor": cursor} if cursor else {})
            page = (await office.http.get(PATH, params=params)).json()
            pages.append([it["id"] for it in page["items"]])
            cursor = page["next_cursor"]
        assert pages == [[made[0], made[1]], [made[3], made[4]]]
        for other in ({"network_id": str(new_id())}, {"template": "people"}, {"state": "active"}):
            assert (await office.http.get(PATH, params=other)).json()["items"] == []
