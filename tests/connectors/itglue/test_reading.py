"""What is asked of IT Glue, and what is read in its answers: by the examples of its documentation."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.itglue.answers import (
    ADDRESS,
    API,
    CONFIGURATIONS,
    CONTACTS,
    INVALID,
    MARKER,
    ORGANIZATIONS,
    UPDATED,
    configuration,
    contact,
    glue,
    one,
    organization,
    page,
    seen,
    sent,
)
from connectors.standin import StandIn, Told
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.itglue.client import api_of
from syncline_common.connectors.itglue.reader import ItGlueReader
from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    NotSuchSystem,
    PermissionMissing,
    RecordGone,
    Unavailable,
)
from syncline_common.schemas.records import Feed, RecordRef
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import Person, WebhookWay

SINCE = datetime(2019, 11, 4, 8, tzinfo=UTC)
FORBIDDEN = Told(status=403)


def account(**other: Any) -> StandIn:
    answers = {
        f"GET {ORGANIZATIONS}": page(organization()),
        f"GET {CONFIGURATIONS}": page(configuration()),
        f"POST {CONFIGURATIONS}": INVALID,
    }
    return glue({**answers, **other})


class TestChecking:
    async def test_writing_is_proven_by_what_is_refused(self) -> None:
        out = account()
        survey = await ItGlueReader(out).survey()
        assert (survey.identity, survey.can_write, survey.findings) == ("acme.itglue.com", True, ())
        assert survey.found.webhooks is WebhookWay.NONE
        [posted] = [it for it in out.asked if it.method == "POST"]
        assert sent(posted) == {"data": {"type": "configurations", "attributes": {}}}
        assert posted.headers["Content-Type"] == "application/vnd.api+json"

    @pytest.mark.parametrize("status", [401, 403])
    async def test_a_key_that_is_not_accepted_is_told_whatever_the_status(self, status: int) -> None:
        refused = Told(status=status)
        regions = ("https://api.eu.itglue.com", "https://api.au.itglue.com")
        others = {f"GET {it}/organizations": refused for it in regions}
        with pytest.raises(CredentialRejected, match="90 days"):
            await ItGlueReader(account(**{f"GET {ORGANIZATIONS}": refused}, **others)).survey()

    async def test_one_of_another_region_is_told_where_it_belongs(self) -> None:
        there = {"GET https://api.eu.itglue.com/organizations": page()}
        with pytest.raises(CredentialRejected, match=r"https://<account>\.eu\.itglue\.com"):
            await ItGlueReader(account(**{f"GET {ORGANIZATIONS}": FORBIDDEN}, **there)).survey()

    async def test_one_that_may_not_write_lacks_a_right(self) -> None:
        with pytest.raises(PermissionMissing, match="may not write"):
            await ItGlueReader(account(**{f"POST {CONFIGURATIONS}": FORBIDDEN})).survey()

    async def test_no_such_system_and_a_page_are_told_apart(self) -> None:
        with pytest.raises(NotSuchSystem):
            await ItGlueReader(account(**{f"GET {ORGANIZATIONS}": RecordGone("404")})).survey()
        with pytest.raises(Unavailable):
            await ItGlueReader(account(**{f"GET {ORGANIZATIONS}": PageInstead("a page")})).survey()

    async def test_a_key_of_another_account_is_a_finding(self) -> None:
        theirs = organization(resource_url="https://other.itglue.com/7")
        survey = await ItGlueReader(account(**{f"GET {ORGANIZATIONS}": page(theirs)})).survey()
        assert any("other.itglue.com" in it for it in survey.findings)

    async def test_an_integration_of_the_vendors_own_is_a_finding(self) -> None:
        kept = configuration(psa_integration="enabled")
        survey = await ItGlueReader(account(**{f"GET {CONFIGURATIONS}": page(kept)})).survey()
        assert any("few changes" in it for it in survey.findings)

    @pytest.mark.parametrize(
        ("address", "api"),
        [
            (ADDRESS, API),
            ("https://acme.eu.itglue.com", "https://api.eu.itglue.com"),
            ("https://acme.au.itglue.com", "https://api.au.itglue.com"),
            ("https://eu-dept.itglue.com", API),
        ],
    )
    def test_the_region_is_told_by_the_address(self, address: str, api: str) -> None:
        assert api_of(address) == api


class TestSettings:
    async def test_projects_are_organizations(self) -> None:
        out = account()
        assert [(it.id, it.name) for it in await ItGlueReader(out).projects()] == [("7", "Contoso")]
        assert out.asked[0].params == {"page[number]": 1, "page[size]": 1000}

    async def test_streams(self) -> None:
        streams = await ItGlueReader(account()).streams()
        told = [("organizations", ()), ("configurations", ("Contoso",)), ("contacts", ("Contoso",))]
        assert [(it.name, it.projects) for it in streams] == told

    async def test_types_and_statuses_are_choices_by_number(self) -> None:
        lists = ("configuration_types", "configuration_statuses", "manufacturers", "operating_systems")
        row = {"id": "11", "type": "configuration-types", "attributes": {"name": "Workstation"}}
        reader = ItGlueReader(glue({f"GET {API}/{it}": page(row) for it in lists}))
        fields = {it.name: it for it in await reader.fields("configurations")}
        kind = fields["configuration_type_id"]
        assert (kind.type, kind.choices, kind.required_on_create) == (FieldType.CHOICE, ("11",), True)
        assert kind.choice_name("11") == "Workstation"
        assert fields["warranty_expires_at"].type is FieldType.DATE
        assert not fields["configuration_type_name"].writable and not fields["resource_url"].writable

    async def test_people_by_a_part_of_their_name(self) -> None:
        told = {"first-name": "Service", "last-name": "Desk", "email": "desk@contoso.example"}
        out = glue({f"GET {API}/users": page({"id": "3", "type": "users", "attributes": told})})
        assert await ItGlueReader(out).people("DESK") == [Person("3", "Service Desk", "desk@contoso.example")]
        assert await ItGlueReader(out).people("nobody") == []

    async def test_what_is_counted_is_counted_by_the_vendor(self) -> None:
        out = account(**{f"GET {CONFIGURATIONS}": page(configuration(), total=712)})
        conditions = [
            Condition("serial_number", "==", ("PF3",), "a"),
            Condition("hostname", "==", ("x",), "b"),
        ]
        counted = await ItGlueReader(out).count("configurations", ["Contoso"], conditions)
        assert (counted.records, counted.left_out) == (712, ("b",))
        assert out.asked[1].params == {
            "filter[serial_number]": "PF3",
            "filter[organization_id]": "7",
            "page[number]": 1,
            "page[size]": 1,
        }


class TestReading:
    def test_a_record(self) -> None:
        record = seen()
        assert (record.marker, record.project) == (MARKER, "Contoso")
        told = {it: record.values[it] for it in ("name", "notes", "asset_tag", "configuration_type_id")}
        assert told == {
            "name": "PC-1",
            "notes": "In the cellar",
            "asset_tag": None,
            "configuration_type_id": "11",
        }
        assert (record.values["archived"], record.values["warranty_expires_at"]) == (False, "2030-01-31")
        assert record.changed_at == datetime(2019, 11, 4, 8, 59, 31, 34_000, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("text", "rest"),
        [
            (f"Syncline: {MARKER}", None),
            (f"a<br>Syncline: {MARKER}", "a"),
            (f"<p>a</p><p>Syncline: {MARKER}</p>", "<p>a</p>"),
            (f"a\nSyncline: {MARKER}\nb", "a\nb"),
        ],
    )
    def test_a_marker_is_found_in_whatever_became_of_its_line(self, text: str, rest: str | None) -> None:
        record = seen(configuration(notes=text))
        assert (record.marker, record.values["notes"]) == (MARKER, rest)

    def test_a_contact_has_its_primary_address(self) -> None:
        record = seen(contact())
        assert (record.values["email"], record.values["phone"]) == ("reception@contoso.example", None)

    async def test_what_changed_last_is_asked_for_first_as_far_back_as_is_wanted(self) -> None:
        old = configuration(4, "2019-11-04T07:00:00.000Z")
        out = glue({f"GET {CONFIGURATIONS}": page(configuration(), old, of=9)})
        came = await ItGlueReader(out).changes("configurations", Feed.RECORDS, SINCE, None)
        assert [it.ref.id for it in came.changed] == ["5"] and came.next is None
        asked = {"sort": "-updated_at", "page[number]": 1, "page[size]": 200}
        assert [it.params for it in out.asked] == [asked]

    async def test_what_a_removal_pulled_ahead_is_read(self) -> None:
        """Before the second page stands one that nobody has seen: the first is read again."""
        out = glue(
            {
                f"GET {CONFIGURATIONS}": [
                    page(configuration(1), configuration(2), of=2),
                    page(configuration(4), number=2, of=2),
                    page(configuration(3), number=500, of=500),
                    page(configuration(2), configuration(3), of=2),
                ]
            }
        )
        reader = ItGlueReader(out)
        first = await reader.inventory("configurations", None)
        second = await reader.inventory("configurations", first.next)
        assert [it.ref.id for it in second.changed] == ["3", "4"] and second.next is None
        places = [(it.params["page[number]"], it.params["page[size]"]) for it in out.asked]
        assert places == [(1, 500), (2, 500), (500, 1), (1, 500)]
        assert {it.params["sort"] for it in out.asked} == {"id"}

    async def test_another_page_than_was_asked_for_is_no_page(self) -> None:
        out = glue({f"GET {CONFIGURATIONS}": page(configuration(), number=2, of=2)})
        with pytest.raises(ContractBroken):
            await ItGlueReader(out).inventory("configurations", None)

    async def test_many_are_fetched_at_once_and_what_is_gone_is_missing(self) -> None:
        gone = {f"GET {CONFIGURATIONS}/6": RecordGone("404")}
        out = glue({f"GET {CONFIGURATIONS}": page(configuration()), **gone})
        found = await ItGlueReader(out).fetch("configurations", ["5", "6", "no number"])
        assert set(found) == {"5"}
        assert out.asked[0].params == {"filter[id]": "5,6", "page[number]": 1, "page[size]": 100}

    async def test_a_filter_that_was_passed_over_is_noticed(self) -> None:
        out = glue({f"GET {CONFIGURATIONS}": page(configuration(), configuration(99))})
        with pytest.raises(ContractBroken):
            await ItGlueReader(out).fetch("configurations", ["5"])

    async def test_what_is_alike_is_asked_for_by_filters_and_compared(self) -> None:
        other = configuration(6, serial_number="PF33")
        out = glue({f"GET {CONFIGURATIONS}": page(configuration(), other)})
        values = {"serial_number": "pf3", "hostname": "PC-1"}
        found = await ItGlueReader(out).alike("configurations", values)
        assert [it.ref.id for it in found] == ["5"]
        assert out.asked[0].params["filter[serial_number]"] == "pf3"
        assert "filter[hostname]" not in out.asked[0].params, "it knows none of this name"

    async def test_a_contact_is_asked_for_by_its_primary_address(self) -> None:
        out = glue({f"GET {CONTACTS}": page(contact())})
        [found] = await ItGlueReader(out).alike("contacts", {"email": "Reception@contoso.example"})
        assert found.ref.id == "9" and "filter[primary_email]" in out.asked[0].params

    async def test_files_come_with_the_record(self) -> None:
        told = {"attachment-file-name": "a.txt", "attachment-file-size": 3, "download-url": f"{API}/x"}
        out = glue(
            {
                f"GET {CONFIGURATIONS}/5": one(
                    configuration(), {"id": "4", "type": "attachments", "attributes": told}
                )
            }
        )
        [file] = await ItGlueReader(out).attachments(RecordRef("configurations", "5"))
        assert (file.id, file.name, file.size, file.url) == ("4", "a.txt", 3, f"{API}/x")
        assert out.asked[0].params == {"include": "attachments"}

    def test_an_edit_in_the_same_moment_is_another_version(self) -> None:
        assert seen(configuration(updated=UPDATED)).version != seen(configuration(name="PC-2")).version
