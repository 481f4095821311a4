"""xMatters: what is sent is what the vendor's reference asks for, and never what it would drop or misunderstand."""

from typing import Any

import pytest

from connectors.standin import StandIn, Told
from connectors.xmatters.answers import (
    LEAD,
    MARKER,
    ONE,
    PEOPLE,
    PERSON,
    ROOT,
    SAVE,
    SITE,
    TWO,
    bare,
    page,
    person,
    seen,
    world,
)
from syncline_common import errors
from syncline_common.connectors.xmatters import hints
from syncline_common.connectors.xmatters.columns import SHAPES
from syncline_common.connectors.xmatters.records import to_record
from syncline_common.connectors.xmatters.webhooks import XMattersHooks
from syncline_common.connectors.xmatters.writer import XMattersWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.sdk.ports import Attachment, File
from syncline_common.sdk.webhooks import Subscribed

NEW = {"targetName": "desk.1", "firstName": "Service", "lastName": "Desk", "roles": ["Standard User"]}
MOVED = "2026-03-31T12:30:00.000Z"
DELETE = f"DELETE {ROOT}/people/{ONE}"


def new(**more: Any) -> NewRecord:
    return NewRecord("people", {**NEW, **more}, MARKER)


def changed(**more: Any) -> list[Any]:
    """What GET shows before and after."""
    return [person(), person(whenUpdated=MOVED, **more)]


async def outcome(out: StandIn, *items: Any) -> Any:
    writer = XMattersWriter(out)
    [answer] = await (writer.create(items) if isinstance(items[0], NewRecord) else writer.update(items))
    return answer


class TestCreating:
    async def test_everything_is_sent_and_read_back(self) -> None:
        made = person(externalKey=MARKER, properties={"Cost Centre": "7"})
        out = world(save=Told(bare(made), status=201), person=made)
        given = {"site": SITE, "supervisors": [LEAD], "phoneLogin": None, "properties.Cost Centre": "7"}
        record = await outcome(out, new(**given))
        assert out.asked[0].json == {
            **NEW,
            "site": SITE,
            "supervisors": [LEAD],
            "properties": {"Cost Centre": "7"},
            "externalKey": MARKER,
            "externallyOwned": False,
            "recipientType": "PERSON",
        }
        assert out.lines[:2] == [SAVE, PERSON] and not out.asked[0].repeatable
        assert (record.ref.id, record.marker) == (ONE, MARKER)

    async def test_nobody_becomes_a_supervisor_for_having_made_somebody(self) -> None:
        out = world(save=Told(bare(person()), status=201), person=person())
        await outcome(out, new())
        assert out.asked[0].json["supervisors"] == []

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"lastName": None, "roles": []}, "Last name, Roles is missing"),
            ({"shoeSize": "9"}, "no field shoeSize"),
            ({"externallyOwned": True}, "can't be written"),
        ],
    )
    async def test_what_can_not_be_is_not_sent(self, more: dict[str, Any], words: str) -> None:
        out = world()
        answer = await outcome(out, new(**more))
        assert isinstance(answer, errors.RecordRejected) and words in answer.message and not out.asked

    async def test_a_name_that_is_taken_is_no_edit_by_somebody(self) -> None:
        """A conflict here is about what has to be unique; the vendor's words say what."""
        said = '409 POST: {"code":409,"reason":"Conflict","message":"A user with web login x already exists"}'
        conflict = errors.RecordChanged("The system answered 409", detail=said)
        answer = await outcome(world(save=conflict), new())
        assert type(answer) is errors.RecordRejected and "web login x already exists" in answer.message

    async def test_a_forbidden_write_concerns_its_record(self) -> None:
        assert isinstance(await outcome(world(save=Told(status=403)), new()), errors.RecordRejected)

    @pytest.mark.parametrize("answer", [Told("x", status=201), Told({}, status=201), Told([1])])
    async def test_an_answer_that_can_not_be_read_leaves_it_open(self, answer: Told) -> None:
        assert isinstance(await outcome(world(save=answer), new()), errors.UnknownOutcome)

    async def test_so_does_a_record_that_can_not_be_read_back(self) -> None:
        out = world(save=Told(bare(person()), status=201), person=Told(status=404))
        assert isinstance(await outcome(out, new()), errors.UnknownOutcome)

    async def test_a_group_refers_to_its_supervisors(self) -> None:
        group = {"id": ONE, "targetName": "Network", "recipientType": "GROUP", "externalKey": MARKER}
        out = StandIn({f"POST {ROOT}/groups": Told(group, status=201), f"GET {ROOT}/groups/{ONE}": group})
        values = {"targetName": "Network", "groupType": "BROADCAST", "supervisors": [LEAD]}
        await outcome(out, NewRecord("groups", values, MARKER))
        assert out.asked[0].json["supervisors"] == [{"id": LEAD}]
        assert out.asked[1].params == {"embed": "supervisors"}

    async def test_a_device_belongs_to_somebody(self) -> None:
        values = {
            "deviceType": "EMAIL",
            "name": "Work Email",
            "owner": TWO,
            "emailAddress": "a@b.example",
        }
        device = {"id": ONE, **values, "owner": {"id": TWO}, "externallyOwned": False}
        out = StandIn({f"POST {ROOT}/devices": Told(device, status=201), f"GET {ROOT}/devices/{ONE}": device})
        made = await outcome(out, NewRecord("devices", values, MARKER))
        fixed = {"externalKey": MARKER, "externallyOwned": False, "recipientType": "DEVICE"}
        assert out.asked[0].json == {**values, **fixed} and made.values["owner"] == TWO


class TestUpdating:
    async def test_it_looks_sends_what_differs_and_reads(self) -> None:
        out = world(person=changed(lastName="Window"), save=Told(bare(person())))
        written = await outcome(out, Update(seen(), {"lastName": "Window"}))
        assert out.asked[2].json == {
            "id": ONE,
            "lastName": "Window",
            "supervisors": [LEAD],
            "recipientType": "PERSON",
        }
        assert [it for it in out.lines if it != PEOPLE] == [PERSON, SAVE, PERSON]
        assert written.values["lastName"] == "Window" and not out.asked[2].repeatable

    async def test_emptying(self) -> None:
        out = world(person=changed(supervisors=None), save=Told(bare(person())))
        given = {"supervisors": None, "phoneLogin": None, "properties.Cost Centre": None}
        await outcome(out, Update(seen(), given))
        sent = next(it.json for it in out.asked if it.method == "POST")
        assert (sent["supervisors"], sent["phoneLogin"], sent["properties"]) == ([], "", {"Cost Centre": ""})

    @pytest.mark.parametrize("values", [{"roles": []}, {"lastName": None}, {"age": "3"}])
    async def test_what_can_not_be_emptied_or_is_not_there(self, values: dict[str, Any]) -> None:
        out = world(person=person())
        assert isinstance(await outcome(out, Update(seen(), values)), errors.RecordRejected)
        assert SAVE not in out.lines

    async def test_what_was_edited_is_not_written(self) -> None:
        out = world(person=person(lastName="Window"))
        assert isinstance(await outcome(out, Update(seen(), {"firstName": "Night"})), errors.RecordChanged)
        assert SAVE not in out.lines

    async def test_what_another_synchronisation_owns_is_left_alone(self) -> None:
        out = world(person=person(externallyOwned=True))
        owned = seen(externallyOwned=True)
        answer = await outcome(out, Update(owned, {"firstName": "Night"}))
        assert isinstance(answer, errors.RecordRejected) and "owns it" in answer.message
        with pytest.raises(errors.RecordRejected):
            await XMattersWriter(out).delete(owned)
        alone = seen(externallyOwned=True, supervisors=None)
        out = world(person=person(externallyOwned=True, supervisors=None))
        with pytest.raises(errors.RecordRejected, match="owns it"):
            await XMattersWriter(out).link(alone, TestTying.TIE)
        assert {it.method for it in out.asked} == {"GET"}

    async def test_somebody_who_came_between_makes_it_be_looked_at_again(self) -> None:
        out = world(person=changed(firstName="Night", lastName="Window"), save=Told(bare(person())))
        written = await outcome(out, Update(seen(), {"firstName": "Night"}))
        there = to_record(
            person(firstName="Night", lastName="Window"), "people", SHAPES["people"], written.changed_at
        )
        assert written.version != there.version

    async def test_alone_it_has_the_version_that_is_there(self) -> None:
        out = world(person=changed(firstName="Night"), save=Told(bare(person())))
        written = await outcome(out, Update(seen(), {"firstName": "Night"}))
        there = to_record(person(firstName="Night"), "people", SHAPES["people"], written.changed_at)
        assert written.version == there.version

    async def test_what_was_dropped_without_a_word_is_shown_as_it_stayed(self) -> None:
        out = world(person=changed(), save=Told(bare(person())))
        written = await outcome(out, Update(seen(), {"timezone": "Europe/Lisbon"}))
        assert written.values["timezone"] == "US/Pacific"

    @pytest.mark.parametrize("told", [bare(person(timezone="Europe/Lisbon")), {"id": ONE}])
    async def test_an_old_record_is_not_taken_for_what_was_written(self, told: dict[str, Any]) -> None:
        """The answer says that it is otherwise, or nothing."""
        out = world(person=changed(), save=Told(told))
        answer = await outcome(out, Update(seen(), {"timezone": "Europe/Lisbon"}))
        assert isinstance(answer, errors.UnknownOutcome) and "as it was before" in answer.message

    async def test_roles_are_in_no_answer_so_they_have_to_be_there(self) -> None:
        out = world(person=changed(), save=Told(bare(person())))
        answer = await outcome(out, Update(seen(), {"roles": ["Company Supervisor"]}))
        assert isinstance(answer, errors.UnknownOutcome)

    async def test_what_changes_nothing_is_no_loss(self) -> None:
        out = world(person=changed(), save=Told(bare(person())))
        same = {"roles": ["Standard User", "Group Supervisor"], "lastName": "Desk"}
        assert isinstance(await outcome(out, Update(seen(), same)), Record)

    async def test_an_answer_about_another_one(self) -> None:
        out = world(person=changed(), save=Told(bare(person(TWO))))
        answer = await outcome(out, Update(seen(), {"lastName": "Window"}))
        assert isinstance(answer, errors.UnknownOutcome)

    async def test_a_device_says_of_which_type_it_is(self) -> None:
        device = {"id": ONE, "deviceType": "VOICE", "name": "Work Phone", "owner": {"id": TWO}}
        before, after = {**device, "phoneNumber": "+15550100"}, {**device, "phoneNumber": "+15550101"}
        out = StandIn({f"POST {ROOT}/devices": Told(after), f"GET {ROOT}/devices/{ONE}": [before, after]})
        now = seen().changed_at
        known = to_record(before, "devices", SHAPES["devices"], now)
        await outcome(out, Update(known, {"phoneNumber": "+15550101"}))
        assert out.asked[1].json == {
            "id": ONE,
            "deviceType": "VOICE",
            "phoneNumber": "+15550101",
            "recipientType": "DEVICE",
        }


class TestEnding:
    async def test_closing_is_not_being_active(self) -> None:
        out = world(person=changed(status="INACTIVE"), save=Told(bare(person())))
        closed = await XMattersWriter(out).close(seen())
        sent = next(it.json for it in out.asked if it.method == "POST")
        assert sent["status"] == "INACTIVE" == closed.values["status"]

    async def test_deleting_looks_first(self) -> None:
        out = world(**{"person": person(), DELETE: person()})
        await XMattersWriter(out).delete(seen())
        assert [it for it in out.lines if it != PEOPLE] == [PERSON, DELETE]

    async def test_what_was_edited_is_not_deleted(self) -> None:
        out = world(person=person(lastName="Window"))
        with pytest.raises(errors.RecordChanged):
            await XMattersWriter(out).delete(seen())

    async def test_nothing_to_say_means_that_nobody_was_there(self) -> None:
        with pytest.raises(errors.RecordGone):
            await XMattersWriter(world(**{"person": person(), DELETE: Told(status=204)})).delete(seen())

    async def test_who_supervises_others_is_not_deleted(self) -> None:
        refused = errors.RecordChanged("The system answered 409", detail='{"message": "supervises others"}')
        with pytest.raises(errors.RecordRejected, match="supervises others"):
            await XMattersWriter(world(**{"person": person(), DELETE: refused})).delete(seen())


class TestTying:
    ALONE = person(supervisors=None)
    TIE = Tie(TieKind.PARENT, RecordRef("people", TWO))

    def alone(self) -> Record:
        return seen(supervisors=None)

    async def test_a_supervisor_is_given_where_there_is_none(self) -> None:
        supervised = person(supervisors=page({"id": TWO}))
        out = world(
            **{"person": [self.ALONE, supervised], f"{PEOPLE}/{TWO}": person(TWO), "save": Told({"id": ONE})}
        )
        tied = await XMattersWriter(out).link(self.alone(), self.TIE)
        sent = next(it.json for it in out.asked if it.method == "POST")
        assert sent == {"id": ONE, "supervisors": [TWO], "recipientType": "PERSON"}
        assert tied.values["supervisors"] == [TWO]

    async def test_another_one_is_not_replaced(self) -> None:
        out = world(person=person())
        with pytest.raises(errors.RecordRejected, match="another supervisor"):
            await XMattersWriter(out).link(seen(), self.TIE)

    async def test_who_is_not_there_supervises_nobody(self) -> None:
        out = world(**{"person": self.ALONE, f"{PEOPLE}/{TWO}": Told(status=404)})
        with pytest.raises(errors.RecordRejected):
            await XMattersWriter(out).link(self.alone(), self.TIE)

    @pytest.mark.parametrize(
        "tie",
        [
            Tie(TieKind.RELATED, RecordRef("people", TWO)),
            Tie(TieKind.PARENT, RecordRef("groups", TWO)),
            Tie(TieKind.PARENT, RecordRef("people", ONE)),
        ],
    )
    async def test_what_can_not_be_is_known_without_asking(self, tie: Tie) -> None:
        out = StandIn({})
        with pytest.raises(errors.RecordRejected):
            await XMattersWriter(out).link(seen(), tie)
        assert not out.asked


class TestWhatThereIsNot:
    async def test_comments_and_files(self) -> None:
        out = StandIn({})
        writer, ref = XMattersWriter(out), RecordRef("people", ONE)
        with pytest.raises(errors.RecordRejected, match="no comments"):
            await writer.comment(ref, "Seen", public=True, marker=MARKER)
        with pytest.raises(errors.RecordRejected, match="no files"):
            await writer.attach(seen(), File("a", 0, _nothing))
        reader = writer._reader
        assert await reader.comments(ref) == [] == await reader.attachments(ref)
        with pytest.raises(errors.RecordRejected, match="no files"):
            [part async for part in reader.download(Attachment("1", "a", 0, "/x"))]
        assert not out.asked

    async def test_webhooks(self) -> None:
        hooks = XMattersHooks(StandIn({}))
        assert await hooks.subscribe("https://us.example", "s", ["people"]) == Subscribed()
        await hooks.unsubscribe("https://us.example")
        with pytest.raises(errors.Unauthenticated):
            hints({"x-syncline-token": "s"}, b'{"id": "1"}', "s")


async def _nothing() -> Any:
    yield b""
