"""Jira Cloud: what is sent is what the vendor's reference takes, and what it answers is compared with what was meant."""

from typing import Any

import pytest

from connectors.jira.answers import (
    ADF,
    API,
    BULK,
    COMMENT,
    CREATE,
    DELETE,
    DONE,
    FETCH,
    GET,
    MARKER,
    MOVE,
    MYSELF,
    PERSON,
    PUT,
    TO_DO,
    TRANSITIONS,
    UPDATED,
    fetched,
    history,
    issue,
    seen,
    transition,
    world,
    written,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.jira.adf import to_document
from syncline_common.connectors.jira.writer import JiraWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.sdk.ports import File
from syncline_common.testing.contract.operations import file_of

LATER = "2022-12-08T03:00:00.000-0800"
REF = RecordRef("Bug", "10002")
MADE = Told({"id": "10002", "key": "ED-2", "self": "https://x/10002"}, status=201)


def new(**values: Any) -> NewRecord:
    return NewRecord("Bug", {"summary": "x", **values}, MARKER, "ED")


async def updated(
    out: StandIn, *, seen_as: Record | None = None, **values: Any
) -> Record | errors.RemoteError:
    [answer] = await JiraWriter(out).update([Update(seen_as or seen(), values)])
    return answer


def looked(*more: Any) -> dict[str, Any]:
    return {FETCH: fetched(issue()), PUT: written(history(LATER, "summary"))}


class TestCreating:
    async def test_the_marker_is_a_label_and_texts_are_documents(self) -> None:
        out = world({CREATE: MADE, GET: issue(labels=["customer", MARKER])})
        values = {
            "labels": ["customer"],
            "description": "One,\nand two.\n\nThree",
            "priority": "High",
            "components": ["Checkout"],
            "assignee": "5b10",
            "customfield_10010": "Steps",
            "customfield_10011": "Major",
            "customfield_10012": ["Mail"],
            "customfield_10013": "Europe / Norway",
            "customfield_10014": 5,
            "customfield_10015": "2022-12-08T10:22:18Z",
            "duedate": "2022-12-31",
            "parent": "ED-1",
            "resolution": None,
        }
        [made] = await JiraWriter(out).create([new(**values)])
        assert isinstance(made, Record) and made.marker == MARKER and made.ref == REF
        sent = next(it for it in out.asked if it.line == CREATE)
        assert not sent.repeatable
        assert sent.json == {
            "fields": {
                "project": {"key": "ED"},
                "issuetype": {"name": "Bug"},
                "summary": "x",
                "labels": ["customer", MARKER],
                "description": to_document("One,\nand two.\n\nThree"),
                "priority": {"name": "High"},
                "components": [{"name": "Checkout"}],
                "assignee": {"accountId": "5b10"},
                "customfield_10010": to_document("Steps"),
                "customfield_10011": {"value": "Major"},
                "customfield_10012": [{"value": "Mail"}],
                "customfield_10013": {"value": "Europe", "child": {"value": "Norway"}},
                "customfield_10014": 5,
                "customfield_10015": "2022-12-08T10:22:18.000+0000",
                "duedate": "2022-12-31",
                "parent": {"key": "ED-1"},
            }
        }

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"customfield_1": "x"}, "customfield_1"),
            ({"labels": ["two words"]}, "two words"),
            ({"customfield_10016": "x"}, "can't be written"),
            ({"votes": 1}, "can't be written"),
        ],
    )
    async def test_what_it_would_not_take_is_not_sent(self, values: dict[str, Any], said: str) -> None:
        out = world({})
        [refused] = await JiraWriter(out).create([new(**values)])
        assert isinstance(refused, errors.RecordRejected) and said in refused.message
        assert CREATE not in out.lines

    async def test_without_a_project_there_is_no_place_for_it(self) -> None:
        [refused] = await JiraWriter(world({})).create([NewRecord("Bug", {"summary": "x"}, MARKER)])
        assert isinstance(refused, errors.RecordRejected)

    async def test_what_it_says_of_a_field_is_told(self) -> None:
        said = errors.RecordRejected(
            "The system answered 400",
            detail='400 POST /rest/api/3/issue: {"errorMessages":[],"errors":{"duedate":"Due date is required."}}',
        )
        [refused] = await JiraWriter(world({CREATE: said})).create([new()])
        assert isinstance(refused, errors.RecordRejected)
        assert refused.message == "Jira refuses it: duedate: Due date is required."

    async def test_fifty_at_once_each_with_its_own_fate(self) -> None:
        failed = {
            "status": 400,
            "failedElementNumber": 1,
            "elementErrors": {"errors": {"summary": "Too long."}},
        }
        told = {"issues": [{"id": "10002"}, {"id": "10003"}], "errors": [failed]}
        there = fetched(issue(labels=[MARKER]), issue("10003", labels=[MARKER]))
        out = world({BULK: Told(told, status=201), FETCH: there})
        answers = await JiraWriter(out).create([new(), new(), new()])
        assert [it.ref.id if isinstance(it, Record) else type(it) for it in answers] == [
            "10002",
            errors.RecordRejected,
            "10003",
        ]
        assert isinstance(answers[1], errors.RecordRejected) and "Too long." in answers[1].message
        sent = next(it for it in out.asked if it.line == BULK)
        assert len(sent.json["issueUpdates"]) == 3 and not sent.repeatable
        assert out.asked[-1].json["issueIdsOrKeys"] == ["10002", "10003"]

    async def test_where_all_fail_each_is_told_by_itself(self) -> None:
        out = world({BULK: Told(status=400), CREATE: [Told(status=400), MADE], GET: issue(labels=[MARKER])})
        answers = await JiraWriter(out).create([new(), new()])
        assert [type(it) for it in answers] == [errors.RecordRejected, Record]

    async def test_parts_that_are_missing_may_have_been_made(self) -> None:
        out = world({BULK: Told({"issues": [{"id": "10002"}], "errors": []}, status=201)})
        with pytest.raises(errors.UnknownOutcome):
            await JiraWriter(out).create([new(), new()])

    async def test_a_status_is_reached_afterwards(self) -> None:
        done = issue(labels=[MARKER], status=DONE)
        out = world(
            {
                CREATE: MADE,
                GET: [issue(labels=[MARKER]), done],
                TRANSITIONS: {"transitions": [transition("31", DONE)]},
                MOVE: Told(status=204),
            }
        )
        [made] = await JiraWriter(out).create([new(status="Done")])
        assert isinstance(made, Record) and made.values["status"] == "Done"
        assert "status" not in next(it for it in out.asked if it.line == CREATE).json["fields"]

    async def test_one_that_can_not_be_reached_is_told_by_what_is(self) -> None:
        out = world({CREATE: MADE, GET: issue(labels=[MARKER]), TRANSITIONS: {"transitions": []}})
        [made] = await JiraWriter(out).create([new(status="Done")])
        assert isinstance(made, Record) and made.values["status"] == "To Do"


class TestUpdating:
    async def test_looks_first_and_asks_for_what_it_has_become(self) -> None:
        out = world(looked())
        record = await updated(out, summary="y", description=None, components=[])
        assert isinstance(record, Record) and not record.version.endswith("~")
        assert [it.line for it in out.asked if "field" not in it.path] == [FETCH, PUT]
        assert out.asked[-1].params == {"returnIssue": "true", "expand": "changelog"}
        assert out.asked[-1].json == {"fields": {"summary": "y", "description": None, "components": []}}

    async def test_who_came_between_is_noticed(self) -> None:
        between = written(
            history(LATER, "summary"), history(LATER, "priority"), history("2022-12-08T02:10:00.000-0800")
        )
        out = world({FETCH: fetched(issue()), PUT: between})
        record = await updated(out, summary="y")
        assert isinstance(record, Record) and record.version.endswith("~"), (
            "the next scan would not look at it"
        )

    async def test_what_was_edited_is_not_written(self) -> None:
        out = world({FETCH: fetched(issue(summary="Edited within the same millisecond"))})
        assert isinstance(await updated(out, summary="y"), errors.RecordChanged)

    async def test_what_is_gone_is_told(self) -> None:
        out = world({FETCH: fetched()})
        assert isinstance(await updated(out, summary="y"), errors.RecordGone)
        assert MYSELF in out.lines

    async def test_an_answer_without_the_issue_is_made_good(self) -> None:
        out = world({FETCH: fetched(issue()), PUT: Told(status=204), GET: written(history(LATER, "summary"))})
        assert isinstance(await updated(out, summary="y"), Record)
        assert out.asked[-1].params["expand"] == "changelog"

    async def test_our_marker_stays_among_the_labels(self) -> None:
        marked = issue(labels=["a", MARKER])
        out = world({FETCH: fetched(marked), PUT: written(history(LATER, "labels"), labels=["b", MARKER])})
        record = await updated(out, seen_as=seen(labels=["a", MARKER]), labels=["b"])
        assert out.asked[-1].json == {"fields": {"labels": ["b", MARKER]}}
        assert isinstance(record, Record) and record.marker == MARKER and record.values["labels"] == ["b"]

    async def test_a_status_is_a_transition_and_takes_its_screen_along(self) -> None:
        screen = {
            "required": True,
            "hasDefaultValue": False,
            "name": "Resolution",
            "allowedValues": [{"name": "Done"}],
        }
        out = world(
            {
                FETCH: fetched(issue()),
                TRANSITIONS: {
                    "transitions": [transition("11", TO_DO), transition("5", DONE, resolution=screen)]
                },
                PUT: written(history(LATER, "summary")),
                MOVE: Told(status=204),
                GET: written(history(LATER, "summary"), history(LATER, "status"), status=DONE),
            }
        )
        record = await updated(out, summary="y", status="Done", resolution="Won't Do")
        assert isinstance(record, Record) and not record.version.endswith("~")
        lines = [it.line for it in out.asked if "field" not in it.path]
        assert lines == [FETCH, TRANSITIONS, PUT, MOVE, GET]
        looked = next(it for it in out.asked if it.line == TRANSITIONS)
        assert looked.params == {"expand": "transitions.fields"}
        moved = next(it for it in out.asked if it.line == MOVE)
        assert moved.json == {"transition": {"id": "5"}, "fields": {"resolution": {"name": "Won't Do"}}}
        assert next(it for it in out.asked if it.line == PUT).json == {"fields": {"summary": "y"}}

    async def test_a_status_that_no_transition_leads_to_is_refused_before_anything_is_written(self) -> None:
        out = world({FETCH: fetched(issue()), TRANSITIONS: {"transitions": [transition("11", TO_DO)]}})
        refused = await updated(out, summary="y", status="Done")
        assert isinstance(refused, errors.RecordRejected) and "To Do" in refused.message

    async def test_half_of_it_is_told_as_not_known(self) -> None:
        answers = {**looked(), TRANSITIONS: {"transitions": [transition("5", DONE)]}, MOVE: Told(status=400)}
        assert isinstance(await updated(world(answers), summary="y", status="Done"), errors.UnknownOutcome)


class TestEnding:
    async def test_closing_takes_a_transition_to_what_counts_as_done(self) -> None:
        out = world(
            {
                GET: [issue(), written(history(LATER, "status"), status=DONE)],
                TRANSITIONS: {"transitions": [transition("11", TO_DO), transition("31", DONE)]},
                MOVE: Told(status=204),
            }
        )
        closed = await JiraWriter(out).close(seen())
        assert closed.values["status"] == "Done"
        assert next(it for it in out.asked if it.line == MOVE).json == {"transition": {"id": "31"}}

    async def test_a_resolution_that_is_demanded_claims_nothing(self) -> None:
        screen = {
            "required": True,
            "hasDefaultValue": False,
            "name": "Resolution",
            "allowedValues": [{"name": "Done"}],
        }
        out = world(
            {
                GET: [issue(), written(history(LATER, "status"), status=DONE)],
                TRANSITIONS: {"transitions": [transition("31", DONE, resolution=screen)]},
                MOVE: Told(status=204),
            }
        )
        await JiraWriter(out).close(seen())
        moved = next(it for it in out.asked if it.line == MOVE)
        assert moved.json["fields"] == {"resolution": {"name": "Done"}}

    async def test_what_else_is_demanded_has_to_be_mapped(self) -> None:
        screen = {"required": True, "hasDefaultValue": False, "name": "Root cause"}
        out = world(
            {GET: issue(), TRANSITIONS: {"transitions": [transition("31", DONE, customfield_10011=screen)]}}
        )
        with pytest.raises(errors.RecordRejected, match="Root cause"):
            await JiraWriter(out).close(seen())

    async def test_what_is_done_stays_as_it_is(self) -> None:
        out = world({GET: issue(status=DONE)})
        done = seen(status=DONE)
        assert await JiraWriter(out).close(done) is done

    async def test_a_transition_that_led_elsewhere_is_noticed(self) -> None:
        answers = {
            GET: issue(),
            TRANSITIONS: {"transitions": [transition("31", DONE)]},
            MOVE: Told(status=204),
        }
        out = world({**answers, GET: [issue(), written(history(LATER, "status"))]})
        with pytest.raises(errors.UnknownOutcome):
            await JiraWriter(out).close(seen())

    async def test_what_was_edited_is_not_deleted(self) -> None:
        out = world({GET: issue(summary="Edited"), DELETE: Told(status=204)})
        with pytest.raises(errors.RecordChanged):
            await JiraWriter(out).delete(seen())
        assert DELETE not in out.lines

    async def test_sub_tasks_are_not_deleted_along(self) -> None:
        out = world({GET: issue(), DELETE: Told(status=204)})
        await JiraWriter(out).delete(seen())
        assert out.asked[-1].line == DELETE and out.asked[-1].params == {}


def comment(**more: Any) -> Told:
    told = {"id": "10000", "author": PERSON, "body": ADF, "created": UPDATED, "updated": UPDATED, **more}
    return Told(told, status=201)


class TestDiscussing:
    async def test_a_comment_is_a_document_and_bears_its_marker(self) -> None:
        out = world({COMMENT: comment(jsdPublic=True)})
        made = await JiraWriter(out).comment(REF, "It is slow", public=True, marker=MARKER)
        assert made.public and made.body == "It is slow"
        assert out.asked[-1].json == {
            "body": to_document("It is slow"),
            "properties": [{"key": "syncline", "value": {"marker": MARKER}}],
        }

    async def test_an_internal_one_is_sent_only_where_there_are_such(self) -> None:
        out = world(
            {GET: {"id": "10002", "fields": {"project": {"key": "ED", "projectTypeKey": "software"}}}}
        )
        with pytest.raises(errors.RecordRejected, match="Service Management"):
            await JiraWriter(out).comment(REF, "x", public=False, marker=MARKER)
        assert COMMENT not in out.lines

    async def test_at_a_service_desk_it_is_internal(self) -> None:
        desk = {"id": "10002", "fields": {"project": {"key": "HELP", "projectTypeKey": "service_desk"}}}
        out = world({GET: desk, COMMENT: comment(jsdPublic=False)})
        made = await JiraWriter(out).comment(REF, "x", public=False, marker=MARKER)
        assert not made.public
        assert out.asked[-1].json["properties"][1] == {
            "key": "sd.public.comment",
            "value": {"internal": True},
        }

    async def test_one_that_everybody_sees_is_taken_back(self) -> None:
        desk = {"id": "10002", "fields": {"project": {"key": "HELP", "projectTypeKey": "service_desk"}}}
        out = world(
            {
                GET: desk,
                COMMENT: comment(jsdPublic=True),
                f"DELETE {API}/issue/10002/comment/10000": Told(status=204),
            }
        )
        with pytest.raises(errors.RecordRejected, match="taken back"):
            await JiraWriter(out).comment(REF, "x", public=False, marker=MARKER)
        assert out.lines[-1] == f"DELETE {API}/issue/10002/comment/10000"


class TestAttaching:
    async def test_a_file_is_a_form_with_a_header_against_forgery(self) -> None:
        where = f"POST {API}/issue/10002/attachments"
        told = [
            {"id": "10000", "filename": "a.png", "size": 5, "mimeType": "image/png", "content": "https://x/1"}
        ]
        out = world({where: Told(told)})
        file = file_of(b"12345", 'grün "1".png')
        made = await JiraWriter(out).attach(seen(), File(file.name, 5, file.parts, "image/png"))
        assert (made.id, made.size) == ("10000", 5)
        [asked] = out.asked
        assert asked.headers["X-Atlassian-Token"] == "no-check" and not asked.repeatable
        kind, _, boundary = asked.headers["Content-Type"].partition("; boundary=")
        assert kind == "multipart/form-data" and asked.content is not None
        assert asked.headers["Content-Length"] == str(len(asked.content))
        head, _, rest = asked.content.partition(b"\r\n\r\n")
        assert head.decode() == (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="grün %221%22.png"'
            "\r\nContent-Type: image/png"
        )
        assert rest == f"12345\r\n--{boundary}--\r\n".encode()
