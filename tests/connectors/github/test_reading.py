"""Issues are asked for as GitHub's reference says, and read as it says; what does not hold is no answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.github.answers import (
    API,
    AT,
    COMMENTS,
    GONE,
    LATER,
    LIST,
    MARKER,
    ME,
    NAME,
    OCTOCAT,
    ONE,
    PARENT,
    PLACE,
    REF,
    REPO,
    REPOS,
    SEARCH,
    comment,
    issue,
    repo,
    rows,
    searched,
    utc,
    world,
)
from connectors.standin import DATE, StandIn, Told
from syncline_common import errors
from syncline_common.connectors.github.reader import GitHubReader
from syncline_common.connectors.github.records import to_record, version_of
from syncline_common.schemas.records import Feed, RecordRef, Tie, TieKind
from syncline_common.sdk.answers import PageInstead

SINCE = datetime(2026, 3, 31, 10, tzinfo=UTC)
CURSOR = f"{API}/repositories/1296269/issues?state=all&sort=updated&direction=asc&per_page=100&after=Y3Vyc29yOnYyOpK5"
COUNTED = f"{API}/repositories/1296269/issues?state=all&sort=updated&direction=asc&per_page=100&page=2"
SPOONS = f"GET {API}/repos/octocat/Spoon-Knife/issues"
PULL = {"url": f"{PLACE}/pulls/1349"}


def reader(**answers: Any) -> tuple[GitHubReader, StandIn]:
    out = world(**answers)
    return GitHubReader(out), out


async def test_changes_are_of_all_states_and_by_time_of_change() -> None:
    pull = issue(1349, pull_request=PULL)
    read, out = reader(list=rows(issue(), pull, issue(1350, LATER, state="closed")))
    page = await read.changes("issues", Feed.RECORDS, SINCE, None)
    assert out.lines == [REPOS, LIST]
    assert out.asked[1].params == {
        "state": "all",
        "sort": "updated",
        "since": "2026-03-31T10:00:00Z",
        "direction": "asc",
        "per_page": 100,
        "page": 1,
    }
    assert [it.ref.id for it in page.changed] == ["1296269/1347", "1296269/1350"], "and no pull request"
    assert [it.changed_at for it in page.changed] == [utc(AT), utc(LATER)] and page.next is None
    assert page.vendor_now.strftime("%a, %d %b %Y %H:%M:%S GMT") == DATE


async def test_what_came_later_than_was_asked_is_asked_for_from_there() -> None:
    """Whatever is edited meanwhile: no page is counted past the second that was reached."""
    first, last = rows(issue(1, AT), issue(2, LATER), after=COUNTED), rows(issue(2, LATER), issue(3, LATER))
    read, out = reader(list=[first, last])
    one = await read.changes("issues", Feed.RECORDS, SINCE, None)
    two = await GitHubReader(out).changes("issues", Feed.RECORDS, None, one.next)
    assert [it.params["since"] for it in out.asked if it.line == LIST] == [AT, LATER]
    assert [it.ref.id for it in two.changed] == ["1296269/2", "1296269/3"] and two.next is None


async def test_within_a_second_the_vendors_cursor_is_followed() -> None:
    read, out = reader(list=rows(issue(1), issue(2), after=CURSOR), **{f"GET {CURSOR}": rows(issue(3))})
    one = await read.changes("issues", Feed.RECORDS, SINCE, None)
    two = await GitHubReader(out).changes("issues", Feed.RECORDS, None, one.next)
    assert [it.ref.id for it in two.changed] == ["1296269/3"]
    assert out.asked[-1].params == {}, "all that it takes is in the address"


async def test_without_cursors_a_page_begins_a_little_before() -> None:
    """So that it is seen whether something that was read already has gone."""
    many = [issue(it) for it in range(1, 101)]
    read, out = reader(list=[rows(*many, after=COUNTED), rows(*many[93:], issue(101))])
    one = await read.changes("issues", Feed.RECORDS, SINCE, None)
    two = await GitHubReader(out).changes("issues", Feed.RECORDS, None, one.next)
    asked = [it.params for it in out.asked if it.line == LIST][1]
    before = 100 - asked["per_page"] * (asked["page"] - 1)
    assert asked["since"] == AT and before >= 5
    assert [it.ref.id for it in two.changed] == ["1296269/101"]


async def test_one_repository_comes_after_the_other() -> None:
    both = rows(repo(), repo(1300192, "octocat/Spoon-Knife"))
    theirs = issue(1, name="octocat/Spoon-Knife")
    read, out = reader(repos=both, list=rows(issue()), **{SPOONS: rows(theirs)})
    one = await read.changes("issues", Feed.RECORDS, SINCE, None)
    two = await GitHubReader(out).changes("issues", Feed.RECORDS, None, one.next)
    assert [it.ref.id for it in two.changed] == ["1300192/1"] and two.next is None
    assert out.asked[-1].params["since"] == AT, "from the same moment on"


@pytest.mark.parametrize(
    "found",
    [
        rows(issue(1, LATER), issue(2, AT)),  # in another order
        rows(issue(1, "2026-03-01T00:00:00Z")),  # from before the time that was asked for
        rows({"number": 1}),
        Told({"message": "?"}),
        Told(["?"]),
        Told(None),
    ],
)
async def test_a_page_that_makes_no_sense_is_no_page(found: Told) -> None:
    read, _ = reader(list=found)
    with pytest.raises(errors.ContractBroken):
        await read.changes("issues", Feed.RECORDS, SINCE, None)


async def test_a_page_that_comes_again_is_no_end() -> None:
    read, out = reader(list=rows(issue(1), issue(2), after=CURSOR), **{f"GET {CURSOR}": rows(issue(1))})
    one = await read.changes("issues", Feed.RECORDS, SINCE, None)
    with pytest.raises(errors.ContractBroken):
        await GitHubReader(out).changes("issues", Feed.RECORDS, None, one.next)


@pytest.mark.parametrize("answer", [PageInstead("GET"), errors.RecordGone("410")])
async def test_what_can_not_be_read_now_is_not_empty(answer: errors.RemoteError) -> None:
    """A page for people is GitHub being away; issues that were switched off a moment ago are left out later."""
    read, _ = reader(list=answer)
    with pytest.raises(errors.Unavailable):
        await read.changes("issues", Feed.RECORDS, SINCE, None)


async def test_the_inventory_is_in_the_order_of_making() -> None:
    read, out = reader(list=rows(issue(1, LATER), issue(2, AT)))
    page = await read.inventory("issues", None)
    assert [it.ref.id for it in page.changed] == ["1296269/1", "1296269/2"]
    asked = {"state": "all", "sort": "created", "direction": "asc", "per_page": 100, "page": 1}
    assert out.asked[-1].params == asked


async def test_an_issue_as_the_reference_shows_it() -> None:
    text = f"I'm having a problem with this.\n\n<!-- syncline:{MARKER} -->"
    read, out = reader(one=issue(body=text, type={"id": 410, "name": "Task"}))
    record = (await read.fetch("issues", ["1296269/1347", "no/number", "../x"]))["1296269/1347"]
    assert record.values == {
        "title": "Found a bug",
        "body": "I'm having a problem with this.",
        "state": "open",
        "state_reason": None,
        "labels": ["bug"],
        "assignee": "octocat",
        "assignees": ["octocat"],
        "milestone": 1,
        "type": "Task",
        "author": "octocat",
        "number": 1347,
        "url": f"https://github.com/{NAME}/issues/1347",
        "locked": True,
        "closed_at": None,
    }
    assert (record.marker, record.project, record.changed_at) == (MARKER, NAME, utc(AT))
    assert out.lines == [REPOS, ONE]


async def test_what_is_empty_is_empty() -> None:
    bare = issue(body=None, labels=[], assignee=None, assignees=[], milestone=None, user=None)
    read, _ = reader(one=bare)
    values = (await read.fetch("issues", [REF.id]))[REF.id].values
    empty = ("body", "labels", "assignee", "assignees", "milestone", "type", "author")
    assert all(values[it] is None for it in empty)


@pytest.mark.parametrize(
    "answer",
    [
        GONE,
        issue(name="octocat/elsewhere", number=3),  # moved, and we were redirected
        issue(pull_request=PULL),
    ],
)
async def test_one_that_is_no_more_is_missing(answer: Any) -> None:
    both = rows(repo(), repo(7, "octocat/elsewhere"))
    read, _ = reader(repos=both, one=answer)
    assert await read.fetch("issues", [REF.id]) == {}


async def test_one_of_a_repository_that_we_do_not_see_is_missing() -> None:
    read, out = reader()
    assert await read.fetch("issues", ["77/1"]) == {} and out.lines == [REPOS]


async def test_another_than_was_asked_for_is_no_answer() -> None:
    read, _ = reader(one=issue(7))
    with pytest.raises(errors.ContractBroken):
        await read.fetch("issues", [REF.id])


def test_a_version_tells_two_edits_of_one_second_apart() -> None:
    one = issue()
    assert version_of(one) != version_of(issue(title="Found another"))
    assert version_of(one) != version_of(issue(comments=1))
    shown_alone = {**one, "closed_by": None, "reactions": {"total_count": 1}, "score": 1}
    assert version_of(one) == version_of(shown_alone) and version_of(one).startswith(f"{AT}~")


async def test_a_marker_is_searched_for_and_compared() -> None:
    text = f"Text\n\n<!-- syncline:{MARKER} -->"
    old, new = issue(2, body=text), issue(3, body=text, created_at=AT)
    read, out = reader(search=searched(new, issue(1, body=f"about {MARKER}"), old))
    assert [it.ref.id for it in await read.find("issues", MARKER)] == ["1296269/2", "1296269/3"]
    query = f'"{MARKER}" in:body is:issue user:octocat'
    assert out.lines == [SEARCH, REPOS]
    assert out.asked[0].params == {"q": query, "sort": "created", "order": "asc", "per_page": 100}


async def test_what_is_too_new_for_the_search_is_found_among_our_own() -> None:
    text = f"<!-- syncline:{MARKER} -->"
    read, out = reader(search=searched(), me=OCTOCAT, list=rows(issue(9), issue(8, body=text)))
    assert [it.ref.id for it in await read.find("issues", MARKER)] == ["1296269/8"]
    assert [it for it in out.lines if it != REPOS] == [SEARCH, ME, LIST]
    asked = next(it.params for it in out.asked if it.line == LIST)
    assert (asked["creator"], asked["sort"], asked["direction"]) == ("octocat", "created", "desc")
    assert asked["state"] == "all"


async def test_a_marker_that_would_say_more_is_not_asked_for() -> None:
    read, out = reader()
    with pytest.raises(errors.RecordRejected):
        await read.find("issues", 'x" user:else "')
    assert out.asked == []


async def test_what_is_alike_is_searched_for_by_its_title() -> None:
    read, out = reader(search=searched(issue()))
    [found] = await read.alike("issues", {"title": 'Found: "a" bug', "body": "x"})
    assert found == to_record(issue(), REPO)
    assert out.asked[0].params["q"] == '"Found a bug" in:title is:issue user:octocat'
    with pytest.raises(errors.RecordRejected):
        await read.alike("issues", {"body": "x"})


async def test_a_long_title_is_searched_for_by_its_beginning() -> None:
    """GitHub takes 256 characters of words."""
    read, out = reader(search=searched())
    await read.alike("issues", {"title": "problem " * 50})
    words = out.asked[0].params["q"].partition('" in:')[0].removeprefix('"').split()
    assert set(words) == {"problem"} and 20 < len(words) <= 25


async def test_comments_are_public_and_come_in_pages() -> None:
    following = f"{API}/repositories/1296269/issues/1347/comments?per_page=100&page=2"
    first = rows(comment(1), after=following)
    read, out = reader(comments=first, **{f"GET {following}": rows(comment(2, None, user=None))})
    one, two = await read.comments(REF)
    assert (one.id, one.body, one.public, one.author) == ("1", "Me too", True, "octocat")
    assert (two.body, two.author, two.created_at) == ("", None, utc(AT))
    assert [it.params for it in out.asked if it.line == COMMENTS] == [{"per_page": 100}]


async def test_comments_of_another_issue_are_no_answer() -> None:
    read, _ = reader(comments=rows(comment(issue_url=f"{PLACE}/issues/7")))
    with pytest.raises(errors.ContractBroken):
        await read.comments(REF)


async def test_a_parent_stands_above_its_sub_issue() -> None:
    read, out = reader(parent=issue(9))
    assert await read.ties(REF) == [Tie(TieKind.PARENT, RecordRef("issues", "1296269/9"))]
    assert out.lines == [REPOS, PARENT]


async def test_without_a_parent_there_is_none_and_without_the_issue_it_is_gone() -> None:
    read, _ = reader(parent=GONE, one=issue())
    assert await read.ties(REF) == []
    read, _ = reader(parent=GONE, one=GONE)
    with pytest.raises(errors.RecordGone):
        await read.ties(REF)


async def test_files_are_not_what_its_api_is_about() -> None:
    read, out = reader()
    assert await read.attachments(REF) == [] and out.asked == []
