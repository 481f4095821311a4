"""Salesforce is written to as its reference says: refused if it is there, refused if it moved on, and read after it."""

import json
from typing import Any

import pytest

from connectors.salesforce.answers import (
    COLLECTION,
    COMPOSITE,
    CREATE,
    DATA,
    DELETE,
    FOUND,
    MARKER,
    ONE,
    PATCH,
    QUERY,
    READ,
    SHAPE,
    THREE,
    TWO,
    made,
    of,
    refused,
    row,
    rows,
    seen,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.salesforce.writer import SalesforceWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.testing.contract.operations import file_of

STAMP = "2026-07-14T00:29:00.000+0000"
LATER = "2026-07-14T00:29:00"
CONDITION = "Tue, 14 Jul 2026 00:28:44 GMT"
NEW = NewRecord("Case", {"Subject": "Late", "Topics__c": ["a", "b"], "Description": None}, MARKER)
REF = RecordRef("Case", ONE)
TAKEN = f"duplicate value found: Syncline_Id__c duplicates value on record with id: {ONE}"


def writer(out: StandIn) -> SalesforceWriter:
    return SalesforceWriter(out, FOUND)


def failed(code: str, message: str) -> dict[str, Any]:
    """Of a collection."""
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": []}]}


def step(number: int, status: int, *errors: dict[str, Any]) -> dict[str, Any]:
    return {
        "body": list(errors) or None,
        "httpHeaders": {},
        "httpStatusCode": status,
        "referenceId": f"step{number}",
    }


class TestCreating:
    async def test_with_a_marker_in_a_field_that_has_to_be_unique(self) -> None:
        out = world(create=made(), read=Told([row(Subject="Late", Syncline_Id__c=MARKER)]))
        [record] = await writer(out).create([NEW])
        assert isinstance(record, Record) and (record.ref.id, record.marker) == (ONE, MARKER)
        posted = next(it for it in out.asked if it.line == CREATE)
        assert posted.json == {"Subject": "Late", "Topics__c": "a;b", "Syncline_Id__c": MARKER}
        assert not posted.repeatable and "Sforce-Auto-Assign" not in posted.headers

    async def test_whom_it_is_given_to_keeps_it(self) -> None:
        out = world(create=made(), read=Told([row(Syncline_Id__c=MARKER)]))
        await writer(out).create([NewRecord("Case", {"OwnerId": "00G3000000AbcdeAAF"}, MARKER)])
        assert next(it for it in out.asked if it.line == CREATE).headers == {"Sforce-Auto-Assign": "FALSE"}

    async def test_what_is_there_already_is_neither_made_again_nor_overwritten(self) -> None:
        edited = row(Subject="Edited since", Syncline_Id__c=MARKER)
        out = world(create=refused("DUPLICATE_VALUE", TAKEN), query=rows(edited))
        [record] = await writer(out).create([NEW])
        assert isinstance(record, Record) and record.values["Subject"] == "Edited since"
        assert not any(it.method == "PATCH" for it in out.asked)

    async def test_what_is_said_to_be_there_and_is_not_found_is_unknown(self) -> None:
        out = world(create=refused("DUPLICATE_VALUE", TAKEN), query=rows())
        assert isinstance((await writer(out).create([NEW]))[0], errors.UnknownOutcome)

    async def test_another_unique_field_of_theirs_is_a_refusal(self) -> None:
        words = "duplicate value found: Serial__c duplicates value on record with id: x"
        [told] = await writer(world(create=refused("DUPLICATE_VALUE", words))).create([NEW])
        assert type(told) is not Record and isinstance(told, errors.RecordRejected) and words in told.message

    async def test_many_go_together_and_each_has_its_own_answer(self) -> None:
        results = [
            {"id": ONE, "success": True, "errors": []},
            failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Say why"),
            failed("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"),
            failed("DUPLICATE_VALUE", TAKEN),
        ]
        there = row(Syncline_Id__c=MARKER)
        out = world(**{COLLECTION: Told(results)}, read=Told([there]), query=rows(there))
        answers = await writer(out).create([NEW] * 4)
        assert [type(it) for it in answers] == [
            Record,
            errors.RecordRejected,
            errors.Unavailable,
            Record,
        ]
        assert "Say why" in str(answers[1])
        posted = next(it for it in out.asked if it.line == COLLECTION).json
        assert posted["allOrNone"] is False and posted["records"][0]["attributes"] == {"type": "Case"}

    @pytest.mark.parametrize("values", [{"Colour__c": "red"}, {"Age__c": 5}, {"SystemModstamp": STAMP}])
    async def test_what_may_not_be_written_is_refused_without_a_request(self, values: dict[str, Any]) -> None:
        out = world()
        [told] = await writer(out).create([NewRecord("Case", values, MARKER)])
        assert isinstance(told, errors.RecordRejected) and next(iter(values)) in told.message
        assert "POST" not in {it.method for it in out.asked}

    @pytest.mark.parametrize(
        "answer",
        [Told({}), Told([]), Told({"id": ONE, "success": False}), Told({"id": "x", "success": True})],
    )
    async def test_an_answer_that_makes_no_sense_is_looked_up(self, answer: Told) -> None:
        [told] = await writer(world(create=answer)).create([NEW])
        assert isinstance(told, errors.UnknownOutcome)

    async def test_without_a_marker_none_is_sent(self) -> None:
        out = world(create=made(), read=Told([row()]))
        [record] = await SalesforceWriter(out).create([NEW])
        assert isinstance(record, Record) and record.marker is None
        assert "Syncline_Id__c" not in next(it for it in out.asked if it.line == CREATE).json


class TestChanging:
    async def test_it_is_looked_at_changed_under_a_condition_and_read(self) -> None:
        after = row(at=LATER, Subject="New")
        out = world(read=[Told([row()]), Told([after])], patch=Told(None, 204))
        [record] = await writer(out).update([Update(seen(), {"Subject": "New", "OwnerId": None})])
        assert isinstance(record, Record) and record.values["Subject"] == "New"
        assert out.lines[-3:] == [READ, PATCH, READ]
        patched = out.asked[-2]
        assert patched.json == {"Subject": "New", "OwnerId": None}
        assert patched.headers == {"If-Unmodified-Since": CONDITION, "Sforce-Auto-Assign": "FALSE"}
        assert not patched.repeatable

    async def test_what_was_edited_since_is_left_alone(self) -> None:
        """Even in the same second."""
        out = world(read=Told([row(Subject="Theirs")]))
        [told] = await writer(out).update([Update(seen(), {"Subject": "x"})])
        assert isinstance(told, errors.RecordChanged) and PATCH not in out.lines

    async def test_who_came_a_moment_earlier_is_noticed(self) -> None:
        """412: the record is younger than the condition says."""
        [told] = await writer(world(read=Told([row()]), patch=Told(None, 412))).update(
            [Update(seen(), {"Subject": "x"})]
        )
        assert isinstance(told, errors.RecordChanged)

    async def test_what_else_changed_leaves_the_record_to_be_looked_at_again(self) -> None:
        after = row(at=LATER, Subject="New", Effort__c=5.0)
        out = world(read=[Told([row()]), Told([after])], patch=Told(None, 204))
        [record] = await writer(out).update([Update(seen(), {"Subject": "New"})])
        quiet = world(read=[Told([row()]), Told([row(at=LATER, Subject="New")])], patch=Told(None, 204))
        [alone] = await writer(quiet).update([Update(seen(), {"Subject": "New"})])
        assert isinstance(record, Record) and isinstance(alone, Record)
        assert record.values["Effort__c"] == 5 and record.version == alone.version
        assert record.version != SHAPE.version(after)

    async def test_what_reads_as_before_is_not_believed(self) -> None:
        out = world(read=[Told([row()]), Told([row()])], patch=Told(None, 204))
        [told] = await writer(out).update([Update(seen(), {"Subject": "New"})])
        assert isinstance(told, errors.UnknownOutcome)

    async def test_many_go_together_each_under_its_condition(self) -> None:
        mine, theirs, gone = row(), row(TWO, Subject="Theirs"), None
        moved = {"message": "Precondition Failed", "errorCode": "PRECONDITION_FAILED"}
        locked = {"message": "unable to obtain exclusive access", "errorCode": "UNABLE_TO_LOCK_ROW"}
        answers = {"compositeResponse": [step(1, 412, moved), step(0, 204), step(2, 400, locked)]}
        after = row(at=LATER, Subject="New")
        out = world(read=[Told([mine, theirs, gone]), Told([after])], **{COMPOSITE: answers})
        updates = [
            Update(seen(), {"Subject": "New"}),
            Update(seen(id=TWO), {"Subject": "New"}),
            Update(seen(id=THREE), {"Subject": "New"}),
            *[Update(seen(), {"Subject": "New"})] * 2,
        ]
        told = await writer(out).update(updates)
        assert [type(it) for it in told] == [
            Record,
            errors.RecordChanged,
            errors.RecordGone,
            errors.RecordChanged,
            errors.Unavailable,
        ]
        posted = next(it for it in out.asked if it.line == COMPOSITE).json
        assert (posted["allOrNone"], posted["collateSubrequests"]) == (False, False)
        assert posted["compositeRequest"][0] == {
            "method": "PATCH",
            "url": f"{DATA}/sobjects/Case/{ONE}",
            "referenceId": "step0",
            "httpHeaders": {"If-Unmodified-Since": CONDITION, "Sforce-Auto-Assign": "FALSE"},
            "body": {"Subject": "New"},
        }

    @pytest.mark.parametrize(
        ("code", "status", "kind"),
        [
            ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 400, errors.RecordRejected),
            ("INSUFFICIENT_ACCESS_OR_READONLY", 403, errors.RecordRejected),
            ("UNABLE_TO_LOCK_ROW", 400, errors.Unavailable),
            ("REQUEST_LIMIT_EXCEEDED", 403, errors.RateLimited),
            ("ENTITY_IS_DELETED", 400, errors.RecordGone),
        ],
    )
    async def test_what_a_refusal_means(self, code: str, status: int, kind: type[Exception]) -> None:
        out = world(read=Told([row()]), patch=refused(code, "Say why", status))
        try:
            [told] = await writer(out).update([Update(seen(), {"Subject": "x"})])
        except errors.RemoteError as error:
            told = error
        assert isinstance(told, kind)
        assert kind is not errors.RecordRejected or "Say why" in str(told)


class TestEnding:
    async def test_closing(self) -> None:
        statuses = rows(
            of("CaseStatus", ApiName="Merged", SortOrder=4), of("CaseStatus", ApiName="Closed", SortOrder=5)
        )
        after = row(at=LATER, Status="Closed")
        out = world(query=statuses, read=[Told([row()]), Told([after])], patch=Told(None, 204))
        assert (await writer(out).close(seen())).values["Status"] == "Closed"
        where = "IsClosed = TRUE ORDER BY SortOrder"
        assert out.asked[0].params["q"] == f"SELECT ApiName, SortOrder FROM CaseStatus WHERE {where}"
        assert next(it for it in out.asked if it.line == PATCH).json == {"Status": "Closed"}

    async def test_an_organisation_without_an_end(self) -> None:
        with pytest.raises(errors.RecordRejected, match="map the status"):
            await writer(world(query=rows())).close(seen())

    async def test_deleting_and_what_was_edited_is_not(self) -> None:
        out = world(read=Told([row()]), **{DELETE: Told(None, 204)})
        await writer(out).delete(seen())
        assert out.lines[-1] == DELETE
        stale = world(read=Told([row(Subject="Theirs")]))
        with pytest.raises(errors.RecordChanged):
            await writer(stale).delete(seen())
        assert DELETE not in stale.lines


class TestBeside:
    @pytest.mark.parametrize("public", [True, False])
    async def test_a_comment_is_published_or_not_and_is_read_back(self, public: bool) -> None:
        id, line = "00a3000000AbcdeAAB", f"POST {DATA}/sobjects/CaseComment"
        comment = of(
            "CaseComment",
            Id=id,
            ParentId=ONE,
            CommentBody="Seen",
            IsPublished=public,
            CreatedBy={"Name": "Triage"},
            CreatedDate=STAMP,
            SystemModstamp=STAMP,
        )
        out = StandIn({line: made(id), QUERY: rows(comment)})
        told = await writer(out).comment(REF, "Seen", public=public, marker=MARKER)
        assert (told.body, told.public, told.id) == ("Seen", public, id)
        assert out.asked[0].json == {"ParentId": ONE, "CommentBody": "Seen", "IsPublished": public}
        assert out.asked[0].headers == {"Sforce-Auto-Assign": "FALSE"}

    async def test_a_file_is_a_form_of_two_parts(self) -> None:
        id, line = "0683000000AbcdeAAB", f"POST {DATA}/sobjects/ContentVersion"
        version = of("ContentVersion", Id=id, Title='a "b"', FileExtension="png", ContentSize=4)
        out = StandIn({line: made(id), QUERY: rows(version)})
        told = await writer(out).attach(seen(), file_of(b"\r\n\x00x", 'a "b".png'))
        assert (told.id, told.name, told.size) == (id, 'a "b".png', 4)
        posted = out.asked[0]
        assert posted.content is not None and posted.headers["Content-Length"] == str(len(posted.content))
        boundary = posted.headers["Content-Type"].removeprefix("multipart/form-data; boundary=")
        _, fields, content, end = posted.content.split(f"--{boundary}".encode())
        head, _, told_fields = fields.partition(b"\r\n\r\n")
        assert b'name="entity_content"' in head and b"application/json" in head
        assert json.loads(told_fields) == {
            "Title": 'a "b"',
            "PathOnClient": 'a "b".png',
            "FirstPublishLocationId": ONE,
        }
        assert b'name="VersionData"; filename="a _b_.png"' in content
        assert content.endswith(b"\r\n\r\n\r\n\x00x\r\n") and end == b"--\r\n"

    @pytest.mark.parametrize("name", ["a\r\nX: y", "x" * 501, "a\x00.png"])
    async def test_a_name_that_can_not_be_is_refused_before_anything_is_sent(self, name: str) -> None:
        out = StandIn({})
        with pytest.raises(errors.RecordRejected):
            await writer(out).attach(seen(), file_of(b"x", name))
        assert out.asked == []

    async def test_a_parent_is_set_under_the_same_condition(self) -> None:
        after = row(at=LATER, ParentId=TWO)
        out = world(read=[Told([row(), row(TWO)]), Told([after])], patch=Told(None, 204))
        record = await writer(out).link(seen(), Tie(TieKind.PARENT, RecordRef("Case", TWO)))
        assert record.values["ParentId"] == TWO
        assert next(it for it in out.asked if it.line == PATCH).json == {"ParentId": TWO}

    async def test_there_is_nothing_else_that_ties_cases(self) -> None:
        out = StandIn({})
        with pytest.raises(errors.RecordRejected, match="to its parent"):
            await writer(out).link(seen(), Tie(TieKind.RELATED, RecordRef("Case", TWO)))
        assert out.asked == []
