"""Freshservice is written to as its reference says; what it shares with Freshdesk is shown there, too."""

from typing import Any

import pytest

from connectors.freshservice.answers import AGENT, MARKER, ONE, PUT, TWO_SPACES, desk, seen, ticket
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.freshservice.writer import FreshserviceWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.testing.contract.operations import file_of

VALUES = {"subject": "Laptop", "requester_id": "5", "urgency": "2", "custom_fields.site": "Oslo"}


async def made(out: StandIn, values: Any = VALUES, project: str | None = None) -> Any:
    [answer] = await FreshserviceWriter(out).create([NewRecord("tickets", values, MARKER, project)])
    return answer


class TestCreating:
    async def test_in_its_workspace_with_a_marker_among_the_tags(self) -> None:
        out = desk(spaces=TWO_SPACES, new=Told({"ticket": ticket(tags=[MARKER], workspace_id=3)}, 201))
        record = await made(out, project="People")
        assert (record.ref.id, record.marker, record.project) == ("20", MARKER, "People")
        assert out.asked[-1].json == {
            "subject": "Laptop",
            "requester_id": 5,
            "urgency": 2,
            "status": 2,
            "priority": 1,
            "source": 2,
            "tags": [MARKER],
            "custom_fields": {"site": "Oslo"},
            "workspace_id": 3,
        }

    async def test_without_a_requester_the_agent_asks(self) -> None:
        out = desk(me={"agent": AGENT}, new=Told({"ticket": ticket(tags=[MARKER])}, 201))
        await made(out, {"subject": "Laptop"})
        assert out.asked[-1].json["requester_id"] == 7 and "workspace_id" not in out.asked[-1].json

    async def test_in_a_workspace_that_is_not_there(self) -> None:
        out = desk(spaces=TWO_SPACES)
        assert isinstance(await made(out, project="Legal"), errors.RecordRejected)
        assert {it.method for it in out.asked} == {"GET"}

    async def test_a_service_request_comes_from_the_catalogue(self) -> None:
        out = desk()
        told = await made(out, {**VALUES, "type": "Service Request"})
        assert isinstance(told, errors.RecordRejected) and {it.method for it in out.asked} == {"GET"}

    @pytest.mark.parametrize("answer", [Told({}), Told(ticket()), Told([]), Told({"ticket": {}})], ids=str)
    async def test_an_answer_that_makes_no_sense_is_looked_up(self, answer: Told) -> None:
        assert isinstance(await made(desk(new=answer)), errors.UnknownOutcome)


class TestUpdating:
    async def updated(self, out: StandIn, values: Any) -> Any:
        [answer] = await FreshserviceWriter(out).update([Update(seen(), values)])
        return answer

    async def test_looks_before_it_writes(self) -> None:
        out = desk(one={"ticket": ticket()}, put={"ticket": ticket(status=3)})
        after = await self.updated(out, {"status": 3})
        assert isinstance(after, Record) and after.version == seen(status=3).version
        assert out.lines[-2:] == [ONE, PUT] and out.asked[-1].json == {"status": 3}

    async def test_what_was_edited_since_is_left_alone(self) -> None:
        out = desk(one={"ticket": ticket(subject="Edited in the same second")})
        assert (
            isinstance(await self.updated(out, {"status": 3}), errors.RecordChanged) and PUT not in out.lines
        )

    async def test_what_else_has_changed_is_looked_at_again(self) -> None:
        out = desk(one={"ticket": ticket()}, put={"ticket": ticket(status=3, impact=3)})
        assert (await self.updated(out, {"status": 3})).version.endswith("~")

    async def test_closing_is_a_status(self) -> None:
        out = desk(one={"ticket": ticket()}, put={"ticket": ticket(status=5)})
        await FreshserviceWriter(out).close(seen())
        assert out.asked[-1].json == {"status": 5}


async def test_a_comment_is_a_note_and_never_a_reply() -> None:
    note = {
        "id": 3,
        "ticket_id": 20,
        "body": "<div>x</div>",
        "private": True,
        "created_at": "2026-07-14T00:00:00Z",
    }
    out = desk(notes=Told({"conversation": note}, 201))
    ref = RecordRef("tickets", "20")
    made = await FreshserviceWriter(out).comment(ref, "x", public=False, marker=MARKER)
    assert out.asked[-1].json == {"body": "x", "private": True} and not made.public


async def test_a_file_is_a_form() -> None:
    file = {"id": 5, "name": "a.txt", "size": 2, "attachment_url": "https://s3.example/a"}
    out = desk(put={"ticket": ticket(attachments=[file])})
    made = await FreshserviceWriter(out).attach(seen(), file_of(b"hi", "a.txt"))
    assert made.id == "5" and out.asked[-1].headers["Content-Type"].startswith(
        "multipart/form-data; boundary="
    )


async def test_ties_are_refused_without_asking() -> None:
    out = StandIn({})
    for kind in TieKind:
        with pytest.raises(errors.RecordRejected):
            await FreshserviceWriter(out).link(seen(), Tie(kind, RecordRef("tickets", "10")))
    assert out.asked == []
