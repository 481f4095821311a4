"""Freshdesk is written to as its reference says: we look before, and see after whether anything else has changed."""

from typing import Any

import pytest

from connectors.freshdesk.answers import AGENT, GONE, MARKER, NEW, ONE, PUT, desk, seen, ticket
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.freshdesk.writer import FreshdeskWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.sdk.ports import Found
from syncline_common.testing.contract.operations import file_of

REF = RecordRef("tickets", "20")
VALUES = {
    "subject": "Late",
    "description": "<div>x</div>",
    "requester_id": "5",
    "custom_fields.cf_order": "1",
    "type": None,
}
SENT = {
    "status": 2,
    "priority": 1,
    "source": 2,
    "subject": "Late",
    "description": "<div>x</div>",
    "requester_id": 5,
}


async def made(out: StandIn, values: Any = VALUES, found: Found = Found()) -> Any:  # noqa: B008
    [answer] = await FreshdeskWriter(out, found).create([NewRecord("tickets", values, MARKER)])
    return answer


async def updated(out: StandIn, values: Any, record: Record | None = None) -> Any:
    [answer] = await FreshdeskWriter(out).update([Update(record or seen(), values)])
    return answer


class TestCreating:
    async def test_with_a_marker_among_the_tags(self) -> None:
        out = desk(new=Told(ticket(tags=[MARKER]), 201))
        record = await made(out)
        assert (record.ref.id, record.marker) == ("20", MARKER)
        assert out.asked[0].json == {**SENT, "tags": [MARKER], "custom_fields": {"cf_order": "1"}}
        assert not out.asked[0].repeatable

    async def test_with_a_marker_in_its_field(self) -> None:
        out = desk(new=Told(ticket(custom_fields={"cf_syncline_id": MARKER}), 201))
        record = await made(out, found=Found(marker_field="cf_syncline_id"))
        assert record.marker == MARKER and "custom_fields.cf_syncline_id" not in record.values
        assert out.asked[0].json == {**SENT, "custom_fields": {"cf_order": "1", "cf_syncline_id": MARKER}}

    async def test_without_a_requester_the_agent_asks(self) -> None:
        out = desk(me=AGENT, new=Told(ticket(tags=[MARKER]), 201))
        await made(out, {"subject": "Late"})
        assert out.asked[-1].json["requester_id"] == 7
        asked = desk(new=Told(ticket(tags=[MARKER]), 201))
        await made(asked, {"subject": "Late", "email": "tom@outerspace.com"})
        assert "requester_id" not in asked.asked[0].json

    @pytest.mark.parametrize("answer", [Told([]), Told({}), Told({"ticket": {}}), Told("x")], ids=str)
    async def test_an_answer_that_makes_no_sense_is_looked_up(self, answer: Told) -> None:
        assert isinstance(await made(desk(new=answer)), errors.UnknownOutcome)

    async def test_a_refusal_names_the_fields(self) -> None:
        detail = '400 POST x: {"errors":[{"field":"status","message":"It should be one of these","code":"invalid_value"}]}'
        told = await made(desk(new=errors.RecordRejected("400", detail=detail)))
        assert isinstance(told, errors.RecordRejected) and "status: It should be one of these" in told.message

    async def test_a_tag_with_a_comma_would_be_two(self) -> None:
        told = await made(desk(new=Told(ticket())), {**VALUES, "tags": ["a,b"]})
        assert isinstance(told, errors.RecordRejected) and "comma" in told.message


class TestUpdating:
    async def test_looks_before_it_writes(self) -> None:
        out = desk(one=ticket(), put=ticket(at="2026-07-14T00:30:00Z", status=3))
        after = await updated(out, {"status": "3"})
        assert isinstance(after, Record) and after.version.startswith("2026-07-14T00:30:00Z~")
        assert out.lines == [ONE, PUT] and out.asked[-1].json == {"status": 3}
        assert after.version == seen(at="2026-07-14T00:30:00Z", status=3).version

    async def test_what_was_edited_since_is_left_alone(self) -> None:
        for now in (ticket(at="2026-07-14T00:28:45Z"), ticket(subject="Edited in the same second")):
            out = desk(one=now)
            assert isinstance(await updated(out, {"status": 3}), errors.RecordChanged) and out.lines == [ONE]

    async def test_what_is_deleted_is_gone(self) -> None:
        assert isinstance(await updated(desk(one=ticket(deleted=True)), {}), errors.RecordGone)
        late = errors.ContractBroken("405", detail="405 PUT /api/v2/tickets/20")
        assert isinstance(await updated(desk(one=ticket(), put=late), {}), errors.RecordGone)

    async def test_what_else_has_changed_is_looked_at_again(self) -> None:
        """Its version is one that the ticket never had."""
        now = ticket(at="2026-07-14T00:30:00Z", status=3, subject="Of somebody else")
        after = await updated(desk(one=ticket(), put=now), {"status": 3})
        assert isinstance(after, Record) and after.version.endswith("~")

    async def test_tags_are_replaced_and_the_marker_stays(self) -> None:
        record = seen(tags=["a", MARKER])
        out = desk(one=ticket(tags=["a", MARKER]), put=ticket(tags=["b", MARKER]))
        await updated(out, {"tags": ["b"]}, record)
        assert out.asked[-1].json == {"tags": ["b", MARKER]}

    async def test_only_what_is_written_is_sent(self) -> None:
        record = seen(tags=["a", MARKER])
        out = desk(one=ticket(tags=["a", MARKER]), put=ticket(tags=["a", MARKER]))
        await updated(out, {"custom_fields.cf_order": None}, record)
        assert out.asked[-1].json == {"custom_fields": {"cf_order": None}}

    async def test_a_person_is_a_number(self) -> None:
        told = await updated(desk(one=ticket()), {"responder_id": "somebody"})
        assert isinstance(told, errors.RecordRejected) and "responder_id" in told.message

    async def test_closing_is_a_status(self) -> None:
        out = desk(one=ticket(), put=ticket(status=5))
        await FreshdeskWriter(out).close(seen())
        assert out.asked[-1].json == {"status": 5}

    async def test_what_was_edited_is_not_deleted(self) -> None:
        with pytest.raises(errors.RecordChanged):
            await FreshdeskWriter(desk(one=ticket(status=3))).delete(seen())
        out = desk(one=ticket(), gone=Told(status=204))
        await FreshdeskWriter(out).delete(seen())
        assert out.lines[-1] == GONE


class TestSaying:
    @pytest.mark.parametrize("public", [True, False])
    async def test_a_comment_is_a_note_and_never_a_reply(self, public: bool) -> None:
        note = {
            "id": 3,
            "ticket_id": 20,
            "body": "<div>Hello</div>",
            "private": not public,
            "created_at": "2026-07-14T00:00:00Z",
        }
        out = desk(notes=Told(note, 201))
        made = await FreshdeskWriter(out).comment(REF, "Hello", public=public, marker=MARKER)
        assert out.asked[0].json == {"body": "Hello", "private": not public}
        assert (made.id, made.public) == ("3", public)

    async def test_angle_brackets_of_a_text_are_no_markup(self) -> None:
        note = {"id": 3, "body": "x", "private": False, "created_at": "2026-07-14T00:00:00Z"}
        out = desk(notes=Told(note, 201))
        await FreshdeskWriter(out).comment(REF, "a <again>\nb", public=True, marker=MARKER)
        await FreshdeskWriter(out).comment(REF, "<p>a &lt;b</p>", public=True, marker=MARKER)
        assert [it.json["body"] for it in out.asked] == ["a &lt;again&gt;<br>b", "<p>a &lt;b</p>"]

    async def test_one_that_others_see_though_they_should_not_is_told(self) -> None:
        note = {"id": 3, "body": "x", "private": False, "created_at": "2026-07-14T00:00:00Z"}
        with pytest.raises(errors.UnknownOutcome):
            await FreshdeskWriter(desk(notes=Told(note, 201))).comment(REF, "x", public=False, marker=MARKER)

    async def test_a_file_is_a_form_of_one_part(self) -> None:
        file = {"id": 5, "name": 'a".txt', "size": 2, "attachment_url": "https://s3.example/a"}
        out = desk(put=ticket(attachments=[file]))
        made = await FreshdeskWriter(out).attach(seen(), file_of(b"hi", 'a".txt'))
        asked = out.asked[0]
        kind, _, boundary = asked.headers["Content-Type"].partition("; boundary=")
        assert kind == "multipart/form-data" and made.id == "5" and asked.content is not None
        assert (
            asked.content
            == (
                f"--{boundary}\r\n"
                'Content-Disposition: form-data; name="attachments[]"; filename="a%22.txt"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n"
                f"hi\r\n--{boundary}--\r\n"
            ).encode()
        )
        assert asked.headers["Content-Length"] == str(len(asked.content))

    async def test_a_file_that_is_nowhere_may_have_been_written(self) -> None:
        with pytest.raises(errors.UnknownOutcome):
            await FreshdeskWriter(desk(put=ticket())).attach(seen(), file_of(b"hi", "a.txt"))


class TestTying:
    def answers(self, **more: Any) -> StandIn:
        return StandIn(
            {ONE: ticket(**more), "GET /api/v2/tickets/10": ticket(10), PUT: ticket(association_type=2)}
        )

    async def test_a_parent_is_an_attribute(self) -> None:
        out = self.answers()
        await FreshdeskWriter(out).link(seen(), Tie(TieKind.PARENT, RecordRef("tickets", "10")))
        assert out.asked[-1].json == {"parent_id": 10}

    async def test_another_one_is_not_replaced(self) -> None:
        out = self.answers(association_type=2, associated_tickets_list=[11])
        with pytest.raises(errors.RecordRejected):
            await FreshdeskWriter(out).link(seen(), Tie(TieKind.PARENT, RecordRef("tickets", "10")))
        assert PUT not in out.lines

    async def test_a_related_one_can_not_be_made(self) -> None:
        out = StandIn({})
        with pytest.raises(errors.RecordRejected):
            await FreshdeskWriter(out).link(seen(), Tie(TieKind.RELATED, RecordRef("tickets", "10")))
        assert out.asked == [] and NEW not in out.lines
