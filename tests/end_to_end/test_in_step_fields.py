"""What a flow says of its fields, carried out between both vendors, judged by what they hold."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest

from end_to_end.in_step import FIELDS, InStep, document, in_step
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened
from syncline_sync_worker.app import SERVICE

Place = Callable[..., AbstractAsyncContextManager[InStep]]


@pytest.fixture
async def flow(database_settings: DatabaseSettings) -> AsyncIterator[Place]:
    """A place whose only flow is said to be so."""
    async with opened(database_settings, SERVICE) as db:
        yield lambda **said: in_step(db, document(**said))


def fields(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [*FIELDS[:2], *({"id": f"x{number}", **it} for number, it in enumerate(more))]


class TestValues:
    async def test_many_values_become_one_and_return_to_the_one_they_came_from(self, flow: Place) -> None:
        urgent = {
            "a": "Microsoft.VSTS.Common.Severity",
            "b": "u_vendor_ticket",
            "values": {"1 - Critical": "high", "2 - High": "high", "3 - Medium": "low"},
        }
        async with flow(fields=fields(urgent)) as here:
            bug = str(here.boards.create("One", Microsoft__VSTS__Common__Severity="2 - High")["id"])
            await here.cycle()
            (incident,) = here.incidents()
            assert here.incident(incident)["u_vendor_ticket"] == "high"
            here.edit_incident(incident, {"short_description": "Two"})
            await here.cycle()
            assert here.bug(bug)["Microsoft.VSTS.Common.Severity"] == "2 - High", "its own, not the first"
            here.edit_incident(incident, {"u_vendor_ticket": "low"})
            await here.cycle()
            assert here.bug(bug)["Microsoft.VSTS.Common.Severity"] == "3 - Medium"

    async def test_a_value_without_a_partner_sets_its_record_aside_and_names_it(self, flow: Place) -> None:
        strict = {
            "a": "Microsoft.VSTS.Common.Severity",
            "b": "u_vendor_ticket",
            "values": {"1 - Critical": "high"},
        }
        async with flow(fields=fields(strict)) as here:
            here.boards.create("One", Microsoft__VSTS__Common__Severity="4 - Low")
            here.boards.create("Two", Microsoft__VSTS__Common__Severity="1 - Critical")
            await here.cycle()
            assert [here.incident(it)["short_description"] for it in here.incidents()] == ["Two"]
            (issue,) = await here.issues()
            assert "4 - Low" in issue.hint

    async def test_an_empty_value_takes_the_default_of_the_side_it_goes_to(self, flow: Place) -> None:
        async with flow(
            fields=fields({"a": "Custom.Customer", "b": "u_vendor_ticket", "default": {"b": "nobody"}})
        ) as here:
            here.boards.create("One")
            await here.cycle()
            (incident,) = here.incidents()
            assert here.incident(incident)["u_vendor_ticket"] == "nobody"

    async def test_a_constant_is_written_when_it_is_said_to_be(self, flow: Place) -> None:
        constant = {"b": "category", "constant": "software", "when": "create"}
        async with flow(fields=fields(constant)) as here:
            here.boards.create("One")
            await here.cycle()
            (incident,) = here.incidents()
            assert here.incident(incident)["category"] == "software"
            here.edit_incident(incident, {"category": "network"})
            await here.cycle()
            assert here.incident(incident)["category"] == "network", "only at its creation"

    async def test_what_goes_through_transforms_comes_back_through_their_inverses(self, flow: Place) -> None:
        named = {
            "a": "Custom.Customer",
            "b": "u_vendor_ticket",
            "convert": [{"template": {"text": "ADO-{value}"}}],
        }
        async with flow(fields=fields(named)) as here:
            bug = str(here.boards.create("One", Custom__Customer="Contoso")["id"])
            await here.cycle()
            (incident,) = here.incidents()
            assert here.incident(incident)["u_vendor_ticket"] == "ADO-Contoso"
            here.edit_incident(incident, {"u_vendor_ticket": "ADO-Northwind"})
            await here.cycle()
            assert here.bug(bug)["Custom.Customer"] == "Northwind"

    async def test_a_field_of_one_direction_is_right_on_one_side(self, flow: Place) -> None:
        async with flow(
            fields=fields({"a": "Custom.Customer", "b": "u_vendor_ticket", "direction": "a_to_b"})
        ) as here:
            bug = str(here.boards.create("One", Custom__Customer="Contoso")["id"])
            await here.cycle()
            (incident,) = here.incidents()
            here.edit_incident(incident, {"u_vendor_ticket": "Northwind"})
            await here.cycle()
            assert here.bug(bug)["Custom.Customer"] == here.incident(incident)["u_vendor_ticket"] == "Contoso"

    async def test_the_latest_edit_wins_where_that_is_the_policy(self, flow: Place) -> None:
        async with flow(conflicts={"default": "latest"}) as here:
            bug = str(here.boards.create("One")["id"])
            await here.cycle()
            (incident,) = here.incidents()
            here.edit_bug(bug, {"System.Title": "earlier"})
            here.town.instance.clock.real = _later(here.town.instance.clock.real)
            here.edit_incident(incident, {"short_description": "later"})
            await here.cycle()
            assert here.bug(bug)["System.Title"] == here.incident(incident)["short_description"] == "later"
            (kept,) = await here.conflicts()
            assert (kept.value_a, kept.value_b, kept.winner) == ("earlier", "later", "b")


PERSON = {"a": "System.AssignedTo", "b": "assigned_to"}
CONTOSO = {"stream": "Bug", "projects": ["Fabrikam Web"], "filter": "record.Custom.Customer == 'Contoso'"}


class TestPeople:
    def users(self, here: InStep) -> dict[str, str]:
        rows = here.town.instance.store.records.values()
        return {it.id: it.values["user_name"] for it in rows if it.stream == "sys_user"}

    async def test_they_are_found_by_the_table_else_the_default_serves(self, flow: Place) -> None:
        people = {"table": {"triage@fabrikam.example": "service.desk"}, "default": {"b": "sync.account"}}
        async with flow(fields=fields(PERSON), people=people) as here:
            here.boards.create("Known", System__AssignedTo="triage@fabrikam.example")
            here.boards.create("Unknown", System__AssignedTo="platform@fabrikam.example")
            here.boards.create("Nobody's")
            await here.cycle()
            users = self.users(here)
            found = {it["short_description"]: it for it in map(here.incident, here.incidents())}
            assert users[found["Known"]["assigned_to"]] == "service.desk"
            assert users[found["Unknown"]["assigned_to"]] == "sync.account"
            assert not found["Nobody's"].get("assigned_to")

    async def test_and_back(self, flow: Place) -> None:
        people = {"table": {"triage@fabrikam.example": "service.desk"}}
        async with flow(fields=fields(PERSON), people=people) as here:
            desk = next(id for id, name in self.users(here).items() if name == "service.desk")
            first = here.boards.create("First", System__AssignedTo="triage@fabrikam.example")
            here.instance.create(short_description="One", assigned_to=desk)
            await here.cycle()
            (bug,) = [it for it in here.bugs() if it != str(first["id"])]
            assert here.bug(bug)["System.AssignedTo"] == "triage@fabrikam.example"


class TestFilters:
    @pytest.mark.parametrize(("left", "carried"), [("keep", "Two"), ("release", "One")])
    async def test_a_record_that_leaves_is_kept_alike_or_released(
        self, flow: Place, left: str, carried: str
    ) -> None:
        async with flow(a=CONTOSO, left_filter=left, fields=FIELDS[:2]) as here:
            bug = str(here.boards.create("One", Custom__Customer="Contoso")["id"])
            await here.cycle()
            (incident,) = here.incidents()
            here.edit_bug(bug, {"Custom.Customer": "Northwind", "System.Title": "Two"})
            await here.cycle()
            assert here.incident(incident)["short_description"] == carried
            await here.cycle()
            assert len(here.incidents()) == 1, "released is not forgotten"


def _later(now: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: now() + timedelta(seconds=3)
