"""Jira Cloud: the requests made are those of the vendor's reference, and what it answers is not taken on trust."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.jira.answers import (
    ADF,
    FETCH,
    GET,
    LISTED,
    MARKER,
    ME,
    MYSELF,
    PERSON,
    SEARCH,
    SINCE,
    UPDATED,
    ZONED,
    fetched,
    issue,
    page,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.jira.queries import minute
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.schemas.records import ChangePage, Feed, RecordRef, Tie, TieKind

REF = RecordRef("Bug", "10002")
WANTED = ["*all", "-comment", "-worklog", "-attachment", "-issuelinks"]


class TestChanges:
    async def read(
        self, out: StandIn, token: str | None = None, since: datetime | None = SINCE
    ) -> ChangePage:
        return await JiraReader(out).changes("Bug", Feed.RECORDS, since, token)

    async def test_asks_in_minutes_of_the_accounts_own_zone(self) -> None:
        out = world({SEARCH: page(issue(), issue("10003"))})
        read = await self.read(out)
        asked = out.asked[-1]
        assert asked.json["jql"] == (
            'issuetype = "Bug" AND updated >= "2022-12-08 02:22" ORDER BY updated ASC, key ASC'
        )
        assert asked.json["maxResults"] == 100 and "nextPageToken" not in asked.json
        assert asked.json["fields"][0] == "*all" and set(WANTED) <= set(asked.json["fields"])
        assert asked.repeatable
        assert [it.ref.id for it in read.changed] == ["10002", "10003"] and read.next is None
        assert read.changed[0].changed_at == SINCE
        assert [it.values["summary"] for it in read.records] == ["Main order flow broken"] * 2

    async def test_goes_on_with_the_vendors_token_and_the_same_question(self) -> None:
        out = world({SEARCH: [page(issue(), next="CAEaAggD"), page(issue("10003"))]})
        first = await self.read(out)
        second = await self.read(out, first.next, since=None)
        bodies = [it.json for it in out.asked if it.line == SEARCH]
        assert bodies[1] == {**bodies[0], "nextPageToken": "CAEaAggD"}
        assert second.next is None

    async def test_everything_has_no_start(self) -> None:
        out = world({SEARCH: page(issue())})
        await self.read(out, since=None)
        assert out.asked[-1].json["jql"] == 'issuetype = "Bug" ORDER BY updated ASC, key ASC'

    async def test_a_token_that_has_expired_is_replaced_by_the_place_that_was_reached(self) -> None:
        out = world({SEARCH: [page(issue(), next="old"), Told(status=400), page(issue("10003"))]})
        first = await self.read(out)
        second = await self.read(out, first.next)
        assert [it.ref.id for it in second.changed] == ["10003"]
        assert 'updated >= "2022-12-08 02:22"' in out.asked[-1].json["jql"]
        assert "nextPageToken" not in out.asked[-1].json

    async def test_a_page_that_comes_again_is_noticed(self) -> None:
        out = world({SEARCH: [page(issue(), next="a"), page(issue(), next="b")]})
        first = await self.read(out)
        with pytest.raises(errors.ContractBroken, match="repeated"):
            await self.read(out, first.next)

    async def test_so_is_a_token_that_comes_again(self) -> None:
        out = world({SEARCH: [page(issue(), next="a"), page(issue("10003"), next="a")]})
        first = await self.read(out)
        with pytest.raises(errors.ContractBroken, match="repeated"):
            await self.read(out, first.next)

    async def test_an_end_without_the_vendors_mark_is_none(self) -> None:
        with pytest.raises(errors.ContractBroken, match="middle"):
            await self.read(world({SEARCH: {"issues": [issue()], "isLast": False}}))

    async def test_a_condition_that_was_dropped_is_noticed(self) -> None:
        with pytest.raises(errors.ContractBroken, match="keep to the query"):
            await self.read(world({SEARCH: page(issue(updated="2022-12-07T02:22:18.889-0800"))}))

    async def test_nothing_is_only_believed_of_who_is_somebody(self) -> None:
        """To nobody, Jira answers with nothing."""
        out = world({SEARCH: page(), MYSELF: [ZONED, Told(status=401)]})
        with pytest.raises(errors.CredentialRejected):
            await self.read(out)

    async def test_a_refusal_may_mean_a_token_that_is_no_longer_good(self) -> None:
        with pytest.raises(errors.CredentialRejected):
            await self.read(world({SEARCH: Told(status=400), MYSELF: [ZONED, Told(status=401)]}))

    async def test_there_are_no_other_feeds(self) -> None:
        with pytest.raises(errors.ContractBroken):
            await JiraReader(world({})).changes("Bug", Feed.COMMENTS, SINCE, None)

    async def test_a_cursor_that_can_not_be_ours(self) -> None:
        with pytest.raises(errors.ContractBroken, match="cursor"):
            await self.read(world({}), "2022|x")


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        (datetime(2026, 7, 1, 12, 0, 59, tzinfo=UTC), "America/Los_Angeles", "2026-07-01 05:00"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "Asia/Kolkata", "2026-07-01 17:30"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "America/Los_Angeles", "2026-11-01 00:30"),  # 01:30, first
        (
            datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
            "America/Los_Angeles",
            "2026-11-01 00:30",
        ),  # 01:30, second
        (datetime(2026, 11, 1, 10, 30, tzinfo=UTC), "America/Los_Angeles", "2026-11-01 02:30"),
    ],
)
def test_a_minute_is_never_later_than_what_is_meant(at: datetime, zone: str, told: str) -> None:
    assert minute(at, ZoneInfo(zone)) == told
    assert datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(zone)) <= at + timedelta(0)


class TestReading:
    async def test_everything_in_the_order_in_which_it_was_made(self) -> None:
        out = world({SEARCH: page(issue())})
        read = await JiraReader(out).inventory("Bug", None)
        assert out.asked[-1].json["jql"] == 'issuetype = "Bug" ORDER BY created ASC, key ASC'
        assert read.changed[0].version.startswith("1670494938.889-")

    async def test_values_are_read_by_their_shape(self) -> None:
        told = issue(
            assignee=PERSON,
            priority={"id": "2", "name": "High"},
            components=[{"id": "1", "name": "Checkout"}],
            labels=["customer", MARKER],
            parent={"id": "10001", "key": "ED-1", "fields": {"issuetype": {"name": "Epic"}}},
            customfield_10010=ADF,
            customfield_10011={"id": "10100", "value": "Major"},
            customfield_10012=[{"value": "Mail"}, {"value": "Phone"}],
            customfield_10013={"value": "Europe", "child": {"value": "Norway"}},
            customfield_10014=5.0,
            customfield_10015="2022-12-08T02:22:18.889-0800",
            duedate=None,
            votes={"votes": 3},
        )
        out = world({FETCH: fetched(told)})
        record = (await JiraReader(out).fetch("Bug", ["10002"]))["10002"]
        assert (record.project, record.marker, record.changed_at) == ("ED", MARKER, SINCE)
        expected = {
            "assignee": ME,
            "priority": "High",
            "components": ["Checkout"],
            "labels": ["customer"],
            "parent": "ED-1",
            "status": "To Do",
            "description": "It is slow",
            "customfield_10010": "It is slow",
            "customfield_10011": "Major",
            "customfield_10012": ["Mail", "Phone"],
            "customfield_10013": "Europe / Norway",
            "customfield_10014": 5,
            "customfield_10015": "2022-12-08T10:22:18Z",
            "duedate": None,
        }
        assert {name: record.values[name] for name in expected} == expected
        assert "votes" not in record.values

    async def test_a_version_says_what_the_time_does_not(self) -> None:
        told = [issue(), issue(summary="Another"), issue(votes={"votes": 4}), issue(labels=["x"])]
        versions = []
        for it in told:
            found = await JiraReader(world({FETCH: fetched(it)})).fetch("Bug", ["10002"])
            versions.append(found["10002"].version)
        assert versions[0] == versions[2] and len(set(versions)) == 3

    async def test_a_clock_that_runs_makes_no_version(self) -> None:
        """Of a service level: else nothing at a service desk could ever be written."""
        versions = set[str]()
        for millis in (1, 2):
            told = issue(
                customfield_10016={"ongoingCycle": {"elapsedTime": {"millis": millis}}}, unheard_of=millis
            )
            found = await JiraReader(world({FETCH: fetched(told)})).fetch("Bug", ["10002"])
            versions.add(found["10002"].version)
            assert "customfield_10017" not in found["10002"].values
        assert len(versions) == 1

    async def test_a_hundred_at_once_and_what_is_gone_is_missing(self) -> None:
        out = world({FETCH: [fetched(issue("10002")), fetched()]})
        ids = [str(10_002 + it) for it in range(101)]
        found = await JiraReader(out).fetch("Bug", [*ids, "not an id"])
        asked = [it.json for it in out.asked if it.line == FETCH]
        assert [len(it["issueIdsOrKeys"]) for it in asked] == [100, 1] and set(found) == {"10002"}
        assert out.lines[-1] == MYSELF, "who is nobody would see nothing"

    async def test_what_could_not_be_read_is_not_gone(self) -> None:
        told = {"issues": [], "issueErrors": [{"id": "10002", "errorMessage": "try again"}]}
        with pytest.raises(errors.Unavailable):
            await JiraReader(world({FETCH: told})).fetch("Bug", ["10002"])

    async def test_nobody_else_is_taken_for_it(self) -> None:
        with pytest.raises(errors.ContractBroken, match="others"):
            await JiraReader(world({FETCH: fetched(issue("10009"))})).fetch("Bug", ["10002"])

    async def test_a_marker_is_a_label(self) -> None:
        out = world({SEARCH: page(issue(labels=[MARKER]), issue("10003"))})
        found = await JiraReader(out).find("Bug", MARKER)
        assert out.asked[-1].json["jql"] == (
            f'issuetype = "Bug" AND labels = "{MARKER}" ORDER BY created ASC, key ASC'
        )
        assert [it.ref.id for it in found] == ["10002"]

    async def test_texts_are_sought_by_their_words(self) -> None:
        out = world({SEARCH: page(issue())})
        values = {"summary": 'He said "NOT" = 1', "customfield_10011": 'a "b"', "customfield_10014": 5}
        await JiraReader(out).alike("Bug", values)
        assert out.asked[-1].json["jql"] == (
            'issuetype = "Bug" AND cf[10011] = "a \\"b\\"" AND cf[10014] = 5 AND summary ~ "he said not 1"'
            " ORDER BY created ASC, key ASC"
        )

    async def test_comments_of_all_pages(self) -> None:
        def comment(id: str, **more: Any) -> dict[str, Any]:
            return {"id": id, "author": PERSON, "body": ADF, "created": UPDATED, "updated": UPDATED, **more}

        pages = [
            {
                "startAt": 0,
                "maxResults": 100,
                "total": 3,
                "comments": [comment("1"), comment("2", jsdPublic=False)],
            },
            {
                "startAt": 2,
                "maxResults": 100,
                "total": 3,
                "comments": [comment("3", visibility={"type": "role"})],
            },
        ]
        out = world({LISTED: pages})
        found = await JiraReader(out).comments(REF)
        assert [(it.id, it.public) for it in found] == [("1", True), ("2", False), ("3", False)]
        assert (found[0].body, found[0].author, found[0].created_at) == ("It is slow", ME, SINCE)
        assert [it.params["startAt"] for it in out.asked] == [0, 2]
        assert out.asked[0].params["orderBy"] == "created"

    async def test_attachments_are_on_the_issue(self) -> None:
        told = {
            "id": "10000",
            "filename": "a.png",
            "size": 23123,
            "mimeType": "image/png",
            "content": "https://x/1",
        }
        out = world({GET: {"id": "10002", "fields": {"attachment": [told]}}})
        [file] = await JiraReader(out).attachments(REF)
        assert (file.id, file.name, file.size, file.content_type) == ("10000", "a.png", 23123, "image/png")
        assert out.asked[0].params == {"fields": "attachment"}

    async def test_ties_are_the_parent_and_what_is_mutual(self) -> None:
        def end(id: str, name: str) -> dict[str, Any]:
            return {"id": id, "key": f"ED-{id}", "fields": {"issuetype": {"name": name}}}

        links = [
            {
                "type": {"name": "Relates", "inward": "relates to", "outward": "relates to"},
                "inwardIssue": end("7", "Bug"),
            },
            {
                "type": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
                "outwardIssue": end("8", "Bug"),
            },
        ]
        out = world({GET: {"id": "10002", "fields": {"parent": end("5", "Epic"), "issuelinks": links}}})
        assert list(await JiraReader(out).ties(REF)) == [
            Tie(TieKind.PARENT, RecordRef("Epic", "5")),
            Tie(TieKind.RELATED, RecordRef("Bug", "7")),
        ]
