"""Zendesk is written to as its reference says: by safe updates, one ticket a request, and no comment twice."""

import json
from typing import Any

import pytest

from connectors.standin import StandIn, Told
from connectors.zendesk.answers import (
    AT,
    COMMENTS,
    CREATE,
    DELETE,
    LATER,
    MANY,
    MARKER,
    REF,
    UPDATE,
    UPLOADS,
    comment,
    listed,
    many,
    seen,
    ticket,
    world,
    written,
)
from syncline_common import errors
from syncline_common.connectors.zendesk.writer import ZendeskWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.testing.contract.operations import file_of

SAFE = {"safe_update": True, "updated_stamp": AT}
PROBLEM = Tie(TieKind.PARENT, RecordRef("tickets", "9"))


def writer(**answers: Any) -> tuple[ZendeskWriter, StandIn]:
    out = world(**answers)
    return ZendeskWriter(out), out


def new(**values: Any) -> NewRecord:
    return NewRecord("tickets", values, MARKER, "Fabrikam")


async def test_a_ticket_is_made_with_its_marker_and_its_first_comment() -> None:
    write, out = writer(create=written(code=201, external_id=MARKER))
    values = {
        "subject": "Help",
        "description": "Fire",
        "assignee_id": "7",
        "follower_ids": ["1", "2"],
        "due_at": None,
        "custom_field_27644": True,
        "custom_field_27645": 12.5,
    }
    [made] = await write.create([new(**values)])
    assert isinstance(made, Record) and (made.ref, made.marker) == (REF, MARKER)
    assert out.lines[-1] == CREATE and out.asked[-1].headers == {"Idempotency-Key": MARKER}
    assert not out.asked[-1].repeatable
    assert out.asked[-1].json == {
        "ticket": {
            "subject": "Help",
            "comment": {"body": "Fire"},
            "assignee_id": 7,
            "follower_ids": [1, 2],
            "custom_fields": [{"id": 27644, "value": True}, {"id": 27645, "value": 12.5}],
            "brand_id": 47,
            "external_id": MARKER,
        }
    }


@pytest.mark.parametrize(
    "values",
    [
        {"nonsense": 1},
        {"custom_field_27649": "switched off"},
        {"custom_field_27648": "read only"},
        {"is_public": False},
        {"external_id": "x"},
        {"assignee_id": "triage"},
    ],
)
async def test_what_would_be_dropped_without_a_word_is_refused(values: dict[str, Any]) -> None:
    write, out = writer()
    [told] = await write.create([new(subject="Help", description="Fire", **values)])
    assert isinstance(told, errors.RecordRejected) and CREATE not in out.lines
    write, out = writer(many=many(ticket()))
    [told] = await write.update([Update(seen(), values)])
    assert isinstance(told, errors.RecordRejected) and UPDATE not in out.lines


@pytest.mark.parametrize(
    "answer",
    [
        Told({}, 201),
        Told({"ticket": {"id": 35436}}, 201),
        written(code=201, external_id="another's"),
        errors.RecordRejected("400", detail="400 POST /api/v2/tickets: IdempotentRequestError"),
    ],
)
async def test_a_create_of_which_nothing_is_known_is_looked_up(answer: Any) -> None:
    write, _ = writer(create=answer)
    [told] = await write.create([new(subject="Help", description="Fire")])
    assert isinstance(told, errors.UnknownOutcome)


async def test_one_that_may_not_be_written_stops_nobody() -> None:
    good = written(code=201, external_id=MARKER)
    write, _ = writer(create=[Told(status=403), good])
    told = await write.create([new(subject="Help", description="Fire")] * 2)
    assert [isinstance(it, errors.RecordRejected) for it in told] == [True, False]


async def test_an_update_is_a_safe_one_of_what_differs() -> None:
    write, out = writer(many=many(ticket()), update=written(subject="Cold"))
    [told] = await write.update([Update(seen(), {"subject": "Cold", "tags": None, "assignee_id": None})])
    assert isinstance(told, Record) and told.values["subject"] == "Cold"
    assert told.version.startswith(f"{LATER}~")
    assert [it.params for it in out.asked if it.line == MANY] == [{"ids": "35436"}]
    assert out.asked[-1].json == {"ticket": {"subject": "Cold", "tags": [], "assignee_id": None, **SAFE}}


async def test_all_are_looked_at_together() -> None:
    two = written(id=2)
    write, out = writer(many=many(ticket(), ticket(2)), update=written(), **{"PUT /api/v2/tickets/2": two})
    updates = [Update(seen(), {"priority": "low"}), Update(seen(id=2), {"priority": "low"})]
    told = await write.update(updates)
    assert [it.ref.id for it in told if isinstance(it, Record)] == ["35436", "2"]
    assert [it.params for it in out.asked if it.line == MANY] == [{"ids": "35436,2"}]


@pytest.mark.parametrize("there", [ticket(at=LATER), ticket(subject="In the same second")])
async def test_what_was_edited_is_not_written(there: dict[str, Any]) -> None:
    write, out = writer(many=many(there))
    [told] = await write.update([Update(seen(), {"priority": "low"})])
    assert isinstance(told, errors.RecordChanged) and UPDATE not in out.lines


async def test_what_differs_besides_has_the_ticket_looked_at_again() -> None:
    """Somebody came between, or a trigger did: the version that is told is none of the ticket's."""
    write, _ = writer(many=many(ticket()), update=written(subject="Cold", priority="urgent"))
    [told] = await write.update([Update(seen(), {"subject": "Cold"})])
    assert isinstance(told, Record)
    assert told.version != seen(at=LATER, subject="Cold", priority="urgent").version


async def test_a_closed_ticket_and_a_description_stay_as_they_are() -> None:
    write, out = writer(many=many(ticket(status="closed")))
    [told] = await write.update([Update(seen(status="closed"), {"subject": "x"})])
    assert isinstance(told, errors.RecordRejected) and "closed" in told.message
    [told] = await write.update([Update(seen(), {"description": "x"})])
    assert isinstance(told, errors.RecordRejected) and "first comment" in told.message
    assert UPDATE not in out.lines


async def test_closing_is_solving() -> None:
    write, out = writer(many=many(ticket()), update=written(status="solved"))
    assert (await write.close(seen())).values["status"] == "solved"
    assert out.asked[-1].json == {"ticket": {"status": "solved", **SAFE}}


@pytest.mark.parametrize("status", ["solved", "closed"])
async def test_what_has_ended_is_left_as_it_is(status: str) -> None:
    write, out = writer(many=many(ticket(status=status)))
    assert (await write.close(seen(status=status))).values["status"] == status
    assert UPDATE not in out.lines


async def test_deleting_is_into_the_bin() -> None:
    write, out = writer(many=many(ticket()), delete=Told(status=204))
    await write.delete(seen())
    assert out.lines[-1] == DELETE


async def test_what_was_edited_is_not_deleted() -> None:
    write, out = writer(many=many(ticket(at=LATER)))
    with pytest.raises(errors.RecordChanged):
        await write.delete(seen())
    assert DELETE not in out.lines


async def test_a_comment_is_a_safe_update() -> None:
    said = comment(9, "Seen", public=False)
    write, out = writer(comments=listed("comments"), many=many(ticket()), update=written(said))
    made = await write.comment(REF, "Seen", public=False, marker=MARKER)
    assert (made.id, made.body, made.public, made.author) == ("9", "Seen", False, "123123")
    body = {"comment": {"body": "Seen", "public": False}, "metadata": {"syncline": MARKER}}
    assert out.asked[-1].json == {"ticket": {**body, **SAFE}}
    assert out.asked[0].params == {"sort_order": "desc", "per_page": 100}


async def test_a_comment_that_bears_the_marker_is_not_written_again() -> None:
    """Only its audit is sure to tell; comments that say something else are not asked about."""
    there = [comment(8, "Seen", public=True), comment(9, "Seen\r\n"), comment(7, "Else")]
    audits = {
        "GET /api/v2/tickets/35436/audits/1008": {"audit": {"metadata": {"custom": {}}}},
        "GET /api/v2/tickets/35436/audits/1009": {"audit": {"metadata": {"custom": {"syncline": MARKER}}}},
    }
    write, out = writer(comments=listed("comments", *there), **audits)
    made = await write.comment(REF, "Seen", public=True, marker=MARKER)
    assert made.id == "9" and out.lines == [COMMENTS, *audits]


async def test_an_edit_between_does_not_cost_the_comment() -> None:
    answers = [Told(status=409), written(comment(9, "Seen"))]
    write, out = writer(
        comments=listed("comments"), many=[many(ticket()), many(ticket(at=LATER))], update=answers
    )
    await write.comment(REF, "Seen", public=True, marker=MARKER)
    assert [it.json["ticket"]["updated_stamp"] for it in out.asked if it.line == UPDATE] == [AT, LATER]


async def test_one_that_is_edited_all_the_time_is_tried_later() -> None:
    write, out = writer(comments=listed("comments"), many=many(ticket()), update=Told(status=409))
    with pytest.raises(errors.RecordChanged):
        await write.comment(REF, "Seen", public=True, marker=MARKER)
    assert out.lines.count(UPDATE) == 3


async def test_a_file_is_uploaded_and_comes_with_an_internal_note() -> None:
    file = {"id": 498483, "file_name": "a b.txt", "content_url": "https://acme.zendesk.com/x", "size": 3}
    upload = {"upload": {"token": "6bk3gql82em5nmf", "expires_at": LATER, "attachment": file}}
    said = comment(9, "a b.txt", public=False, attachments=[file])
    write, out = writer(many=many(ticket()), uploads=Told(upload, 201), update=written(said))
    made = await write.attach(seen(), file_of(b"abc", "a b.txt"))
    assert (made.id, made.name, made.size) == ("498483", "a b.txt", 3)
    sent = next(it for it in out.asked if it.line == UPLOADS)
    assert sent.params == {"filename": "a b.txt"} and sent.content == b"abc"
    assert sent.headers == {"Content-Type": "application/octet-stream", "Content-Length": "3"}
    note = {"body": "a b.txt", "public": False, "uploads": ["6bk3gql82em5nmf"]}
    assert out.asked[-1].json == {"ticket": {"comment": note, **SAFE}}


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"base": ["Cause: is required when solving a ticket"]}, "Cause: is required when solving a ticket"),
        (
            {"base": ["Description: cannot be blank"], "x": ["Seats: 7 of 9 is invalid"]},
            "Description: cannot be blank, Seats",
        ),
        ({"status": ["Status: closed prevents ticket update"]}, "Status"),
    ],
)
async def test_why_it_was_refused_is_told_without_what_was_in_it(
    faults: dict[str, list[str]], message: str
) -> None:
    details = {name: [{"description": it} for it in descriptions] for name, descriptions in faults.items()}
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    refusal = errors.RecordRejected("The system answered 422", detail=f"422 PUT /x: {json.dumps(body)}")
    write, _ = writer(many=many(ticket()), update=refusal)
    [told] = await write.update([Update(seen(), {"priority": "low"})])
    assert isinstance(told, errors.RecordRejected)
    assert told.message == f"Zendesk refuses it because of {message}" and told.detail == refusal.detail


async def test_an_incident_is_tied_to_its_problem() -> None:
    write, out = writer(many=many(ticket(), ticket(9, type="problem")), update=written(problem_id=9))
    await write.link(seen(), PROBLEM)
    assert out.asked[-1].json == {"ticket": {"problem_id": 9, **SAFE}}


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ({"type": "task"}, {"type": "problem"}),
        ({"type": "incident"}, {"type": "incident"}),
        ({"type": "incident", "problem_id": 4}, {"type": "problem"}),
    ],
)
async def test_types_are_not_changed_to_make_a_tie_fit(own: dict[str, Any], other: dict[str, Any]) -> None:
    write, out = writer(many=many(ticket(**own), ticket(9, **other)))
    with pytest.raises(errors.RecordRejected):
        await write.link(seen(**own), PROBLEM)
    assert UPDATE not in out.lines
