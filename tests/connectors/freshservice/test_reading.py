"""Freshservice: the requests made are those of the vendor's reference, and what it answers is not taken on trust."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.freshservice.answers import (
    AGENT,
    FORM,
    MARKER,
    NEW,
    NOTHING,
    REFUSED,
    TWO_SPACES,
    desk,
    ticket,
    tickets,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.configuration.conditions import conditions_in
from syncline_common.connectors.freshservice.reader import FreshserviceReader
from syncline_common.schemas.records import Feed, RecordRef
from syncline_common.sdk.ports import Found, Project, WebhookWay

SINCE = datetime(2026, 7, 14, 0, 28, 44, 500, tzinfo=UTC)
ASKED = {
    "updated_since": "2026-07-14T00:28:44Z",
    "order_type": "asc",
    "per_page": 100,
    "page": 1,
    "include": "tags",
}


class TestChecking:
    def answers(self, **more: Any) -> StandIn:
        form = {"ticket_fields": FORM}
        return desk(**{"me": {"agent": AGENT}, "list": tickets(), "new": REFUSED, "fields": form, **more})

    async def test_asks_who_it_is_reads_a_page_and_makes_nothing(self) -> None:
        out = self.answers()
        survey = await FreshserviceReader(out).survey()
        assert (survey.identity, survey.can_write, survey.findings) == ("desk@acme.example", True, ())
        assert survey.found == Found(webhooks=WebhookWay.BY_HAND), "its search knows no text fields"
        [probe] = [it for it in out.asked if it.method != "GET"]
        assert probe.line == NEW and not probe.repeatable and "requester_id" not in probe.json

    async def test_who_is_no_agent(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="agent"):
            await FreshserviceReader(self.answers(me=Told(status=403))).check()

    async def test_who_may_not_write(self) -> None:
        with pytest.raises(errors.PermissionMissing, match="make"):
            await FreshserviceReader(self.answers(new=Told(status=403))).check()

    async def test_an_agent_of_some_groups_is_told(self) -> None:
        me = {**AGENT, "roles": [{"role_id": 1, "assignment_scope": "member_groups"}]}
        assert (await FreshserviceReader(self.answers(me={"agent": me})).survey()).findings

    async def test_no_account_at_this_address(self) -> None:
        with pytest.raises(errors.NotSuchSystem):
            await FreshserviceReader(self.answers(me=Told(status=404))).check()


class TestWalking:
    async def read(self, out: StandIn, token: str | None = None) -> Any:
        return await FreshserviceReader(out).changes("tickets", Feed.RECORDS, SINCE, token)

    async def test_asks_for_what_was_updated_as_it_was_made(self) -> None:
        """It can't be sorted by updates; each page is, here."""
        out = desk(list=tickets(ticket(20, at="2026-07-14T00:30:00Z"), ticket(21)))
        page = await self.read(out)
        assert out.asked[-1].params == ASKED and page.next is None
        assert [it.ref.id for it in page.changed] == ["21", "20"] and len(page.records) == 2

    async def test_one_workspace_after_the_other(self) -> None:
        out = desk(spaces=TWO_SPACES, list=[tickets(ticket(20)), tickets(ticket(21, workspace_id=3))])
        first = await self.read(out)
        second = await self.read(out, first.next)
        asked = [it.params["workspace_id"] for it in out.asked if it.line == "GET /api/v2/tickets"]
        assert asked == [2, 3] and first.next is not None and second.next is None
        assert [it.project for it in (*first.records, *second.records)] == ["IT", "People"]

    async def test_another_workspace_is_no_answer(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await self.read(desk(spaces=TWO_SPACES, list=tickets(ticket(20, workspace_id=3))))

    async def test_a_page_ends_before_its_last_second_and_the_next_begins_a_little_before(self) -> None:
        rows = [ticket(it, created_at=f"2026-07-01T00:{it // 60:02}:{it % 60:02}Z") for it in range(100)]
        rows += [ticket(it, created_at="2026-07-01T00:01:40Z") for it in (100, 101)]
        out = desk(list=[tickets(*rows[:100], more=2), tickets(*rows[74:])])
        first = await self.read(out)
        assert [it.ref.id for it in first.changed] == [str(it) for it in range(99)]
        second = await self.read(out, first.next)
        params = out.asked[-1].params
        assert (params["page"] - 1) * params["per_page"] <= 89
        assert [it.ref.id for it in second.changed] == ["99", "100", "101"] and second.next is None

    async def test_where_tickets_went_away_it_goes_back(self) -> None:
        """Those behind them have moved up, past the place where the next page begins."""
        at = "2026-07-02T00:00:00Z"
        token = f"~2026-07-14T00:28:44Z|{at}|0|200"
        moved, before = ticket(31, created_at="2026-07-03T00:00:00Z"), ticket(29)
        out = desk(list=[tickets(moved), tickets(before, ticket(30, created_at=at), moved)])
        page = await self.read(out, token)
        offsets = [(it.params["page"] - 1) * it.params["per_page"] for it in out.asked if "page" in it.params]
        assert offsets[1] < offsets[0] and [it.ref.id for it in page.changed] == ["30", "31"]

    async def test_a_page_that_comes_again_is_none(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await self.read(desk(list=tickets(ticket(20), more=3)))

    async def test_a_row_without_its_tags_waits_to_be_fetched(self) -> None:
        row = {name: it for name, it in ticket().items() if name != "tags"}
        page = await self.read(desk(list=tickets(row)))
        assert len(page.changed) == 1 and page.records == []

    async def test_a_page_that_there_may_not_be_is_not_the_end(self) -> None:
        with pytest.raises(errors.ContractBroken, match="refused"):
            await self.read(desk(list=REFUSED))

    async def test_a_bare_list_is_no_answer(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await self.read(desk(list=Told([])))


class TestReading:
    async def test_a_ticket_with_its_tags(self) -> None:
        out = desk(one={"ticket": ticket(tags=["a", MARKER])}, spaces=TWO_SPACES)
        [record] = (await FreshserviceReader(out).fetch("tickets", ["20"])).values()
        assert out.asked[-1].params == {"include": "tags"} and record.project == "IT"
        assert record.values["tags"] == ["a"] and record.marker == MARKER
        assert "custom_fields.test_field" in record.values

    async def test_what_is_deleted_is_gone(self) -> None:
        assert (
            await FreshserviceReader(desk(one={"ticket": ticket(deleted=True)})).fetch("tickets", ["20"])
            == {}
        )

    async def test_a_marker_is_a_tag_in_any_workspace(self) -> None:
        found = {"total": 1, "tickets": [ticket()]}
        out = desk(search=found, one={"ticket": ticket(tags=[MARKER])}, spaces=TWO_SPACES)
        [record] = await FreshserviceReader(out).find("tickets", MARKER)
        [asked] = [it for it in out.asked if it.line.endswith("/filter")]
        assert record.marker == MARKER
        assert asked.params == {"query": f"\"tag:'{MARKER}'\"", "page": 1, "workspace_id": 0}

    async def test_without_workspaces_none_is_named(self) -> None:
        out = desk(search=NOTHING)
        await FreshserviceReader(out).find("tickets", MARKER)
        assert "workspace_id" not in out.asked[-1].params

    async def test_a_text_field_is_sought_by_hand(self) -> None:
        wanted = ticket(20, custom_fields={"test_field": "x"})
        out = desk(fields={"ticket_fields": FORM}, list=tickets(wanted, ticket(21)), one={"ticket": wanted})
        found = await FreshserviceReader(out).alike("tickets", {"custom_fields.test_field": "x"})
        assert [it.ref.id for it in found] == ["20"]

    async def test_counts_by_searching(self) -> None:
        out = desk(fields={"ticket_fields": FORM}, search={"total": 7, "tickets": []}, spaces=TWO_SPACES)
        conditions, _ = conditions_in("record.status == 2 && record.urgency >= 2 && record.category == 'x'")
        counted = await FreshserviceReader(out).count("tickets", ["People"], conditions)
        assert out.asked[-1].params == {"query": '"(status:2) AND urgency:>2"', "page": 1, "workspace_id": 3}
        assert counted.records == 7 and "record.category == 'x'" in counted.left_out

    async def test_workspaces_are_projects(self) -> None:
        reader = FreshserviceReader(desk(spaces=TWO_SPACES))
        assert await reader.projects() == [Project("2", "IT"), Project("3", "People")]
        [stream] = await reader.streams()
        assert (stream.name, stream.projects) == ("tickets", ("IT", "People"))
        assert await FreshserviceReader(desk()).projects() == []

    async def test_fields_of_a_workspace(self) -> None:
        out = desk(fields={"ticket_fields": FORM}, spaces=TWO_SPACES)
        facts = {it.name: it for it in await FreshserviceReader(out).fields("tickets", "People")}
        assert out.asked[-1].params == {"workspace_id": 3}
        assert facts["status"].choices == (2, 6) and facts["status"].choice_labels == {
            "2": "Open",
            "6": "Ordered",
        }
        assert facts["category"].choices == ("Hardware",) and facts["custom_fields.site"].choices == ("Oslo",)
        assert "requester_id" in facts and "tags" in facts

    async def test_people_are_agents_and_requesters(self) -> None:
        person = {"id": 8, "first_name": "Dee", "last_name": None, "primary_email": "dee@acme.example"}
        out = desk(agents={"agents": [AGENT]}, requesters={"requesters": [person]})
        found = await FreshserviceReader(out).people("de")
        assert [(it.key, it.name, it.email) for it in found] == [
            ("8", "Dee", "dee@acme.example"),
            ("7", "Service Desk", "desk@acme.example"),
        ]
        assert [it.params["query"] for it in out.asked] == [
            "\"~[first_name|last_name|primary_email]:'de'\"",
            "\"~[first_name|last_name|email]:'de'\"",
        ]
        assert await FreshserviceReader(StandIn({})).people("O'Brien") == []

    async def test_what_is_said(self) -> None:
        note = {
            "id": 3,
            "ticket_id": 20,
            "body": "<div>x</div>",
            "private": True,
            "user_id": 7,
            "created_at": "2026-07-14T00:00:00Z",
            "updated_at": "2026-07-14T00:00:00Z",
        }
        [comment] = await FreshserviceReader(desk(talk={"conversations": [note]})).comments(
            RecordRef("tickets", "20")
        )
        assert (comment.id, comment.public, comment.author) == ("3", False, "7")

    async def test_ties_are_none(self) -> None:
        out = StandIn({})
        assert await FreshserviceReader(out).ties(RecordRef("tickets", "20")) == [] and out.asked == []
