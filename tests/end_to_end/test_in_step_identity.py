"""Records that are on both sides before they are linked: made again, matched, or asked about."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from end_to_end.in_step import InStep, document, in_step
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE

Place = Callable[[str], AbstractAsyncContextManager[InStep]]


@pytest.fixture
async def identity(database_settings: DatabaseSettings) -> AsyncIterator[Place]:
    """A place whose only flow has this policy."""
    async with opened(database_settings, SERVICE) as db:

        def place(policy: str) -> AbstractAsyncContextManager[InStep]:
            keys = [] if policy == "create" else ["r3"]
            return in_step(
                db, document(identity={"policy": policy, "keys": keys}, conflicts={"default": "a"})
            )

        yield place


def on_both(here: InStep, key: str = "T-1") -> tuple[str, str]:
    bug = here.boards.create("The page is blank", Custom__Customer=key)
    incident = here.instance.create(short_description="Blank page", u_vendor_ticket=key)
    return str(bug["id"]), str(incident["sys_id"])


async def test_by_create_there_are_two_of_each(identity: Place) -> None:
    async with identity("create") as here:
        on_both(here)
        await here.cycle()
        assert (len(here.bugs()), len(here.incidents())) == (2, 2)


@pytest.mark.parametrize("policy", ["match_or_create", "match_or_ask"])
async def test_what_has_the_same_key_is_linked_and_made_alike(identity: Place, policy: str) -> None:
    async with identity(policy) as here:
        bug, incident = on_both(here)
        await here.cycle()
        assert (here.bugs(), here.incidents()) == ([bug], [incident])
        assert here.incident(incident)["short_description"] == "The page is blank", "side a wins"
        (kept,) = await here.conflicts()
        assert (kept.value_a, kept.value_b) == ("The page is blank", "Blank page")
        here.edit_incident(incident, {"short_description": "Mended"})
        await here.cycle()
        assert here.bug(bug)["System.Title"] == "Mended"
        (link,) = (await here.get("/sync/v1/links", connection_id=str(here.connection.id)))["items"]
        assert (link["a"]["id"], link["b"]["id"]) == (bug, incident)


async def test_what_has_no_partner_is_made(identity: Place) -> None:
    async with identity("match_or_create") as here:
        here.boards.create("Alone", Custom__Customer="T-2")
        here.boards.create("Without a key")
        await here.cycle()
        assert {here.incident(it)["short_description"] for it in here.incidents()} == {
            "Alone",
            "Without a key",
        }


async def test_what_has_no_partner_is_asked_about(identity: Place) -> None:
    async with identity("match_or_ask") as here:
        here.boards.create("Alone", Custom__Customer="T-2")
        await here.cycle()
        assert here.incidents() == []
        (issue,) = await here.issues()
        assert issue.cause == "unmatched"


@pytest.mark.parametrize("policy", ["match_or_create", "match_or_ask"])
@pytest.mark.parametrize("side", ["a", "b"])
async def test_a_key_that_fits_several_is_never_a_guess(identity: Place, policy: str, side: str) -> None:
    async with identity(policy) as here:
        on_both(here)
        if side == "a":
            here.boards.create("Another", Custom__Customer="T-1")
        else:
            here.instance.create(short_description="Another", u_vendor_ticket="T-1")
        before = len(here.bugs()), len(here.incidents())
        await here.cycle()
        assert (len(here.bugs()), len(here.incidents())) == before
        assert {it.cause for it in await here.issues()} == {"ambiguous"}
        assert here.ours() == []


async def test_a_test_run_shows_what_it_would_be_linked_with(identity: Place) -> None:
    async with identity("match_or_create") as here:
        _, incident = on_both(here)
        run = await here.ask("test")
        records = (await here.get(f"/sync/v1/runs/{run['id']}/records"))["items"]
        shown = next(it for it in records if it["side"] == "a")
        assert (shown["action"], shown["reason"]) == ("match", f"it is the same as {incident}")
        assert [it["field"] for it in shown["operations"] if it["kind"] == "write"] == ["short_description"]
        assert here.ours() == []


@pytest.mark.parametrize("key", ["O'Brien & Sons", "a^b", 'He said "x" = 1, ok?', "grün ü"])
async def test_keys_may_hold_what_a_query_is_made_of(identity: Place, key: str) -> None:
    async with identity("match_or_create") as here:
        bug, incident = on_both(here, key)
        here.instance.create(short_description="Not it", u_vendor_ticket="b")
        await here.cycle()
        (link,) = (await here.get("/sync/v1/links", connection_id=str(here.connection.id), a_id=bug))["items"]
        assert link["b"]["id"] == incident
