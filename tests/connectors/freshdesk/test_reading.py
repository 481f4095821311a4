"""Freshdesk: the requests made are those of the vendor's reference, and what it answers is not taken on trust."""

from typing import Any

import pytest

from connectors.freshdesk.answers import (
    AGENT,
    FORM,
    MARKED_FORM,
    MARKER,
    NEW,
    SINCE,
    desk,
    seen,
    ticket,
    tickets,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.configuration.conditions import conditions_in
from syncline_common.connectors.freshdesk.reader import FreshdeskReader
from syncline_common.schemas.records import Feed, RecordRef, TieKind
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.answers import PageInstead
from syncline_common.sdk.ports import Attachment, Found, WebhookWay

REFUSED = errors.RecordRejected("400")


class TestChecking:
    def answers(self, **more: Any) -> StandIn:
        return desk(**{"me": AGENT, "list": tickets(), "new": REFUSED, "fields": Told(MARKED_FORM), **more})

    async def test_asks_who_it_is_reads_a_page_and_makes_nothing(self) -> None:
        out = self.answers()
        survey = await FreshdeskReader(out).survey()
        assert (survey.identity, survey.can_write, survey.findings) == ("support@acme.example", True, ())
        assert survey.found == Found(marker_field="cf_syncline_id", webhooks=WebhookWay.BY_HAND)
        [probe] = [it for it in out.asked if it.method != "GET"]
        assert probe.line == NEW and not probe.repeatable
        assert "requester_id" not in probe.json and "email" not in probe.json, "it could be made"

    async def test_without_the_field_markers_are_tags(self) -> None:
        survey = await FreshdeskReader(self.answers(fields=Told(FORM))).survey()
        assert survey.found.marker_field is None and "tag" in survey.findings[0]

    async def test_an_agent_who_sees_some_tickets_is_told(self) -> None:
        survey = await FreshdeskReader(self.answers(me={**AGENT, "ticket_scope": 2})).survey()
        assert "global" in survey.findings[0]

    async def test_a_wrong_key(self) -> None:
        with pytest.raises(errors.CredentialRejected):
            await FreshdeskReader(self.answers(me=Told(status=401))).check()

    async def test_who_may_not_write(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="make"):
            await FreshdeskReader(self.answers(new=Told(status=403))).check()

    async def test_who_may_not_see_tickets(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="see tickets"):
            await FreshdeskReader(self.answers(list=Told(status=403))).check()

    async def test_no_account_at_this_address(self) -> None:
        with pytest.raises(errors.NotSuchSystem):
            await FreshdeskReader(self.answers(me=Told(status=404))).check()

    async def test_a_page_in_its_place_is_asked_again_later(self) -> None:
        with pytest.raises(errors.Unavailable):
            await FreshdeskReader(self.answers(me=PageInstead("a page"))).check()


class TestChanges:
    async def read(self, out: StandIn, token: str | None = None, feed: Feed = Feed.RECORDS) -> Any:
        return await FreshdeskReader(out).changes("tickets", feed, SINCE, token)

    async def test_asks_in_the_order_of_updates_with_the_text(self) -> None:
        """Without `updated_since` the vendor leaves out what is older than thirty days."""
        out = desk(list=tickets(ticket(20), ticket(21, at="2026-07-14T00:28:45Z")))
        page = await self.read(out)
        assert out.asked[0].params == {
            "updated_since": "2026-07-14T00:28:44Z",
            "order_by": "updated_at",
            "order_type": "asc",
            "per_page": 100,
            "page": 1,
            "include": "description",
        }
        assert [it.ref.id for it in page.changed] == ["20", "21"] and page.next is None
        assert [it.values["description"] for it in page.records] == ["<div>Not given.</div>"] * 2

    async def test_the_next_page_begins_where_this_one_ends(self) -> None:
        first = [ticket(20), ticket(21, at="2026-07-14T00:28:50Z")]
        again = [ticket(21, at="2026-07-14T00:28:50Z"), ticket(22, at="2026-07-14T00:28:51Z")]
        out = desk(list=[tickets(*first, more=2), tickets(*again)])
        token = (await self.read(out)).next
        page = await self.read(out, token)
        assert (
            out.asked[1].params["updated_since"] == "2026-07-14T00:28:50Z"
            and out.asked[1].params["page"] == 1
        )
        assert [it.ref.id for it in page.changed] == ["21", "22"]

    async def test_a_second_that_does_not_count_itself_is_asked_from_before(self) -> None:
        first = [ticket(20), ticket(21, at="2026-07-14T00:28:50Z")]
        later, whole = ticket(23, at="2026-07-14T00:28:52Z"), ticket(22, at="2026-07-14T00:28:50Z")
        out = desk(list=[tickets(*first, more=2), tickets(later), tickets(first[1], whole, later)])
        page = await self.read(out, (await self.read(out)).next)
        assert out.asked[2].params["updated_since"] == "2026-07-14T00:28:49Z"
        assert [it.ref.id for it in page.changed] == ["21", "22", "23"]

    async def test_of_a_crowded_second_who_was_edited_meanwhile_makes_it_begin_anew(self) -> None:
        crowd = [ticket(it) for it in range(1, 101)]
        out = desk(
            list=[
                tickets(*crowd, more=2),
                tickets(ticket(102)),
                tickets(*crowd[1:], ticket(101)),
                tickets(*crowd[1:], ticket(101), ticket(102)),
            ]
        )
        token = (await self.read(out)).next
        page = await self.read(out, token)
        assert [it.params["page"] for it in out.asked] == [1, 2, 1] and page.next is not None
        last = await self.read(out, page.next)
        assert {"101", "102"} <= {it.ref.id for it in last.changed} and last.next is None

    async def test_another_order_is_no_answer(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await self.read(desk(list=tickets(ticket(20), ticket(21, at="2026-07-14T00:00:00Z"))))

    async def test_a_row_that_is_not_whole_waits_to_be_fetched(self) -> None:
        row = {name: it for name, it in ticket().items() if name != "tags"}
        page = await self.read(desk(list=tickets(row)))
        assert [it.ref.id for it in page.changed] == ["20"] and page.records == []

    async def test_what_was_deleted_is_a_list_of_its_own(self) -> None:
        out = desk(list=tickets(ticket(20, deleted=True)))
        await self.read(out, feed=Feed.DELETIONS)
        assert out.asked[0].params["filter"] == "deleted"

    async def test_a_bare_list_is_what_it_has_to_be(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await self.read(desk(list=Told({"tickets": []})))


class TestVersions:
    def test_two_edits_in_one_second_are_two(self) -> None:
        assert (
            len({seen().version, seen(subject="Else").version, seen(description="<div>x</div>").version}) == 3
        )

    def test_a_custom_number_is_the_same_in_either_form(self) -> None:
        one, other = seen(custom_fields={"n": "124.0"}), seen(custom_fields={"n": 124})
        assert one.version == other.version

    def test_clocks_make_no_version(self) -> None:
        assert seen(due_by="2026-08-01T00:00:00Z", is_escalated=True).version == seen().version

    def test_nor_does_the_way_in_which_a_text_is_wrapped(self) -> None:
        assert seen(description="Not  given.").version == seen().version


class TestReading:
    async def test_inventory_as_they_were_made(self) -> None:
        out = desk(list=tickets(ticket(20)))
        page = await FreshdeskReader(out).inventory("tickets", None)
        assert out.asked[0].params == {
            "updated_since": "1970-01-01T00:00:00Z",
            "order_by": "created_at",
            "order_type": "asc",
            "per_page": 100,
            "page": 1,
            "include": "description",
        }
        assert [it.ref.id for it in page.changed] == ["20"] and page.next is None

    async def test_behind_the_last_page_there_may_be_it_goes_on_by_updates(self) -> None:
        days = ("2026-07-01", "2026-07-02", "2026-07-03")
        rows = [ticket(30_000 + at, created_at=f"{day}T00:00:00Z") for at, day in enumerate(days)]
        out = desk(list=[tickets(*rows, more=300), tickets(ticket(1), *rows)])
        token = "1970-01-01T00:00:00Z|2026-07-02T00:00:00Z|0|29890"
        page = await FreshdeskReader(out).inventory("tickets", token)
        assert (out.asked[0].params["page"], out.asked[0].params["per_page"]) == (299, 100)
        assert [it.ref.id for it in page.changed] == ["30001"]
        assert page.next is not None and page.next.startswith("~")
        last = await FreshdeskReader(out).inventory("tickets", page.next)
        assert [it.ref.id for it in last.changed] == ["30002"] and last.next is None

    async def test_what_is_deleted_or_spam_is_gone(self) -> None:
        for row in (ticket(deleted=True), ticket(spam=True)):
            assert await FreshdeskReader(desk(one=row)).fetch("tickets", ["20"]) == {}
        assert await FreshdeskReader(desk(one=Told(status=404))).fetch("tickets", ["20", "x y"]) == {}

    async def test_values(self) -> None:
        [record] = (
            await FreshdeskReader(desk(one=ticket(tags=["a", MARKER]))).fetch("tickets", ["20"])
        ).values()
        assert record.values["custom_fields.category"] == "Primary" and record.values["requester_id"] == "1"
        assert record.values["tags"] == ["a"] and record.marker == MARKER and record.values["status"] == 2
        assert not {"id", "attachments", "is_escalated", "description_text"} & set(record.values)

    async def test_a_marker_is_searched_for_and_compared(self) -> None:
        out = desk(search={"total": 1, "results": [ticket()]}, one=ticket(tags=[MARKER]))
        [found] = await FreshdeskReader(out).find("tickets", MARKER)
        assert found.marker == MARKER and out.asked[0].params == {"query": f"\"tag:'{MARKER}'\"", "page": 1}
        other = desk(search={"total": 1, "results": [ticket()]}, one=ticket())
        assert await FreshdeskReader(other).find("tickets", MARKER) == []

    async def test_one_in_a_field_is_searched_for_there_and_in_all_texts(self) -> None:
        out = desk(search=[{"total": 0, "results": []}, {"total": 0, "results": []}])
        found = await FreshdeskReader(out, Found(marker_field="cf_syncline_id")).find("tickets", MARKER)
        asked = [it.params["query"] for it in out.asked]
        assert found == [] and asked == [f"\"cf_syncline_id:'{MARKER}'\"", f"\"custom_string:'{MARKER}'\""]

    async def test_what_a_search_can_not_say_is_sought_by_hand(self) -> None:
        wanted = ticket(20, subject="O'Brien")
        out = desk(fields=Told(FORM), list=tickets(wanted, ticket(21)), one=wanted)
        found = await FreshdeskReader(out).alike("tickets", {"subject": "O'Brien"})
        assert [it.ref.id for it in found] == ["20"] and "GET /api/v2/search/tickets" not in out.lines

    async def test_what_it_can_say_is_asked(self) -> None:
        out = desk(fields=Told(FORM), search={"total": 0, "results": []})
        values = {"custom_fields.cf_sector": "finance", "status": 2, "responder_id": "7"}
        await FreshdeskReader(out).alike("tickets", values)
        assert out.asked[-1].params["query"] == "\"cf_sector:'finance' AND agent_id:7 AND status:2\""

    async def test_counts_by_searching(self) -> None:
        out = desk(fields=Told(FORM), search={"total": 49, "results": []})
        conditions, _ = conditions_in(
            "record.status in [2, 3] && record.priority >= 3 && record.subject == 'x'"
        )
        counted = await FreshdeskReader(out).count("tickets", [], conditions)
        assert out.asked[-1].params["query"] == '"(status:2 OR status:3) AND priority:>3"'
        assert counted.records == 49 and "record.subject == 'x'" in counted.left_out

    async def test_fields_with_choices_in_all_their_shapes(self) -> None:
        facts = {
            it.name: it for it in await FreshdeskReader(desk(fields=Told(MARKED_FORM))).fields("tickets")
        }
        assert facts["type"].choices == ("Question", "Lead") and facts["source"].choices == (1, 2)
        assert facts["status"].choices == (2, 6) and facts["status"].choice_labels == {
            "2": "Open",
            "6": "Waiting on Customer",
        }
        assert facts["custom_fields.country"].choices == ("usa", "india")
        assert facts["responder_id"].type is FieldType.PERSON and facts["responder_id"].choices is None
        assert facts["subject"].required_on_create and not facts["requester_id"].required_on_create
        assert facts["custom_fields.cf_rating"].type is FieldType.NUMBER
        assert "tags" in facts and "custom_fields.cf_syncline_id" not in facts

    async def test_streams(self) -> None:
        [stream] = await FreshdeskReader(StandIn({})).streams()
        assert (stream.name, stream.label) == ("tickets", "Ticket")

    async def test_people_are_agents_and_contacts(self) -> None:
        out = desk(agents=Told([AGENT]), contacts=Told([{"id": 8, "name": "Suppliers"}]))
        found = await FreshdeskReader(out).people("sup")
        assert [(it.key, it.name, it.email) for it in found] == [
            ("8", "Suppliers", None),
            ("7", "Support", "support@acme.example"),
        ]
        assert all(it.params == {"term": "sup"} for it in out.asked)

    async def test_what_is_said(self) -> None:
        note = {
            "body": "<div>Please reply.</div>",
            "body_text": "Please reply.",
            "id": 3,
            "private": True,
            "user_id": 1,
            "source": 2,
            "ticket_id": 20,
            "created_at": "2026-07-14T11:59:05Z",
            "updated_at": "2026-07-14T11:59:05Z",
            "attachments": [],
        }
        out = desk(talk=Told([note, {**note, "id": 4, "private": False}]))
        one, other = await FreshdeskReader(out).comments(RecordRef("tickets", "20"))
        assert (one.id, one.public, one.author, one.body) == ("3", False, "1", "<div>Please reply.</div>")
        assert other.public and out.asked[0].params == {"per_page": 100, "page": 1}

    async def test_files_of_the_ticket_and_of_what_is_said(self) -> None:
        file = {
            "id": 5,
            "name": "a.png",
            "content_type": "image/png",
            "size": 3,
            "attachment_url": "https://s3.example/a",
        }
        older = {"id": 6, "name": "b.png", "file_size": 4, "attachment_url": "https://s3.example/b"}
        out = desk(one=ticket(attachments=[file]), talk=Told([{"ticket_id": 20, "attachments": [older]}]))
        found = await FreshdeskReader(out).attachments(RecordRef("tickets", "20"))
        assert [(it.id, it.size, it.url) for it in found] == [
            ("5", 3, "https://s3.example/a"),
            ("6", 4, "https://s3.example/b"),
        ]

    async def test_a_link_that_is_over_is_asked_for_again_later(self) -> None:
        class Over(StandIn):
            async def download(self, url: str, headers: Any = None) -> Any:
                raise errors.PermissionMissing("403")
                yield b""

        with pytest.raises(errors.Unavailable, match="link"):
            [
                it
                async for it in FreshdeskReader(Over({})).download(
                    Attachment("1", "a", 1, "https://s3.example/a")
                )
            ]

    async def test_a_parent_is_told_by_its_child(self) -> None:
        out = StandIn(
            {
                "GET /api/v2/tickets/20": ticket(association_type=2, associated_tickets_list=[10]),
                "GET /api/v2/tickets/10": ticket(10),
            }
        )
        [tie] = await FreshdeskReader(out).ties(RecordRef("tickets", "20"))
        assert (tie.kind, tie.to.id) == (TieKind.PARENT, "10")
        parent = desk(one=ticket(association_type=1, associated_tickets_list=[10, 11]))
        assert await FreshdeskReader(parent).ties(RecordRef("tickets", "20")) == []
