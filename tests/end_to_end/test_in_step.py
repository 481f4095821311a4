"""Azure DevOps and ServiceNow in step, judged by what the vendors themselves have noted."""

from collections.abc import AsyncIterator

import pytest

from end_to_end.in_step import InStep, document, in_step
from syncline_common.db.tx import Database
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE


@pytest.fixture
async def db(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    """By the database's own clock: the vendors go by theirs."""
    async with opened(database_settings, SERVICE) as database:
        yield database


async def test_what_is_made_on_either_side_is_there_on_the_other_once(here: InStep) -> None:
    here.boards.create("The page is blank", Custom__Customer="Contoso")
    here.instance.create(short_description="The printer is on fire")
    await here.cycle()
    assert len(here.bugs()) == len(here.incidents()) == 2
    await here.cycle()
    assert len(here.bugs()) == len(here.incidents()) == 2
    titles = {here.bug(it)["System.Title"] for it in here.bugs()}
    assert titles == {here.incident(it)["short_description"] for it in here.incidents()}
    assert len(here.ours()) == 2


async def one_pair(here: InStep) -> tuple[str, str]:
    """Made on side a, and there on both."""
    made = here.boards.create("The page is blank", Custom__Customer="Contoso")
    await here.cycle()
    (incident,) = here.incidents()
    return str(made["id"]), incident


async def test_a_first_reading_is_a_sweep_and_a_write_is_preceded_by_one_look(here: InStep) -> None:
    bug, _ = await one_pair(here)
    assert (await here.task()).last_sweep is not None
    assert here.town.boards.ledger.count()["wiql"] == 1
    here.edit_bug(bug, {"System.Title": "The page stays blank"})
    await here.scan()
    before = len(here.town.instance.ledger.requests)
    await here.work()
    asked = here.town.instance.ledger.requests[before:]
    assert [it.method for it in asked if "/incident" in it.target] == ["GET", "GET", "PATCH"]


async def test_edits_of_different_fields_on_both_sides_both_arrive(here: InStep) -> None:
    bug, incident = await one_pair(here)
    here.edit_bug(bug, {"System.Title": "The page stays blank"})
    here.edit_incident(incident, {"u_vendor_ticket": "Northwind"})
    before = len(here.ours())
    await here.cycle()
    assert here.bug(bug)["Custom.Customer"] == here.incident(incident)["u_vendor_ticket"] == "Northwind"
    assert here.bug(bug)["System.Title"] == here.incident(incident)["short_description"]
    assert here.incident(incident)["short_description"] == "The page stays blank"
    assert len(here.ours()) == before + 2, "one write for each edit"


async def test_nothing_bounces_once_nobody_edits(here: InStep) -> None:
    bug, incident = await one_pair(here)
    here.edit_bug(bug, {"System.State": "Active"})
    await here.cycle()
    assert here.incident(incident)["state"] == "2"
    before = len(here.ours())
    for _ in range(3):
        await here.cycle()
    assert here.ours()[before:] == []


async def test_a_value_without_a_partner_takes_what_the_map_says_otherwise(here: InStep) -> None:
    bug, incident = await one_pair(here)
    here.edit_incident(incident, {"state": "3", "hold_reason": "1"})
    await here.cycle()
    assert (here.bug(bug)["System.State"], here.incident(incident)["state"]) == ("Active", "3")
    here.edit_bug(bug, {"System.State": "New"})
    await here.cycle()
    assert here.incident(incident)["state"] == "1"


@pytest.mark.parametrize(("policy", "left"), [("a", "from a"), ("b", "from b"), ("ask", None)])
async def test_the_same_field_changed_on_both_sides_goes_by_its_policy(
    db: Database, policy: str, left: str | None
) -> None:
    async with in_step(db, document(conflicts={"default": policy})) as here:
        bug, incident = await one_pair(here)
        here.edit_bug(bug, {"System.Title": "from a"})
        here.edit_incident(incident, {"short_description": "from b", "u_vendor_ticket": "Northwind"})
        await here.cycle()
        titles = here.bug(bug)["System.Title"], here.incident(incident)["short_description"]
        assert titles == ((left, left) if left else ("from a", "from b"))
        assert here.bug(bug)["Custom.Customer"] == "Northwind", "the other fields flow on"
        (kept,) = await here.conflicts()
        assert (kept.value_a, kept.value_b, kept.base_a) == ("from a", "from b", "The page is blank")
        assert kept.winner == (None if policy == "ask" else policy)


async def test_a_filter_leaves_out_what_it_does_not_admit(db: Database) -> None:
    ends = {"stream": "Bug", "projects": ["Fabrikam Web"], "filter": "record.Custom.Customer == 'Contoso'"}
    async with in_step(db, document(a=ends)) as here:
        here.boards.create("In", Custom__Customer="Contoso")
        out = here.boards.create("Out", Custom__Customer="Northwind")
        await here.cycle()
        assert [here.incident(it)["short_description"] for it in here.incidents()] == ["In"]
        here.edit_bug(str(out["id"]), {"Custom.Customer": "Contoso"})
        await here.cycle()
        assert {here.incident(it)["short_description"] for it in here.incidents()} == {"In", "Out"}


async def test_a_refused_credential_stops_the_connection_and_fails_no_record(here: InStep) -> None:
    bug, incident = await one_pair(here)
    here.town.boards.revoked.add(here.boards_account())
    here.edit_incident(incident, {"short_description": "Later"})
    await here.cycle()
    assert (await here.task()).cause == "credential_rejected"
    assert {it[2] for it in here.credentials.rejections} == {"credential_rejected"}
    assert (await here.told())[-1] == "sync.connection.stopped.v1"
    assert await here.issues() == []
    here.town.boards.revoked.clear()
    await here.resume()
    await here.cycle()
    assert here.bug(bug)["System.Title"] == "Later"
