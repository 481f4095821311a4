"""The build: A11 to A13. Every step once, in order; resumed by another; retried from where it failed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from common.served import bearer, problem_of
from services.connections.office import PATH, Office, opened_office
from services.connections.registry import GOOD, FakeRegistry
from services.connections.vendors import BOARDS, DESK, THIRD
from syncline_common.clock import ManualClock
from syncline_common.db.tx import Database
from syncline_common.errors import CredentialRejected, Unavailable
from syncline_common.ids import new_id
from syncline_connections.actions import builds
from syncline_connections.domain.build import STEPS
from syncline_connections.registry import Registry
from syncline_connections.store.build_store import claim_build
from syncline_connections.work.building import Builder

KEYS = [it.key for it in STEPS]
WRONG = {"url": DESK, "auth": {"scheme": "pat", "token": "wrong"}}


@pytest.fixture
async def office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    async with opened_office(db, clock) as found:
        yield found


class Dies(Exception):
    """As SIGKILL does: nothing is written down."""


class TestA11TheSteps:
    async def test_are_done_in_order_each_with_a_live_status(self, office: Office) -> None:
        made = await office.created()
        before = await office.get(made, "/build")
        assert [it["key"] for it in before["steps"]] == KEYS
        assert {it["status"] for it in before["steps"]} == {"pending"} and before["status"] == "running"
        groups = ["system_registration"] * 4 + ["connection_establishment"] * 2
        assert [it["group"] for it in before["steps"]] == groups
        for number, key in enumerate(KEYS):
            assert await office.builder.run_once() == 1
            done = await office.steps(made)
            assert [done[it] for it in KEYS] == ["done"] * (number + 1) + ["pending"] * (5 - number), key
        assert await office.builder.run_once() == 0
        after = await office.get(made, "/build")
        assert (after["status"], after["seconds_left"]) == ("done", 0)
        assert all(it["started_at"] and it["finished_at"] and it["label"] for it in after["steps"])

    async def test_do_real_work(self, office: Office) -> None:
        made = await office.built()
        calls = office.registry.calls
        assert (calls["check"], calls["register"], calls["configure"]) == (2, 2, 2)
        connection, (first, second) = await office.get(made), office.registry.systems
        assert connection["a"]["system_id"] == str(first.id) and connection["b"]["system_id"] == str(
            second.id
        )
        draft = await office.get(made, "/draft")
        assert [it["a"]["stream"] for it in draft["configuration"]["flows"]] == ["Bug"]

    async def test_registering_is_shown_as_skipped_when_both_are_known(self, office: Office) -> None:
        await office.built("First")
        made = await office.built("Second", a={"url": BOARDS}, b={"url": DESK})
        assert (await office.steps(made))["register_nodes"] == "skipped"
        assert len(office.registry.systems) == 2

    async def test_a4_a_system_of_another_network_joins_during_the_build(self, office: Office) -> None:
        known = await office.get(await office.built("First"))
        other = new_id()
        a = {"system_id": known["a"]["system_id"]}
        made = await office.created("Second", network_id=str(other), a=a, b={"url": THIRD, "auth": GOOD})
        assert (await office.get(made))["a"]["system_id"] is None
        await office.build()
        assert (await office.get(made))["a"]["system_id"] == known["a"]["system_id"]
        assert len(office.registry.systems) == 3 and other in office.registry.systems[0].nodes

    async def test_the_time_left_is_learnt_from_earlier_builds(self, office: Office) -> None:
        first = await office.created("First")
        guessed = (await office.get(first, "/build"))["seconds_left"]
        registry, clock = office.registry, office.clock

        class Slow(FakeRegistry):
            async def configure(self, account_id: Any, node_id: Any) -> Any:
                clock.advance(seconds=100)
                return await registry.configure(account_id, node_id)

        slow = Slow(office.db, systems=registry.systems, tickets=registry.tickets)
        while await Builder(office.db, slow, "slow", 1000).run_once():
            pass
        second = await office.created("Second")
        learnt = (await office.get(second, "/build"))["seconds_left"]
        assert guessed == sum(it.seconds for it in STEPS) and learnt == 200
        for _ in range(3):
            await office.builder.run_once()
        async with office.db.begin() as tx:
            claimed = await claim_build(tx, "watched", 10)
        assert claimed is not None
        async with office.db.begin() as tx:
            await builds.begin_step(tx, *claimed)
        office.clock.advance(seconds=150)
        assert (await office.get(second, "/build"))["seconds_left"] == 50

    async def test_the_events_say_created_and_ready(self, office: Office) -> None:
        await office.built()
        said = ["connections.connection.created.v1", "connections.connection.ready.v1"]
        assert await office.announced() == said


class TestA12TheProgress:
    async def test_can_be_followed_from_any_line_on(self, office: Office) -> None:
        made = await office.created()
        await office.build()
        async with office.db.read() as tx:
            progress = office.db.tables["build_progress"]
            rows = (await tx.session.execute(select(progress).order_by(progress.c.position))).all()
        assert [it.position for it in rows] == list(range(1, 14))  # made; and each of six begun and ended
        statuses = [[it["status"] for it in row.body["steps"]] for row in rows]
        assert statuses[1][0] == "running" and statuses[2][:2] == ["done", "pending"]
        assert rows[-1].body == await office.get(made, "/build")

    async def test_goes_on_while_nobody_looks_and_the_list_shows_it(self, office: Office) -> None:
        made = await office.created()
        listed = (await office.http.get(PATH)).json()["items"]
        assert [(it["id"], it["state"]) for it in listed] == [(made, "building")]
        await office.build()
        listed = (await office.http.get(PATH)).json()["items"]
        assert [(it["id"], it["state"]) for it in listed] == [(made, "ready_to_configure")]


class TestA13Failures:
    async def test_name_the_step_and_the_reason(self, office: Office) -> None:
        made = await office.created(b=WRONG)
        await office.build()
        build = await office.get(made, "/build")
        failed = build["steps"][0]
        assert (build["status"], failed["key"], failed["status"]) == (
            "failed",
            "validate_credentials",
            "failed",
        )
        assert failed["message"] == "contoso: The secret was not accepted. Paste it again"
        assert (await office.get(made))["state"] == "build_failed"
        assert await office.announced() == ["connections.connection.failed.v1"]

    @pytest.mark.parametrize("step", ["check", "end", "register", "configure", "streams"])
    async def test_retry_goes_on_from_the_failed_step(self, office: Office, step: str) -> None:
        made = await office.created()
        office.registry.failing[step] = CredentialRejected("The credential is no longer accepted")
        await office.build()
        done = [it for it in KEYS if (await office.steps(made))[it] == "done"]
        assert (await office.get(made))["state"] == "build_failed"
        office.registry.failing.clear()
        before = office.registry.calls["check"]
        retried = await office.do(made, "build/retry")
        assert (retried.status_code, retried.json()["state"]) == (202, "building")
        assert [it for it in KEYS if (await office.steps(made))[it] == "done"] == done
        await office.build()
        assert (await office.get(made))["state"] == "ready_to_configure"
        assert office.registry.calls["check"] == before + (0 if "validate_credentials" in done else 2)
        assert len(office.registry.systems) == 2

    async def test_retry_takes_fresh_credentials(self, office: Office) -> None:
        made = await office.created(b=WRONG)
        await office.build()
        await office.do(made, "build/retry", b={"auth": GOOD})
        await office.build()
        assert (await office.get(made))["state"] == "ready_to_configure"

    async def test_fresh_credentials_for_a_registered_system_become_its_nodes(self, office: Office) -> None:
        made = await office.created()
        office.registry.failing["configure"] = CredentialRejected("The credential is no longer accepted")
        await office.build()
        office.registry.failing.clear()
        wrong = await office.do(made, "build/retry", a={"auth": {"scheme": "pat", "token": "wrong"}})
        problem = problem_of(wrong, 422, "credential_rejected")
        assert [it["pointer"] for it in problem["errors"]] == ["/a/auth"]
        assert (await office.do(made, "build/retry", a={"auth": GOOD})).status_code == 202
        await office.build()
        assert (await office.get(made))["state"] == "ready_to_configure"
        assert office.registry.calls["renew"] == 2 and len(office.registry.systems) == 2

    async def test_who_does_not_answer_is_asked_again_before_it_is_a_failure(self, office: Office) -> None:
        made = await office.created()
        office.registry.failing["check"] = Unavailable("contoso does not answer")
        tries = 0
        for _ in range(20):
            tries += await office.build()
            assert await office.builder.run_once() == 0  # it rests before it tries again
            office.clock.advance(seconds=100)
        build = await office.get(made, "/build")
        assert (build["status"], build["steps"][0]["message"]) == ("failed", "contoso does not answer")
        assert tries == builds.MOST_TRIES

    async def test_a_passing_trouble_leaves_no_trace(self, office: Office) -> None:
        made = await office.created()
        office.registry.failing["configure"] = Unavailable("contoso does not answer")
        await office.build()
        waiting = (await office.get(made, "/build"))["steps"][3]
        assert (waiting["status"], waiting["message"]) == ("running", "contoso does not answer. Trying again")
        office.registry.failing.clear()
        office.clock.advance(seconds=60)
        await office.build()
        assert (await office.get(made))["state"] == "ready_to_configure"

    async def test_only_what_failed_is_retried(self, office: Office) -> None:
        made = await office.created()
        problem = problem_of(await office.do(made, "build/retry"), 409, "illegal_move")
        assert problem["allowed"] == ["ready_to_configure", "build_failed", "deleting"]
        await office.build()
        problem = problem_of(await office.do(made, "build/retry"), 409, "illegal_move")
        assert problem["allowed"] == ["configured", "deleting"]


class TestKilled:
    @pytest.mark.parametrize("nth", [1, 2])
    @pytest.mark.parametrize("moment", ["before", "after"])
    async def test_a_killed_process_resumes_and_makes_nothing_twice(
        self, office: Office, moment: str, nth: int
    ) -> None:
        """In every step, around what it asks for first or second; another goes on once the lease is over."""
        made = await office.created()
        died = list[str]()
        mortal, turns = True, 0
        while (turns := turns + 1) < 40:
            registry = dying(office.registry, moment, nth, died) if mortal else office.registry
            try:
                if not await Builder(office.db, registry, f"process {turns}", 10).run_once():
                    break
                mortal = True
            except Dies:
                assert await office.builder.run_once() == 0  # it is still held
                office.clock.advance(seconds=11)
                mortal = False
        assert len(died) >= 5 and (await office.get(made))["state"] == "ready_to_configure"
        assert len(office.registry.systems) == 2
        assert [len(it.nodes) for it in office.registry.systems] == [1, 1]
        assert (await office.announced()).count("connections.connection.ready.v1") == 1

    async def test_who_was_frozen_beyond_its_lease_changes_nothing(self, office: Office) -> None:
        made = await office.created()
        async with office.db.begin() as tx:
            claimed = await claim_build(tx, "frozen", 10)
        assert claimed is not None
        async with office.db.begin() as tx:
            await builds.begin_step(tx, *claimed)
        office.clock.advance(seconds=11)
        await office.builder.run_once()
        before = await office.get(made, "/build")
        async with office.db.begin() as tx:
            await builds.finish_step(tx, *claimed, builds.Done("late"))
        async with office.db.begin() as tx:
            await builds.fail_step(tx, *claimed, "late", "late")
        assert await office.get(made, "/build") == before

    async def test_many_builders_do_every_step_once(self, office: Office) -> None:
        made = [await office.created(f"c{number}") for number in range(6)]
        others = [Builder(office.db, office.registry, f"builder {number}", 10) for number in range(4)]

        async def work(builder: Builder) -> None:
            while await builder.run_once():
                pass

        await asyncio.gather(*(work(it) for it in others))
        await office.build()
        assert {(await office.get(it))["state"] for it in made} == {"ready_to_configure"}
        assert office.registry.calls["configure"] == 12 and len(office.registry.systems) == 2

    async def test_a_step_that_is_begun_again_and_again_fails_in_the_end(self, office: Office) -> None:
        made = await office.created()
        table = office.db.tables["build"]
        async with office.db.begin() as tx:
            await tx.session.execute(update(table).values(tries=builds.MOST_BEGINNINGS))
        await office.build()
        assert (await office.get(made))["state"] == "build_failed"


class TestDeletedMeanwhile:
    async def test_a_build_stops_and_tells_nobody_that_it_is_ready(self, office: Office) -> None:
        made = await office.created()
        await office.builder.run_once()
        assert (await office.http.delete(f"{PATH}/{made}")).json()["state"] == "deleting"
        await office.build()
        assert await office.remover.delete_once() == 1
        problem_of(await office.http.get(f"{PATH}/{made}", headers=bearer("ada")), 404, "not_found")
        assert await office.announced() == ["connections.connection.deleted.v1"]


class Mortal:
    """The same registry, to a process that dies when it asks it for the n-th time."""

    def __init__(self, registry: FakeRegistry, moment: str, nth: int, died: list[str]) -> None:
        self._registry, self._moment, self._left, self._died = registry, moment, nth, died

    def __getattr__(self, call: str) -> Any:
        async def ask(*args: Any, **facts: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                if self._moment == "after":
                    await getattr(self._registry, call)(*args, **facts)
                self._died.append(call)
                raise Dies
            return await getattr(self._registry, call)(*args, **facts)

        return ask


def dying(registry: FakeRegistry, moment: str, nth: int, died: list[str]) -> Registry:
    mortal: Any = Mortal(registry, moment, nth, died)
    found: Registry = mortal
    return found
