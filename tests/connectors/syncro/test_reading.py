"""What is asked of Syncro, and what is read in its answers: by the examples of its API description."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.standin import StandIn, Told
from connectors.syncro.answers import (
    ASSETS,
    CONTACTS,
    CUSTOMERS,
    INITIAL,
    INVALID,
    MARKER,
    ME,
    NOT_PERMITTED,
    SETTINGS,
    TICKETS,
    alone,
    asset,
    customer,
    in_a_list,
    page,
    world,
)
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.syncro.reader import SyncroReader
from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    NotSuchSystem,
    PermissionMissing,
    RecordGone,
    Unavailable,
)
from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.records import Feed, RecordRef
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import PageInstead, SentElsewhere
from syncline_common.sdk.ports import Attachment, Found, Person

SINCE = datetime(2019, 11, 4, 8, 0, 0, 500_000, tzinfo=UTC)
WHO = {
    "user_id": 1,
    "user_name": "Syncline Account",
    "user_email": "sync@contoso.example",
    "user_token": "said-back",
}
LISTS = (TICKETS, CUSTOMERS, CONTACTS, ASSETS)
NAMES = {TICKETS: "tickets", CUSTOMERS: "customers", CONTACTS: "contacts", ASSETS: "assets"}
MADE = (TICKETS, CUSTOMERS, ASSETS)


def company(**other: Any) -> StandIn:
    """In which the token may do all."""
    lists = {f"GET {path}": page(NAMES[path], total_entries=2) for path in LISTS}
    return StandIn({ME: WHO, **lists, **{f"POST {path}": INVALID for path in MADE}, **other})


class TestChecking:
    async def test_writing_is_proven_by_what_syncro_refuses(self) -> None:
        out = company()
        survey = await SyncroReader(out).survey()
        assert (survey.identity, survey.can_write) == ("sync@contoso.example", True)
        sent = {it.path: it.json for it in out.asked if it.method == "POST"}
        assert sent == {TICKETS: {}, CUSTOMERS: {"email": "it is not an email"}, ASSETS: {"name": ""}}
        assert "said-back" not in repr(survey)

    async def test_what_a_token_may_not_is_said(self) -> None:
        out = company(**{f"GET {ASSETS}": NOT_PERMITTED, f"POST {CUSTOMERS}": NOT_PERMITTED})
        survey = await SyncroReader(out).survey()
        assert "The token may not list customer_assets" in survey.findings
        assert "The token may not create customers" in survey.findings

    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_a_token_that_may_do_nothing_is_refused(self, method: str) -> None:
        out = company(**{f"{method} {path}": NOT_PERMITTED for path in (LISTS if method == "GET" else MADE)})
        with pytest.raises(PermissionMissing, match="list" if method == "GET" else "create"):
            await SyncroReader(out).survey()

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (CredentialRejected("", detail='401: {"error":"Invalid API token"}'), CredentialRejected),
            (RecordGone("", detail="404"), NotSuchSystem),
            (SentElsewhere("302", "/login"), NotSuchSystem),
            (PageInstead("200"), Unavailable),
            ({"message": "hello"}, ContractBroken),
        ],
    )
    async def test_a_wrong_token_a_wrong_name_and_a_page_are_told_apart(
        self, answer: Any, error: Any
    ) -> None:
        with pytest.raises(error):
            await SyncroReader(company(**{ME: answer})).check()

    async def test_a_single_customer_is_noticed(self) -> None:
        out = company(**{f"GET {CUSTOMERS}": page("customers", customer(), total_entries=1)})
        assert any("single" in it for it in (await SyncroReader(out).survey()).findings)

    async def test_a_field_for_markers_is_found(self) -> None:
        row = customer(properties={"Syncline Id": None})
        out = company(**{f"GET {CUSTOMERS}": page("customers", row, total_entries=2)})
        found = (await SyncroReader(out).survey()).found
        assert (found.marker_field, found.marker_streams) == ("Syncline Id", ("customers",))
        classes = {
            it: SyncroReader(out, found).traits(it).creates for it in ("tickets", "customers", "contacts")
        }
        assert classes == {"tickets": RepeatClass.K2, "customers": RepeatClass.K2, "contacts": RepeatClass.K3}

    async def test_it_may_be_found_on_a_later_page(self) -> None:
        rows = [customer(1), customer(1), customer(2, properties={"Syncline Id": MARKER})]
        pages = [
            page("customers", row, number=number, of=2, total_entries=2)
            for row, number in zip(rows, (1, 1, 2), strict=True)
        ]
        survey = await SyncroReader(company(**{f"GET {CUSTOMERS}": pages})).survey()
        assert survey.found.marker_streams == ("customers",)
        assert not any("custom field" in it for it in survey.findings)

    async def test_a_record_that_is_taken_is_no_proof(self) -> None:
        with pytest.raises(ContractBroken):
            await SyncroReader(company(**{f"POST {TICKETS}": {"ticket": alone()}})).survey()


class TestReading:
    async def test_a_ticket_is_the_same_from_a_list_and_alone(self) -> None:
        out = world(
            **{f"GET {TICKETS}": page("tickets", in_a_list()), f"GET {TICKETS}/5": {"ticket": alone()}}
        )
        reader = SyncroReader(out)
        [listed] = (await reader.inventory("tickets", None)).records
        assert listed == (await reader.fetch("tickets", ["5"]))["5"]
        assert listed.marker == MARKER and listed.values["tag_list"] == ["printer"]
        assert listed.values["ticket_type_id"] == "1" and listed.values["contact_id"] == "7"
        assert (
            listed.values["properties.Maker"] == "HP" and listed.values["description"] == "It does not start"
        )
        assert listed.values["due_date"] == "2019-11-04T08:59:31Z" and listed.values["priority"] is None

    async def test_changes_are_asked_for_from_a_moment_before(self) -> None:
        out = world(**{f"GET {TICKETS}": page("tickets", in_a_list(5), in_a_list(4))})
        found = await SyncroReader(out).changes("tickets", Feed.RECORDS, SINCE, None)
        assert out.asked[0].params == {"since_updated_at": "2019-11-04T07:59:59Z", "page": 1}
        assert [it.ref.id for it in found.changed] == ["4", "5"] and found.next is None

    async def test_the_page_before_is_looked_at_again(self) -> None:
        """3 was removed, so 2 stands on the first page now, which had been read."""
        rows = {it: in_a_list(it) for it in (1, 2, 3, 4)}
        pages = [
            page("tickets", rows[4], rows[3], of=2),
            page("tickets", rows[1], number=2, of=2),
            page("tickets", rows[4], rows[2], of=2),
        ]
        out = world(**{f"GET {TICKETS}": pages})
        first = await SyncroReader(out).inventory("tickets", None)
        second = await SyncroReader(out).inventory("tickets", first.next)
        assert [it.params["page"] for it in out.asked] == [1, 2, 1]
        assert [it.ref.id for it in (*first.changed, *second.changed)] == ["3", "4", "1", "2"]

    async def test_another_page_than_was_asked_for_is_noticed(self) -> None:
        out = world(**{f"GET {TICKETS}": page("tickets", in_a_list(), number=2, of=9)})
        with pytest.raises(ContractBroken):
            await SyncroReader(out).inventory("tickets", None)

    async def test_pages_without_numbers_end_with_an_empty_one(self) -> None:
        pages = [Told({"assets": [asset(7)]}), Told({"assets": []}), Told({"assets": [asset(7)]})]
        reader = SyncroReader(world(**{f"GET {ASSETS}": pages}))
        first = await reader.inventory("customer_assets", None)
        second = await reader.inventory("customer_assets", first.next)
        assert len(first.changed) == 1 and (second.changed, second.next) == ([], None)

    async def test_a_page_without_a_number_that_comes_again_is_noticed(self) -> None:
        reader = SyncroReader(world(**{f"GET {ASSETS}": Told({"assets": [asset(7)]})}))
        first = await reader.inventory("customer_assets", None)
        with pytest.raises(ContractBroken):
            await reader.inventory("customer_assets", first.next)

    async def test_of_customers_all_are_listed_and_the_changed_ones_come(self) -> None:
        old = customer(1, "2019-10-21T08:33:21.053Z")
        out = world(**{f"GET {CUSTOMERS}": page("customers", customer(2), old, total_entries=2)})
        found = await SyncroReader(out).changes("customers", Feed.RECORDS, SINCE, None)
        assert out.asked[0].params == {"include_disabled": "true", "page": 1}
        assert [it.ref.id for it in found.changed] == ["2"]
        assert "portal_key" not in repr(found.records), "a secret of the vendor's"

    async def test_an_asset_that_only_checked_in_is_the_same(self) -> None:
        """Its time moves with every word of its agent; its version does not."""
        once, again = (
            world(**{f"GET {ASSETS}": page("assets", asset(updated=it))})
            for it in ("2019-11-05T00:00:00.000Z", "2019-11-05T01:00:00.000Z")
        )
        [one] = (await SyncroReader(once).inventory("customer_assets", None)).changed
        [two] = (await SyncroReader(again).inventory("customer_assets", None)).changed
        assert one.version == two.version and one.changed_at != two.changed_at

    async def test_what_is_gone_is_missing(self) -> None:
        out = world(
            **{
                f"GET {CONTACTS}/1": RecordGone("gone"),
                f"GET {CONTACTS}/2": {**customer(2), "name": "Reception"},
            }
        )
        found = await SyncroReader(out).fetch("contacts", ["1", "2", "../3"])
        assert set(found) == {"2"} and found["2"].values["name"] == "Reception"

    async def test_another_record_than_was_asked_for_is_noticed(self) -> None:
        with pytest.raises(ContractBroken):
            await SyncroReader(world(**{f"GET {TICKETS}/6": {"ticket": alone(5)}})).fetch("tickets", ["6"])

    async def test_a_marker_is_searched_for_and_then_looked_for(self) -> None:
        found = page("tickets", in_a_list())
        out = world(**{f"GET {TICKETS}": [page("tickets", in_a_list(6, tag_list=[])), found]})
        [record] = await SyncroReader(out).find("tickets", MARKER)
        assert record.ref.id == "5"
        assert [it.params for it in out.asked] == [{"query": MARKER, "page": 1}, {"page": 1}]

    async def test_what_was_not_told_is_not_read(self) -> None:
        """Empty is what is told to be empty."""
        row = {
            name: it
            for name, it in in_a_list().items()
            if name not in ("comments", "tag_list", "contact_id", "priority")
        }
        [record] = (
            await SyncroReader(world(**{f"GET {TICKETS}": page("tickets", row)})).inventory("tickets", None)
        ).records
        assert not {"description", "tag_list", "contact_id", "priority"} & set(record.values)
        assert record.values["resolved_at"] is None

    async def test_a_customer_is_found_by_the_field_that_was_found(self) -> None:
        out = world(**{f"GET {CUSTOMERS}": page("customers", customer(properties={"Syncline Id": MARKER}))})
        known = Found(marker_field="Syncline Id", marker_streams=("customers",))
        assert [it.marker for it in await SyncroReader(out, known).find("customers", MARKER)] == [MARKER]
        assert await SyncroReader(world()).find("customers", MARKER) == []

    async def test_records_with_a_value_are_asked_for_by_it_and_compared(self) -> None:
        out = world(
            **{f"GET {CUSTOMERS}": page("customers", customer(1), customer(2, business_name="Contoso Ltd"))}
        )
        found = await SyncroReader(out).alike("customers", {"business_name": "contoso"})
        assert out.asked[0].params["business_name"] == "contoso" and "query" not in out.asked[0].params
        assert [it.ref.id for it in found] == ["1"]

    async def test_other_values_are_searched_for_by_their_words(self) -> None:
        out = world(**{f"GET {TICKETS}": page("tickets", in_a_list())})
        asked = {"subject": "Some (major) problem", "customer_id": "1"}
        assert await SyncroReader(out).alike("tickets", asked) == []
        assert out.asked[0].params == {"customer_id": "1", "query": "Some major problem", "page": 1}

    async def test_comments_come_oldest_first_without_the_initial_issue(self) -> None:
        private = {**INITIAL, "id": 2, "subject": "Note", "body": "Hm", "hidden": True, "user_id": 1}
        lines = f"GET {TICKETS}/5/comments"
        out = world(**{lines: [page("comments", INITIAL, of=2), page("comments", private, number=2, of=2)]})
        [comment] = await SyncroReader(out).comments(RecordRef("tickets", "5"))
        assert (comment.id, comment.body, comment.public, comment.author) == ("2", "Hm", False, "1")
        assert out.asked[0].params == {
            "sort_by": "created_at",
            "sort_direction": "ASC",
            "comment_format": "plaintext",
            "per_page": 100,
            "page": 1,
        }

    @pytest.mark.parametrize(
        "told",
        [
            {"id": 3, "file_name": "a.png", "file_size": 12, "url": "https://files.example/a.png"},
            {"id": 3, "filename": "a.png", "size": 12, "file": {"url": "https://files.example/a.png"}},
        ],
    )
    async def test_files_however_they_are_told(self, told: Any) -> None:
        out = world(**{f"GET {TICKETS}/5": {"ticket": alone(attachments=[told])}})
        found = await SyncroReader(out).attachments(RecordRef("tickets", "5"))
        assert found == [Attachment("3", "a.png", 12, "https://files.example/a.png")]

    async def test_other_records_have_neither_comments_nor_files(self) -> None:
        out = world()
        ref = RecordRef("customers", "1")
        assert [*await SyncroReader(out).comments(ref), *await SyncroReader(out).attachments(ref)] == []
        assert out.asked == []

    @pytest.mark.parametrize("stream", ["tickets", "customers"])
    async def test_how_many_there_are(self, stream: str) -> None:
        """Counted, or reckoned from the last page."""
        path = f"/api/v1/{stream}"
        if stream == "customers":
            pages = [page(stream, customer(), total_entries=68, of=68)]
        else:
            pages = [
                page(stream, in_a_list(1), in_a_list(2), of=34),
                page(stream, in_a_list(3), number=34, of=34),
            ]
        out = world(**{f"GET {path}": pages})
        counted = await SyncroReader(out).count(stream, [], [])
        assert counted.records == (68 if stream == "customers" else 67)

    async def test_what_a_list_can_be_asked_for_is(self) -> None:
        out = world(**{f"GET {TICKETS}": page("tickets", in_a_list())})
        told = [Condition("status", "==", ("New",), "a"), Condition("priority", "==", ("High",), "b")]
        counted = await SyncroReader(out).count("tickets", [], told)
        assert (counted.records, counted.left_out) == (1, ("b",))
        assert out.asked[0].params == {"status": "New", "page": 1}


class TestSettings:
    async def test_streams(self) -> None:
        names = [it.name for it in await SyncroReader(world()).streams()]
        assert names == ["tickets", "customers", "contacts", "customer_assets"]

    async def test_fields_of_tickets_are_those_of_the_settings(self) -> None:
        fields = {it.name: it for it in await SyncroReader(world()).fields("tickets")}
        assert fields["status"].choices == ("New", "In Progress", "Resolved", "Waiting on Customer")
        assert fields["ticket_type_id"].choice_labels == {"1": "Devices"}
        assert fields["properties.Device Type"].choices == ("Hard Drive",)
        assert fields["properties.Maker"].type is FieldType.TEXT
        assert fields["subject"].required_on_create and not fields["number"].writable

    async def test_fields_of_assets_are_what_they_show(self) -> None:
        row = asset(properties={"Size": "M", "Syncline Id": "x", "kabuto_information": {"general": {}}})
        out = world(**{f"GET {ASSETS}": page("assets", row)})
        fields = {it.name: it for it in await SyncroReader(out).fields("customer_assets")}
        assert fields["asset_type"].choices == ("Desktop",) and "properties.Size" in fields
        assert not {"properties.Syncline Id", "properties.kabuto_information"} & set(fields)
        assert not fields["agent.mac_addresses"].writable

    async def test_own_fields_of_contacts_can_not_be_written(self) -> None:
        out = world(
            **{f"GET {CONTACTS}": page("contacts", {**customer(), "properties": {"title": "Office"}})}
        )
        fields = {it.name: it for it in await SyncroReader(out).fields("contacts")}
        assert not fields["properties.title"].writable and fields["name"].writable

    async def test_types_are_not_all_known_where_there_are_many_assets(self) -> None:
        pages = [page("assets", asset(it), number=it, of=11) for it in range(1, 11)]
        out = world(**{f"GET {ASSETS}": pages})
        fields = {it.name: it for it in await SyncroReader(out).fields("customer_assets")}
        assert fields["asset_type"].choices is None and "properties.Size" in fields

    async def test_people_by_a_part_of_their_name(self) -> None:
        out = world()
        reader = SyncroReader(out)
        assert await reader.people("desk") == [Person("1", "Service Desk")]
        assert await reader.people(" ") == [] and out.lines == [SETTINGS]
