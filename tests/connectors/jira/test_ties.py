"""Jira Cloud: issues are tied by a field to their parent, and by links to what is related."""

from typing import Any

import pytest

from connectors.jira.answers import API, FETCH, GET, PUT, fetched, issue, seen, world, written
from connectors.standin import Told
from syncline_common import errors
from syncline_common.connectors.jira.writer import JiraWriter
from syncline_common.schemas.records import RecordRef, Tie, TieKind

TYPES: dict[str, Any] = {
    "issueLinkTypes": [
        {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
        {"name": "Relates", "inward": "relates to", "outward": "relates to"},
    ]
}
MUTUAL: dict[str, Any] = {"name": "Relates", "inward": "relates to", "outward": "relates to"}


class TestTying:
    async def test_what_is_related_is_linked_and_read_back(self) -> None:
        other = {"id": "7", "fields": {"issuetype": {"name": "Bug"}}}
        linked = issue(issuelinks=[{"id": "1", "type": MUTUAL, "inwardIssue": other}])
        link = f"POST {API}/issueLink"
        out = world(
            {
                FETCH: fetched(issue(), issue("7")),
                f"GET {API}/issueLinkType": TYPES,
                link: Told(status=201),
                GET: [linked, issue()],
            }
        )
        await JiraWriter(out).link(seen(), Tie(TieKind.RELATED, RecordRef("Bug", "7")))
        sent = next(it for it in out.asked if it.line == link)
        assert sent.json == {
            "type": {"name": "Relates"},
            "inwardIssue": {"id": "7"},
            "outwardIssue": {"id": "10002"},
        }

    async def test_a_parent_is_a_field(self) -> None:
        epic = {"id": "5", "key": "ED-5", "fields": {"issuetype": {"name": "Epic"}}}
        out = world(
            {
                FETCH: fetched(issue(), issue("5")),
                PUT: written(),
                GET: [issue(parent=epic), issue(parent=epic)],
            }
        )
        tied = await JiraWriter(out).link(seen(), Tie(TieKind.PARENT, RecordRef("Epic", "5")))
        assert tied.values["parent"] == "ED-5"
        assert next(it for it in out.asked if it.line == PUT).json == {"fields": {"parent": {"id": "5"}}}

    async def test_another_parent_is_not_replaced(self) -> None:
        epic = {"id": "4", "key": "ED-4", "fields": {"issuetype": {"name": "Epic"}}}
        out = world({FETCH: fetched(issue(parent=epic), issue("5"))})
        with pytest.raises(errors.RecordRejected, match="another parent"):
            await JiraWriter(out).link(seen(parent=epic), Tie(TieKind.PARENT, RecordRef("Epic", "5")))

    async def test_no_parent_is_of_the_same_type(self) -> None:
        out = world({})
        with pytest.raises(errors.RecordRejected, match="one level above"):
            await JiraWriter(out).link(seen(), Tie(TieKind.PARENT, RecordRef("Bug", "5")))
        assert out.asked == []
