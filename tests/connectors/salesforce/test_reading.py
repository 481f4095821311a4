"""Salesforce is asked as its reference says: SOQL in order, locators, collections; what is hidden is not asked for."""

from collections.abc import Sequence
from typing import Any

import pytest

from connectors.salesforce.answers import (
    DATA,
    DESCRIBE,
    DESCRIBED,
    FIELDS,
    FOUND,
    MARKER,
    ONE,
    QUERY,
    READ,
    SELECTED,
    SINCE,
    THREE,
    TWO,
    of,
    refused,
    row,
    rows,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.salesforce.reader import SalesforceReader
from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.records import Feed, RecordRef, Tie, TieKind
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import Attachment, Counted, WebhookWay

ROOT, LIMITS = f"GET {DATA}/", f"GET {DATA}/limits"
ME = "0053000000AbcdeAAF"
RESOURCES = {
    "sobjects": f"{DATA}/sobjects",
    "identity": f"https://login.salesforce.com/id/00D300000000bDUEAY/{ME}",
}
USERS = rows(of("User", Id=ME, Username="syncline@contoso.example"))
REF = RecordRef("Case", ONE)


def plenty(remaining: int = 9000) -> dict[str, Any]:
    return {"DailyApiRequests": {"Max": 10_000, "Remaining": remaining}}


def checked(described: Any = DESCRIBED, **more: Any) -> StandIn:
    return StandIn({ROOT: RESOURCES, QUERY: USERS, DESCRIBE: described, LIMITS: plenty(), **more})


def without(name: str, *instead: dict[str, Any]) -> dict[str, Any]:
    return {**DESCRIBED, "fields": [*(it for it in FIELDS if it["name"] != name), *instead]}


def asked(out: StandIn, at: int = -1) -> str:
    return str(out.asked[at].params["q"])


class TestChecking:
    async def test_who_it_is_and_what_it_may_do_are_told_and_nothing_is_written(self) -> None:
        out = checked()
        survey = await SalesforceReader(out).survey()
        assert (survey.identity, survey.can_write, survey.findings) == ("syncline@contoso.example", True, ())
        assert (survey.found.marker_field, survey.found.webhooks) == ("Syncline_Id__c", WebhookWay.BY_HAND)
        assert out.lines == [ROOT, QUERY, DESCRIBE, LIMITS]
        assert asked(out, 1) == f"SELECT Id, Username FROM User WHERE Id = '{ME}'"

    @pytest.mark.parametrize("flag", ["queryable", "createable", "updateable"])
    async def test_who_may_not_write_is_told_so(self, flag: str) -> None:
        with pytest.raises(errors.PermissionMissing, match="create and edit"):
            await SalesforceReader(checked({**DESCRIBED, flag: False})).survey()

    async def test_who_has_no_cases_is_told_so(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="no access to cases"):
            await SalesforceReader(checked(errors.RecordGone("404"))).survey()

    async def test_without_api_it_is_said_what_is_missing(self) -> None:
        error = refused("API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.", 403)
        with pytest.raises(errors.PermissionMissing, match="API Enabled"):
            await SalesforceReader(StandIn({ROOT: error})).survey()

    async def test_something_else_than_salesforce_is_noticed(self) -> None:
        with pytest.raises(errors.ContractBroken, match="no Salesforce"):
            await SalesforceReader(StandIn({ROOT: errors.RecordGone("404")})).survey()

    async def test_a_page_of_maintenance_is_asked_again_later(self) -> None:
        with pytest.raises(errors.Unavailable, match="maintenance"):
            await SalesforceReader(StandIn({ROOT: PageInstead("GET /")})).survey()

    @pytest.mark.parametrize(
        ("marker", "words"),
        [
            ([], "Case has no field Syncline_Id__c"),
            ([{**FIELDS[-1], "createable": False}], "Case has no field Syncline_Id__c"),
            ([{**FIELDS[-1], "unique": False}], "external id and unique"),
            ([{**FIELDS[-1], "externalId": False}], "external id and unique"),
        ],
    )
    async def test_a_field_that_keeps_nothing_unique_is_no_marker(
        self, marker: list[dict[str, Any]], words: str
    ) -> None:
        survey = await SalesforceReader(checked(without("Syncline_Id__c", *marker))).survey()
        assert words in survey.findings[0] and survey.found.marker_field is None

    async def test_without_a_marker_only_a_person_can_tell(self) -> None:
        assert SalesforceReader(world()).traits("Case").creates is RepeatClass.K3
        assert SalesforceReader(world(), FOUND).traits("Case").creates is RepeatClass.K1
        assert await SalesforceReader(world()).find("Case", MARKER) == []

    async def test_a_day_that_is_nearly_used_up_is_a_finding(self) -> None:
        survey = await SalesforceReader(checked(**{LIMITS: plenty(1999)})).survey()
        assert survey.findings[0].startswith("1999 of 10000 requests")


class TestFields:
    async def test_fields_as_they_are_described(self) -> None:
        facts = {it.name: it for it in await SalesforceReader(world()).fields("Case")}
        types = {name: it.type for name, it in facts.items()}
        assert types["OwnerId"] is FieldType.PERSON and types["ParentId"] is FieldType.CHOICE
        assert types["Topics__c"] is FieldType.LIST and types["Notes__c"] is FieldType.RICH_TEXT
        assert (types["Effort__c"], types["Promised__c"]) == (FieldType.NUMBER, FieldType.INSTANT)
        assert facts["Priority"].choices == ("High", "Low")
        assert facts["Priority"].choice_labels == {"High": "Urgent"}
        assert facts["Priority"].required_on_create and not facts["Status"].required_on_create
        assert not facts["Age__c"].writable and not facts["SystemModstamp"].writable
        assert not {"Comments", "LastViewedDate", "Place__c", "Syncline_Id__c", "Id"} & set(facts)

    async def test_other_objects_are_refused(self) -> None:
        with pytest.raises(errors.RecordRejected):
            await SalesforceReader(world()).fields("Account")

    async def test_users_and_queues_are_people(self) -> None:
        desk = of(
            "User",
            Id=ME,
            Name="Service desk",
            Email="desk@contoso.example",
            Username="desk",
            IsActive=True,
        )
        out = world(query=[rows(desk), rows(of("Group", Id="00G3000000AbcdeAAF", Name="Desk 100%"))])
        found = await SalesforceReader(out).people("d'_%")
        assert [(it.name, it.login, it.active) for it in found] == [
            ("Service desk", "desk", True),
            ("Desk 100%", None, True),
        ]
        assert "Name LIKE '%d\\'\\_\\%%'" in asked(out) and "Type = 'Queue'" in asked(out)

    async def test_a_count_reads_no_rows(self) -> None:
        out = world(query=Told({"totalSize": 7, "done": True, "records": []}))
        conditions = (
            Condition("Priority", "in", ("High", "it's"), "a"),
            Condition("Effort__c", ">", (3,), "b"),
            Condition("Description", "==", ("long",), "c"),
            Condition("Promised__c", "<", ("2026-01-01",), "d"),
        )
        counted = await SalesforceReader(out).count("Case", (), conditions)
        assert counted == Counted(7, left_out=("c", "d"))
        where = "Priority IN ('High', 'it\\'s') AND Effort__c > 3"
        assert asked(out) == f"SELECT COUNT() FROM Case WHERE {where}"


class TestFeeds:
    async def changes(self, out: StandIn, token: str | None = None, feed: Feed = Feed.RECORDS) -> Any:
        return await SalesforceReader(out, FOUND).changes("Case", feed, SINCE, token)

    async def test_changes_come_by_stamp_and_id_with_all_that_is_in_them(self) -> None:
        out = world(query=rows(row(), row(TWO, Effort__c=2.0, Topics__c="a;b", Syncline_Id__c=MARKER)))
        page = await self.changes(out)
        assert asked(out) == (
            f"{SELECTED} WHERE SystemModstamp >= 2026-07-14T00:28:44Z ORDER BY SystemModstamp, Id LIMIT 500"
        )
        assert [it.ref.id for it in page.changed] == [ONE, TWO] and page.next is None
        record = page.records[1]
        assert (record.values["Effort__c"], record.values["Topics__c"]) == (2, ["a", "b"])
        assert (record.marker, record.version) == (MARKER, page.changed[1].version)
        assert record.values["SystemModstamp"] == "2026-07-14T00:28:44Z"

    async def test_it_goes_on_after_the_last_row(self) -> None:
        """Also when fewer came than were asked for: of wide rows Salesforce sends fewer at a time."""
        out = world(query=rows(row(), next=f"{DATA}/query/01gD0000002HU6KIAW-200"))
        page = await self.changes(out)
        assert page.next == f"2026-07-14T00:28:44Z|{ONE}"
        again = world(query=rows(row(TWO)))
        await self.changes(again, page.next)
        assert (
            f"WHERE SystemModstamp >= 2026-07-14T00:28:44Z AND (SystemModstamp > 2026-07-14T00:28:44Z OR Id > '{ONE}')"
            in asked(again)
        )

    @pytest.mark.parametrize(
        "found",
        [
            [row(at="2026-07-14T00:28:43")],
            [row(at="2026-07-14T00:28:46"), row(TWO, at="2026-07-14T00:28:45")],
            [of("Account", Id=ONE)],
            [{**row(), "Subject2": "x"}],
        ],
    )
    async def test_what_was_not_asked_for_is_no_answer(self, found: Sequence[dict[str, Any]]) -> None:
        with pytest.raises(errors.ContractBroken):
            await self.changes(world(query=rows(*found)))

    async def test_a_page_that_comes_again_is_noticed(self) -> None:
        with pytest.raises(errors.ContractBroken, match="repeated"):
            await self.changes(world(query=rows(row())), f"2026-07-14T00:28:44Z|{ONE}")

    async def test_deletions_lie_in_the_bin(self) -> None:
        path = f"GET {DATA}/queryAll"
        stamp = "2026-07-14T00:29:00.000+0000"
        out = StandIn({path: rows(of("Case", Id=ONE, SystemModstamp=stamp))})
        page = await self.changes(out, feed=Feed.DELETIONS)
        assert [it.ref for it in page.changed] == [REF] and page.next is None
        assert "WHERE IsDeleted = TRUE AND SystemModstamp >= 2026-07-14T00:28:44Z" in asked(out)

    async def test_fields_that_changed_meanwhile_are_asked_for_again_later(self) -> None:
        """Also when the vendor's words are so long that the code behind them is not kept."""
        gone = errors.RecordRejected("400", detail='400 GET /: [{"message":"... No such column \'Age__c\' on')
        out = world(query=[refused("INVALID_FIELD", "..."), gone, rows(row())])
        reader = SalesforceReader(out, FOUND)
        for _ in range(2):
            with pytest.raises(errors.Unavailable):
                await reader.changes("Case", Feed.RECORDS, SINCE, None)
        await reader.changes("Case", Feed.RECORDS, SINCE, None)
        assert out.lines == [DESCRIBE, QUERY] * 3

    async def test_everything_goes_by_by_id(self) -> None:
        out = world(query=rows(row(TWO)))
        page = await SalesforceReader(out).inventory("Case", ONE)
        assert asked(out) == f"{SELECTED} WHERE Id > '{ONE}' ORDER BY Id LIMIT 500"
        assert page.next is None

    async def test_two_edits_in_one_second_are_two_versions(self) -> None:
        """Formulas change by themselves, and what is empty may be a field that was only just added."""
        page = await self.changes(
            world(
                query=rows(
                    row(),
                    row(TWO, Subject="a"),
                    row(THREE, Subject="a", Age__c=7.0),
                )
            )
        )
        plain = {it.ref.id: it.version.partition(".")[0] for it in page.changed}
        assert set(plain.values()) == {"2026-07-14T00:28:44Z"}
        assert len({it.version for it in page.changed}) == 3
        first = await self.changes(world(query=rows(row(ONE, Subject="a"))))
        second = await self.changes(world(query=rows(row(ONE, Subject="a", Age__c=9.0))))
        assert first.changed == second.changed


class TestRecords:
    async def test_records_are_fetched_in_one_collection(self) -> None:
        """Null stands for what is gone, or hidden; what can't be an id is not asked for."""
        out = world(read=Told([row(), None]))
        found = await SalesforceReader(out, FOUND).fetch("Case", [ONE, TWO, "x' OR Id != '"])
        assert set(found) == {ONE}
        assert out.asked[-1].params["ids"] == f"{ONE},{TWO}"
        assert out.asked[-1].params["fields"].startswith("Id,CreatedDate,")

    async def test_a_long_list_goes_into_a_body(self) -> None:
        ids = [f"5003000000D8{it:03d}AAR" for it in range(400)]
        line = f"POST {DATA}/composite/sobjects/Case"
        out = world(**{line: Told([row(it) for it in ids])})
        assert len(await SalesforceReader(out).fetch("Case", ids)) == 400
        assert out.asked[-1].json["ids"] == ids and out.asked[-1].repeatable

    @pytest.mark.parametrize("answer", [{"records": []}, [], [row(TWO)], [of("Account", Id=ONE)]])
    async def test_an_answer_to_another_question_is_none(self, answer: Any) -> None:
        with pytest.raises(errors.ContractBroken):
            await SalesforceReader(world(read=Told(answer))).fetch("Case", [ONE])

    async def test_a_marker_is_found_and_compared(self) -> None:
        other = row(TWO, Syncline_Id__c=MARKER.upper())
        out = world(query=rows(row(Syncline_Id__c=MARKER), other))
        found = await SalesforceReader(out, FOUND).find("Case", MARKER)
        assert [it.ref.id for it in found] == [ONE]
        assert f"WHERE Syncline_Id__c = '{MARKER}' ORDER BY CreatedDate, Id LIMIT 100" in asked(out)

    async def test_what_can_not_be_compared_is_left_to_the_caller(self) -> None:
        out = world(query=rows(row()))
        await SalesforceReader(out).alike("Case", {"Subject": "it's \\ new", "Description": "long"})
        assert "WHERE Subject = 'it\\'s \\\\ new' ORDER BY" in asked(out)
        with pytest.raises(errors.RecordRejected):
            await SalesforceReader(out).alike("Case", {"Description": "long"})

    async def test_comments_are_public_or_not_and_come_by_locator(self) -> None:
        stamp = "2026-07-14T00:29:00.000+0000"
        fixed = {
            "ParentId": ONE,
            "CreatedDate": stamp,
            "SystemModstamp": stamp,
            "CreatedBy": {"Name": "Triage"},
        }
        first = of("CaseComment", Id="00a3000000AbcdeAAB", CommentBody="Seen", IsPublished=True, **fixed)
        second = of("CaseComment", Id="00a3000000AbcdfAAB", CommentBody="Hm", IsPublished=False, **fixed)
        locator = f"{DATA}/query/01gD0000002HU6KIAW-2000"
        out = StandIn({QUERY: rows(first, next=locator), f"GET {locator}": rows(second)})
        told = await SalesforceReader(out).comments(REF)
        assert [(it.body, it.public, it.author) for it in told] == [
            ("Seen", True, "Triage"),
            ("Hm", False, "Triage"),
        ]
        assert asked(out, 0) == (
            "SELECT Id, ParentId, CommentBody, IsPublished, CreatedBy.Name, CreatedDate, SystemModstamp "
            f"FROM CaseComment WHERE ParentId = '{ONE}' ORDER BY CreatedDate, Id"
        )

    async def test_a_locator_that_is_forgotten_is_begun_anew_later(self) -> None:
        """At most so many of a user's are kept, for two days."""
        stamp, locator = "2026-07-14T00:29:00.000+0000", f"{DATA}/query/01gD0000002HU6KIAW-2000"
        fixed = {"CreatedDate": stamp, "SystemModstamp": stamp, "CreatedBy": None}
        first = of("CaseComment", Id=ONE, ParentId=ONE, CommentBody="Seen", IsPublished=True, **fixed)
        lost = refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        for answer, kind in ((lost, errors.Unavailable), (rows(first, next=locator), errors.ContractBroken)):
            out = StandIn({QUERY: rows(first, next=locator), f"GET {locator}": answer})
            with pytest.raises(kind):
                await SalesforceReader(out).comments(REF)

    async def test_files_and_old_attachments(self) -> None:
        version = "0683000000AbcdeAAB"
        document = {
            "attributes": {},
            "LatestPublishedVersionId": version,
            "Title": "screen",
            "FileExtension": "png",
            "ContentSize": 5,
        }
        old = of("Attachment", Id="00P3000000AbcdeAAB", Name="a.txt", ContentType="text/plain", BodyLength=3)
        out = StandIn({QUERY: [rows(of("ContentDocumentLink", ContentDocument=document)), rows(old)]})
        found = await SalesforceReader(out).attachments(REF)
        blob = f"{DATA}/sobjects/ContentVersion/{version}/VersionData"
        assert found == [
            Attachment(version, "screen.png", 5, blob),
            Attachment(
                "00P3000000AbcdeAAB",
                "a.txt",
                3,
                f"{DATA}/sobjects/Attachment/00P3000000AbcdeAAB/Body",
                "text/plain",
            ),
        ]
        assert asked(out, 0).endswith(f"FROM ContentDocumentLink WHERE LinkedEntityId = '{ONE}'")

    async def test_a_parent_that_may_be_seen_is_a_tie(self) -> None:
        own, parent = of("Case", Id=ONE, ParentId=TWO), of("Case", Id=TWO)
        there = StandIn({READ: [Told([own]), Told([parent])]})
        assert await SalesforceReader(there).ties(REF) == [Tie(TieKind.PARENT, RecordRef("Case", TWO))]
        hidden = StandIn({READ: [Told([own]), Told([None])]})
        assert await SalesforceReader(hidden).ties(REF) == []
