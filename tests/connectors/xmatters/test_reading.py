"""xMatters: the requests made are those of the vendor's reference, and what it answers is not taken on trust."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.standin import StandIn, Told
from connectors.xmatters.answers import (
    DEVICES,
    GROUPS,
    LEAD,
    MARKER,
    NAMES,
    ONE,
    PEOPLE,
    PERSON,
    QUOTAS,
    ROOT,
    SAVE,
    SINCE,
    SITE,
    TWO,
    page,
    person,
    refusal,
    world,
)
from syncline_common import errors
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.xmatters import CONNECTOR
from syncline_common.connectors.xmatters.reader import XMattersReader
from syncline_common.schemas.records import Feed, RecordRef, Tie, TieKind
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import ClockOffset, Found, WebhookWay

LISTED = {"embed": "roles,supervisors", "sortBy": "TARGET_NAME", "sortOrder": "ASCENDING"}


def licences(active: int) -> dict[str, Any]:
    return {"stakeholderUsersEnabled": False, "fullUsers": {"total": 50, "active": active, "unused": 1}}


class TestChecking:
    def answers(self, **more: Any) -> StandIn:
        told = {PEOPLE: page(person(), total=7), SAVE: refusal(400, "targetName is required"), **more}
        return StandIn({QUOTAS: licences(7), **told})

    async def test_reads_a_person_and_asks_for_one_that_can_not_be_made(self) -> None:
        out = self.answers()
        survey = await XMattersReader(out).survey()
        assert (survey.can_write, survey.findings) == (True, ())
        assert survey.found.webhooks is WebhookWay.NONE
        assert out.lines == [PEOPLE, SAVE, QUOTAS]
        assert out.asked[0].params == {**LISTED, "offset": 0, "limit": 1}
        assert out.asked[1].json == {"recipientType": "PERSON"}, "without a name nobody is made"

    async def test_who_may_not_make_people(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="REST Web Service User"):
            await XMattersReader(self.answers(**{SAVE: Told(status=403)})).check()

    async def test_a_wrong_secret(self) -> None:
        with pytest.raises(errors.CredentialRejected):
            await XMattersReader(self.answers(**{PEOPLE: Told(status=401)})).check()

    async def test_a_page_for_people_is_asked_again_later(self) -> None:
        with pytest.raises(errors.Unavailable, match="maintenance"):
            await XMattersReader(self.answers(**{PEOPLE: PageInstead("GET", "Sorry")})).check()

    async def test_who_does_not_see_everybody_is_told(self) -> None:
        """It looks like a smaller company, and no request is refused."""
        [finding] = (await XMattersReader(self.answers(**{QUOTAS: licences(40)})).survey()).findings
        assert "7 people, where 40" in finding

    async def test_licences_that_can_not_be_read_are_a_finding(self) -> None:
        [finding] = (await XMattersReader(self.answers(**{QUOTAS: Told(status=403)})).survey()).findings
        assert "Licences" in finding

    async def test_a_person_that_was_made_would_be_wrong(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await XMattersReader(self.answers(**{SAVE: Told({"id": ONE}, status=201)})).check()


class TestSurveying:
    async def test_fields_with_the_companys_sites_and_custom_fields(self) -> None:
        known = page(person(properties={"Cost Centre": "7"}), person(TWO, properties={"Building": "B"}))
        out = world(people=known, sites=page({"id": SITE, "name": "Default Site"}))
        facts = {it.name: it for it in await XMattersReader(out).fields("people")}
        assert facts["site"].choices == (SITE,) and facts["site"].choice_name(SITE) == "Default Site"
        assert facts["licenseType"].choices == ("FULL_USER", "STAKEHOLDER_USER")
        assert {name for name, it in facts.items() if it.required_on_create} == {
            "targetName",
            "firstName",
            "lastName",
            "roles",
        }
        assert facts["roles"].type is facts["supervisors"].type is FieldType.LIST
        assert not facts["externallyOwned"].writable
        assert [name for name, it in facts.items() if it.nullable and not name.startswith("properties.")] == [
            "phoneLogin",
            "supervisors",
        ]
        assert [it for it in facts if it.startswith("properties.")] == [
            "properties.Building",
            "properties.Cost Centre",
        ]

    async def test_names_of_devices_are_the_companys(self) -> None:
        out = StandIn({NAMES: page({"deviceType": "EMAIL", "name": "Work Email"})})
        facts = {it.name: it for it in await XMattersReader(out).fields("devices")}
        assert facts["name"].choices == ("Work Email",) and facts["owner"].type is FieldType.PERSON

    async def test_a_long_list_is_followed_to_its_end(self) -> None:
        more = f"{ROOT}/sites?offset=100&limit=100"
        first, rest = page({"id": "1", "name": "A"}, more=more), page({"id": "2", "name": "B"})
        out = world(**{"sites": first, f"GET {more}": rest})
        facts = {it.name: it for it in await XMattersReader(out).fields("groups")}
        assert facts["site"].choices == ("1", "2")

    async def test_people_are_sought_by_all_their_words(self) -> None:
        devices = page({"deviceType": "VOICE"}, {"deviceType": "EMAIL", "emailAddress": "a@b.example"})
        out = world(people=page(person(devices=devices), person(TWO, status="INACTIVE", webLogin=None)))
        one, two = await XMattersReader(out).people("service desk")
        assert out.asked[0].params == {
            "search": "service desk",
            "operand": "AND",
            "embed": "devices",
            "limit": 100,
        }
        assert (one.key, one.name, one.email, one.login, one.active) == (
            ONE,
            "Service Desk",
            "a@b.example",
            "desk.1",
            True,
        )
        assert (two.login, two.active, two.email) == ("desk.1", False, None)
        assert await XMattersReader(world()).people(" ") == []

    async def test_streams_and_projects_are_known(self) -> None:
        reader = XMattersReader(StandIn({}))
        assert [it.name for it in await reader.streams()] == ["people", "groups", "devices"]
        assert await reader.projects() == []

    async def test_counting_by_what_can_be_asked_for(self) -> None:
        status = Condition("status", "==", ("ACTIVE",), "record.status == 'ACTIVE'")
        zone = Condition("timezone", "==", ("UTC",), "record.timezone == 'UTC'")
        out = world(people=page(person(), total=41))
        told = await XMattersReader(out).count("people", (), (status, zone))
        assert (told.records, told.left_out) == (41, (zone.source,))
        assert out.asked[0].params == {**LISTED, "status": "ACTIVE", "offset": 0, "limit": 1}

    async def test_two_wishes_about_one_field_are_left_to_us(self) -> None:
        both = [Condition("status", "==", (it,), it) for it in ("ACTIVE", "INACTIVE")]
        out = world(people=page(total=41))
        assert (await XMattersReader(out).count("people", (), both)).left_out == ("ACTIVE", "INACTIVE")
        assert "status" not in out.asked[0].params


class TestReading:
    async def test_a_person(self) -> None:
        out = world(person=person(externalKey=MARKER, properties={"Cost Centre": "7"}))
        [read] = (await XMattersReader(out).fetch("people", [ONE])).values()
        assert out.asked[0].params == {"embed": "roles,supervisors"}
        assert read.values["roles"] == ["Group Supervisor", "Standard User"]
        assert (read.values["supervisors"], read.values["site"]) == ([LEAD], SITE)
        assert read.values["properties.Cost Centre"] == "7" and read.values["phoneLogin"] is None
        assert "lastLogin" not in read.values and read.marker == MARKER
        assert read.changed_at == datetime(2026, 3, 31, 12, 0, 1, 250_000, tzinfo=UTC)
        assert read.created_at == datetime(2026, 3, 1, 8, tzinfo=UTC)

    async def test_a_custom_field_that_others_have_a_value_in_is_empty(self) -> None:
        out = world(people=page(person(TWO, properties={"Building": "B"})), person=person())
        [read] = (await XMattersReader(out).fetch("people", [ONE])).values()
        assert read.values["properties.Building"] is None

    async def test_the_version_is_of_what_it_holds_and_the_same_from_a_list(self) -> None:
        """Signing in changes nothing; the order in which its roles come, neither."""
        listed = person(lastLogin=None, roles=page({"name": "Group Supervisor"}, {"name": "Standard User"}))
        reader = XMattersReader(world(people=page(listed), person=[person(), person(lastName="Window")]))
        [change] = (await reader.changes("people", Feed.RECORDS, None, None)).changed
        versions = [(await reader.fetch("people", [ONE]))[ONE].version for _ in range(2)]
        assert change.version == versions[0] != versions[1]

    async def test_a_list_within_a_person_is_read_to_its_end(self) -> None:
        more = f"{ROOT}/people/{ONE}/supervisors?offset=1&limit=1"
        cut = page({"id": LEAD}, total=2, more=more)
        out = world(**{"person": person(supervisors=cut), f"GET {more}": page({"id": TWO})})
        [read] = (await XMattersReader(out).fetch("people", [ONE])).values()
        assert read.values["supervisors"] == sorted([LEAD, TWO])

    async def test_a_page_elsewhere_is_not_followed(self) -> None:
        cut = page({"id": LEAD}, more="https://elsewhere.example/x")
        with pytest.raises(errors.ContractBroken, match="elsewhere"):
            await XMattersReader(world(person=person(supervisors=cut))).fetch("people", [ONE])

    async def test_who_is_gone_is_missing_and_what_is_no_id_is_not_asked_for(self) -> None:
        out = StandIn({PERSON: Told(status=404)})
        assert await XMattersReader(out).fetch("people", [ONE, "a b", "../roles"]) == {}
        assert out.lines == [PERSON]

    async def test_whose_name_is_somebodys_id_is_not_that_one(self) -> None:
        with pytest.raises(errors.ContractBroken, match="another record"):
            await XMattersReader(world(person=person(TWO, targetName=ONE))).fetch("people", [ONE])

    async def test_changes_are_those_since_and_whoever_says_nothing_is_among_them(self) -> None:
        before = person(TWO, whenUpdated="2026-03-31T11:59:00.000Z")
        untold = person(LEAD, whenUpdated=None)
        out = world(people=page(person(), before, untold))
        found = await XMattersReader(out).changes("people", Feed.RECORDS, SINCE, None)
        assert [it.ref.id for it in found.changed] == [ONE, LEAD]
        assert found.changed[1].changed_at == found.vendor_now and found.next is None
        assert out.asked[0].params == {**LISTED, "offset": 0, "limit": 100}
        assert {it.ref.id for it in found.records} == {ONE, LEAD}

    async def test_groups_and_devices_are_offered_each_time(self) -> None:
        group = {"id": ONE, "targetName": "Network", "created": "2026-03-01T08:00:00.000Z"}
        device = {"id": TWO, "name": "Work Email", "deviceType": "EMAIL", "owner": {"id": LEAD}}
        out = StandIn({GROUPS: page(group), DEVICES: page(device)})
        reader = XMattersReader(out)
        for stream, id in (("groups", ONE), ("devices", TWO)):
            found = await reader.changes(stream, Feed.RECORDS, SINCE + timedelta(days=90), None)
            assert [it.ref for it in found.changed] == [RecordRef(stream, id)]
        assert out.asked[0].params["sortBy"] == "NAME" and "sortBy" not in out.asked[1].params
        [owned] = (await reader.changes("devices", Feed.RECORDS, None, None)).records
        assert owned.values["owner"] == LEAD

    async def test_no_other_feed(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await XMattersReader(world()).changes("people", Feed.COMMENTS, None, None)

    async def test_a_key_is_sought_in_the_whole_list(self) -> None:
        """No filter knows it; of two, the older one is ours."""
        copy = person(TWO, externalKey=MARKER, whenCreated="2026-03-02T08:00:00.000Z")
        out = world(people=page(copy, person(LEAD, externalKey="other"), person(externalKey=MARKER)))
        found = await XMattersReader(out).find("people", MARKER)
        assert [it.ref.id for it in found] == [ONE, TWO]
        assert "search" not in out.asked[0].params

    async def test_alike_by_filters_and_the_rest_by_comparing(self) -> None:
        out = world(people=page(person(), person(TWO, timezone="UTC")))
        found = await XMattersReader(out).alike("people", {"lastName": "O'Brien, grün", "timezone": "UTC"})
        assert [it.ref.id for it in found] == [TWO]
        assert out.asked[0].params == {**LISTED, "lastName": "O'Brien, grün", "offset": 0, "limit": 100}

    async def test_supervisors_are_parents(self) -> None:
        ties = await XMattersReader(world(person=person())).ties(RecordRef("people", ONE))
        assert list(ties) == [Tie(TieKind.PARENT, RecordRef("people", LEAD))]
        assert await XMattersReader(StandIn({})).ties(RecordRef("groups", ONE)) == []

    async def test_an_unheard_of_stream(self) -> None:
        with pytest.raises(errors.RecordRejected):
            await XMattersReader(StandIn({})).inventory("sites", None)

    def test_traits_say_that_it_looks_and_how_far_its_clock_is_off(self) -> None:
        offset = ClockOffset(timedelta(seconds=3), timedelta(seconds=1))
        traits = XMattersReader(StandIn({}), Found(clock=offset)).traits("people")
        assert (traits.looks, traits.conditional, traits.clock_offset) == (True, False, timedelta(seconds=3))
        assert replace(traits, clock_offset=timedelta(0)) == CONNECTOR.manifest.streams[0].traits()
