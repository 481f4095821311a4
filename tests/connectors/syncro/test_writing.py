"""What is sent to Syncro, and what never is: paths and bodies by its API description."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.standin import StandIn
from connectors.syncro.answers import (
    ASSETS,
    CONTACTS,
    CUSTOMERS,
    MARKER,
    NOT_PERMITTED,
    TICKETS,
    alone,
    asset,
    customer,
    in_a_list,
    seen,
    world,
)
from syncline_common.connectors.syncro.writer import SyncroWriter
from syncline_common.errors import (
    RecordChanged,
    RecordGone,
    RecordRejected,
    RemoteError,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import File, Found

ONE = f"{TICKETS}/5"
SUBJECT: Values = {"subject": "It is slow", "customer_id": "1"}
MARKED = Found(marker_field="Syncline Id", marker_streams=("customers",))


async def created(out: StandIn, values: Values, stream: str = "tickets", found: Found = MARKED) -> Record:
    [made] = await SyncroWriter(out, found).create([NewRecord(stream, values, MARKER)])
    if isinstance(made, RemoteError):
        raise made
    return made


async def updated(out: StandIn, values: Values, before: Record | None = None) -> Record:
    [changed] = await SyncroWriter(out).update([Update(before or seen(), values)])
    if isinstance(changed, RemoteError):
        raise changed
    return changed


def tickets(before: dict[str, Any], after: dict[str, Any]) -> StandIn:
    return world(**{f"GET {ONE}": {"ticket": before}, f"PUT {ONE}": {"ticket": after}})


class TestCreating:
    async def test_a_ticket_bears_its_marker_as_a_tag(self) -> None:
        out = world(**{f"POST {TICKETS}": {"ticket": alone()}})
        values = {**SUBJECT, "tag_list": ["printer"], "user_id": "2", "ticket_type_id": None}
        made = await created(out, {**values, "due_date": "2026-03-31T10:00:00+02:00"})
        assert made.ref.id == "5" and made.marker == MARKER
        assert out.asked[0].json == {
            "subject": "It is slow",
            "customer_id": 1,
            "user_id": 2,
            "tag_list": ["printer", MARKER],
            "due_date": "2026-03-31T08:00:00Z",
        }
        assert not out.asked[0].repeatable

    async def test_its_description_is_the_first_comment_and_sends_no_mail(self) -> None:
        out = world(**{f"POST {TICKETS}": {"ticket": alone()}})
        await created(out, {**SUBJECT, "description": "It does not start"})
        said = {
            "subject": "Initial Issue",
            "body": "It does not start",
            "hidden": False,
            "do_not_email": True,
        }
        assert out.asked[0].json["comments_attributes"] == [said]

    async def test_its_own_fields_are_those_of_the_settings(self) -> None:
        out = world(**{f"POST {TICKETS}": {"ticket": alone()}})
        await created(out, {**SUBJECT, "properties.Maker": "HP"})
        assert out.asked[-1].json["properties"] == {"Maker": "HP"}
        with pytest.raises(RecordRejected, match="Size"):
            await created(out, {**SUBJECT, "properties.Size": "M"})
        assert len([it for it in out.asked if it.method == "POST"]) == 1

    @pytest.mark.parametrize(
        "values", [{"color": "red"}, {"number": "7"}, {"customer_id": "Contoso"}, {"agent.model": "x"}]
    )
    async def test_what_would_be_passed_over_is_not_sent(self, values: Values) -> None:
        out = world()
        with pytest.raises(RecordRejected):
            await created(out, {**SUBJECT, **values})
        assert out.asked == []

    async def test_properties_of_an_asset_are_given_to_it_afterwards(self) -> None:
        made = asset(properties={})
        out = world(**{f"POST {ASSETS}": {"asset": made}, f"PUT {ASSETS}/7": {"asset": asset()}})
        values = {"name": "PC-1", "asset_type": "Desktop", "customer_id": "1"}
        record = await created(out, {**values, "properties.Size": "Medium"}, "customer_assets")
        row = {"name": "PC-1", "asset_type_name": "Desktop", "customer_id": 1}
        assert [it.json for it in out.asked] == [row, {**row, "properties": {"Size": "Medium"}}]
        assert record.values["properties.Size"] == "Medium"

    async def test_one_that_is_half_made_may_have_happened(self) -> None:
        out = world(
            **{f"POST {ASSETS}": {"asset": asset(properties={})}, f"PUT {ASSETS}/7": Unavailable("503")}
        )
        with pytest.raises(UnknownOutcome):
            await created(
                out, {"name": "x", "asset_type": "Desktop", "properties.Size": "M"}, "customer_assets"
            )

    async def test_a_customer_bears_its_marker_where_there_is_a_field(self) -> None:
        row = customer(properties={"Syncline Id": MARKER})
        out = world(**{f"POST {CUSTOMERS}": {"customer": row}})
        made = await created(out, {"business_name": "Contoso"}, "customers")
        assert out.asked[0].json == {"business_name": "Contoso", "properties": {"Syncline Id": MARKER}}
        assert made.marker == MARKER and "properties.Syncline Id" not in made.values
        await created(out, {"business_name": "Contoso"}, "customers", Found())
        assert out.asked[1].json == {"business_name": "Contoso"}

    async def test_a_contact_comes_bare(self) -> None:
        out = world(**{f"POST {CONTACTS}": {**customer(3), "name": "Reception"}})
        made = await created(out, {"customer_id": "1", "name": "Reception"}, "contacts")
        assert (made.ref.id, made.values["name"]) == ("3", "Reception")

    async def test_its_own_fields_would_be_passed_over(self) -> None:
        out = world()
        with pytest.raises(RecordRejected, match=r"properties\.title"):
            await created(out, {"customer_id": "1", "properties.title": "Office"}, "contacts")
        assert out.asked == []

    async def test_who_may_not_is_told_of_the_record(self) -> None:
        with pytest.raises(RecordRejected, match="may not be written"):
            await created(world(**{f"POST {TICKETS}": NOT_PERMITTED}), SUBJECT)


class TestUpdating:
    async def test_it_is_looked_at_before(self) -> None:
        out = tickets(alone(), alone(subject="It is fast", updated="2019-11-04T09:00:00.000Z"))
        changed = await updated(out, {"subject": "It is fast", "contact_id": None})
        assert out.lines == [f"GET {ONE}", f"PUT {ONE}"]
        assert out.asked[1].json == {"subject": "It is fast", "contact_id": None}
        assert changed.values["subject"] == "It is fast"

    async def test_the_version_of_what_was_written_is_none_that_is_read(self) -> None:
        """Nobody tells whether somebody else wrote in the same moment; and the next update is none the less possible."""
        after = alone(subject="It is fast")
        changed = await updated(tickets(alone(), after), {"subject": "It is fast"})
        assert changed.version != seen(after).version
        again = await updated(tickets(after, alone(subject="Done")), {"subject": "Done"}, changed)
        assert again.values["subject"] == "Done"

    async def test_what_was_edited_is_not_overwritten(self) -> None:
        out = tickets(alone(status="Resolved"), alone())
        with pytest.raises(RecordChanged):
            await updated(out, {"subject": "x"})
        assert out.lines == [f"GET {ONE}"]

    async def test_its_marker_stays_among_the_tags(self) -> None:
        out = tickets(alone(), alone(tag_list=["network", MARKER]))
        await updated(out, {"tag_list": ["network"]})
        assert out.asked[1].json == {"tag_list": ["network", MARKER]}

    async def test_all_properties_are_sent_since_they_may_replace_all(self) -> None:
        after = alone(properties={"Maker": "HP", "Device Type": "Screen"})
        out = tickets(alone(), after)
        await updated(out, {"properties.Device Type": "Screen"})
        assert out.asked[1].json == {"properties": {"Maker": "HP", "Device Type": "Screen"}}

    async def test_a_property_that_was_not_kept_is_told(self) -> None:
        with pytest.raises(RecordRejected, match="Size"):
            await updated(tickets(alone(), alone()), {"properties.Size": "M"})

    async def test_flags_of_a_customer_are_sent_since_they_may_be_reset(self) -> None:
        path = f"{CUSTOMERS}/1"
        answers = {
            f"GET {path}": {"customer": customer()},
            f"PUT {path}": {"customer": customer(city="Oslo")},
        }
        out = world(**answers)
        await updated(out, {"city": "Oslo"}, seen(customer(), "customers"))
        assert out.asked[1].json == {"city": "Oslo", "get_sms": False, "opt_out": False, "no_email": True}

    async def test_what_an_agent_keeps_stays_among_the_properties(self) -> None:
        row = asset(properties={"kabuto_information": {"general": {}}, "Size": "S"})
        path = f"{ASSETS}/7"
        after = {**row, "properties": {**row["properties"], "Size": "M"}}
        out = world(**{f"GET {path}": {"asset": row}, f"PUT {path}": {"asset": after}})
        await updated(out, {"properties.Size": "M"}, seen(row, "customer_assets"))
        assert out.asked[1].json == {"name": "PC-1", "properties": after["properties"]}

    async def test_the_initial_issue_is_not_written_twice(self) -> None:
        out = tickets(alone(), alone())
        with pytest.raises(RecordRejected, match="initial issue"):
            await updated(out, {"description": "Another"})
        assert out.lines == [f"GET {ONE}"]

    async def test_one_that_is_gone_stops_nobody(self) -> None:
        path = f"{TICKETS}/6"
        answers = {f"GET {path}": RecordGone("404"), f"GET {ONE}": {"ticket": alone()}}
        out = world(**answers, **{f"PUT {ONE}": {"ticket": alone(subject="x")}})
        updates = [Update(seen(in_a_list(it)), {"subject": "x"}) for it in (6, 5)]
        gone, changed = await SyncroWriter(out).update(updates)
        assert isinstance(gone, RecordGone) and isinstance(changed, Record)

    async def test_nothing_is_sent_if_the_system_is_away(self) -> None:
        out = world(**{f"GET {ONE}": {"ticket": alone()}, f"GET {TICKETS}/6": Unavailable("503")})
        with pytest.raises(Unavailable):
            await SyncroWriter(out).update([Update(seen(in_a_list(it)), {"subject": "x"}) for it in (5, 6)])
        assert out.lines == [f"GET {ONE}", f"GET {TICKETS}/6"]


class TestEnds:
    async def test_a_ticket_is_resolved(self) -> None:
        out = tickets(alone(), alone(status="Resolved"))
        assert (await SyncroWriter(out).close(seen())).values["status"] == "Resolved"
        assert out.asked[-1].json == {"status": "Resolved"}

    async def test_without_such_a_status_it_is_a_persons_to_say_which_ends_it(self) -> None:
        out = StandIn({"GET /api/v1/tickets/settings": {"ticket_status_list": ["New", "Done"]}})
        with pytest.raises(RecordRejected, match="map the status"):
            await SyncroWriter(out).close(seen())

    async def test_a_ticket_is_deleted_if_nobody_edited_it(self) -> None:
        out = world(**{f"GET {ONE}": {"ticket": alone()}, f"DELETE {ONE}": {"message": "Ticket was deleted"}})
        await SyncroWriter(out).delete(seen())
        assert out.lines == [f"GET {ONE}", f"DELETE {ONE}"]
        stale = world(**{f"GET {ONE}": {"ticket": alone(priority="1 High")}})
        with pytest.raises(RecordChanged):
            await SyncroWriter(stale).delete(seen())

    async def test_nor_is_one_that_was_commented_on(self) -> None:
        """Its time has moved, and nothing else: an update goes on, an end does not."""
        answered = alone(updated="2019-11-04T09:00:00.000Z")
        out = tickets(answered, alone(subject="x"))
        for end in (SyncroWriter(out).close, SyncroWriter(out).delete):
            with pytest.raises(RecordChanged):
                await end(seen())
        assert f"PUT {ONE}" not in out.lines
        changed = await updated(out, {"subject": "x"})
        closing = tickets(alone(subject="x"), alone(subject="x", status="Resolved"))
        assert (await SyncroWriter(closing).close(changed)).values["status"] == "Resolved"

    @pytest.mark.parametrize(("stream", "row"), [("customers", customer()), ("customer_assets", asset())])
    async def test_neither_customers_nor_assets_are_ended(self, stream: str, row: dict[str, Any]) -> None:
        out = world()
        for end in (SyncroWriter(out).close, SyncroWriter(out).delete):
            with pytest.raises(RecordRejected):
                await end(seen(row, stream))
        assert out.asked == []


class TestSaying:
    @pytest.mark.parametrize("public", [True, False])
    async def test_a_comment_has_a_subject_and_sends_no_mail(self, public: bool) -> None:
        made = {
            "id": 2,
            "ticket_id": 5,
            "subject": "Syncline",
            "body": "Hm",
            "hidden": not public,
            "user_id": 1,
        }
        times = {"created_at": "2019-11-05T09:13:33.422Z", "updated_at": "2019-11-05T09:13:33.422Z"}
        out = world(**{f"POST {ONE}/comment": {"comment": {**made, **times}}})
        comment = await SyncroWriter(out).comment(
            RecordRef("tickets", "5"), "Hm", public=public, marker=MARKER
        )
        assert (comment.id, comment.public, comment.author) == ("2", public, "1")
        assert out.asked[0].json == {
            "subject": "Syncline",
            "body": "Hm",
            "hidden": not public,
            "do_not_email": True,
        }

    @pytest.mark.parametrize("wrong", [{"ticket_id": 6}, {"hidden": True}])
    async def test_an_answer_about_another_one_says_nothing(self, wrong: dict[str, Any]) -> None:
        made = {"id": 2, "ticket_id": 5, "subject": "x", "body": "Hm", "hidden": False, "user_id": 1}
        times = {"created_at": "2019-11-05T09:13:33.422Z", "updated_at": "2019-11-05T09:13:33.422Z"}
        out = world(**{f"POST {ONE}/comment": {"comment": {**made, **times, **wrong}}})
        with pytest.raises(UnknownOutcome):
            await SyncroWriter(out).comment(RecordRef("tickets", "5"), "Hm", public=True, marker=MARKER)

    async def test_what_there_is_not_is_refused_without_asking(self) -> None:
        async def parts() -> AsyncIterator[bytes]:
            yield b""

        out = world()
        writer = SyncroWriter(out)
        for refused in (
            writer.attach(seen(), File("a.png", 0, parts)),
            writer.link(seen(), Tie(TieKind.PARENT, RecordRef("tickets", "6"))),
            writer.comment(RecordRef("customers", "1"), "Hm", public=True, marker=MARKER),
        ):
            with pytest.raises(RecordRejected):
                await refused
        assert out.asked == []
