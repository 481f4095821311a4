"""GitHub is written to as its reference says: no issue twice, and nothing that it would drop without a word."""

from typing import Any

import pytest

from connectors.github.answers import (
    BUG,
    COMMENT,
    CREATE,
    GONE,
    INVALID,
    LATER,
    MARKER,
    NAME,
    OCTOCAT,
    ONE,
    PARENT,
    PARENTS,
    REF,
    REPOS,
    SUB,
    UPDATE,
    comment,
    issue,
    repo,
    rows,
    seen,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.github.writer import GitHubWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.sdk.answers import PageInstead
from syncline_common.testing.contract.operations import file_of

TIE = Tie(TieKind.PARENT, RecordRef("issues", "1296269/9"))
HIDDEN = f"<!-- syncline:{MARKER} -->"
READING = {"pull": True, "triage": False, "push": False, "maintain": False, "admin": False}
TEAM = [{"labels": ["bug"]}, {"assignees": ["octocat"]}, {"milestone": 1}, {"type": "Task"}]


def writer(**answers: Any) -> tuple[GitHubWriter, StandIn]:
    out = world(**answers)
    return GitHubWriter(out), out


def new(**values: Any) -> NewRecord:
    return NewRecord("issues", {"title": "Found a bug", **values}, MARKER, NAME)


def made(**more: Any) -> Told:
    return Told(issue(**{"body": HIDDEN, **more}), 201)


async def test_an_issue_is_made_with_its_marker_where_nobody_sees_it() -> None:
    text = "I'm having a problem with this."
    write, out = writer(create=made(body=f"{text}\n\n{HIDDEN}"))
    values = {"body": text, "labels": ["bug"], "assignee": "octocat", "milestone": "1", "type": None}
    [told] = await write.create([new(**values)])
    assert isinstance(told, Record) and (told.ref, told.marker) == (REF, MARKER)
    assert told.values["body"] == text
    assert out.lines == [REPOS, CREATE] and not out.asked[-1].repeatable
    assert out.asked[-1].json == {
        "title": "Found a bug",
        "body": f"{text}\n\n{HIDDEN}",
        "labels": ["bug"],
        "assignees": ["octocat"],
        "milestone": 1,
    }


async def test_one_without_a_text_has_the_marker_alone() -> None:
    write, out = writer(create=made())
    [told] = await write.create([new()])
    assert isinstance(told, Record) and told.values["body"] is None
    assert out.asked[-1].json == {"title": "Found a bug", "body": HIDDEN}


async def test_nothing_is_made_closed_so_it_is_closed_after() -> None:
    ended = issue(1347, LATER, body=HIDDEN, state="closed", state_reason="completed")
    write, out = writer(create=made(), update=ended)
    [told] = await write.create([new(state="closed", state_reason="completed")])
    assert isinstance(told, Record) and told.values["state"] == "closed"
    assert "state" not in out.asked[-2].json
    assert out.asked[-1].json == {"state": "closed", "state_reason": "completed"}


@pytest.mark.parametrize(
    "values",
    [
        {"priority": "high"},
        {"due_on": "2026-04-01"},
        {"number": 7},
        {"locked": True},
        {"assignees": [f"p{it}" for it in range(11)]},
        {"labels": [str(it) for it in range(101)]},
        {"milestone": "v1.0"},
        {"assignee": "hubot", "assignees": ["octocat"]},
    ],
)
async def test_what_would_be_dropped_or_cut_is_refused(values: dict[str, Any]) -> None:
    write, out = writer(one=issue())
    [told] = await write.create([new(**values)])
    assert isinstance(told, errors.RecordRejected) and CREATE not in out.lines
    [told] = await write.update([Update(seen(), values)])
    assert isinstance(told, errors.RecordRejected) and UPDATE not in out.lines


@pytest.mark.parametrize("values", TEAM)
async def test_what_takes_a_role_is_not_sent_without_it(values: dict[str, Any]) -> None:
    write, out = writer(repos=rows(repo(permissions=READING)), one=issue())
    [told] = await write.create([new(**values)])
    assert isinstance(told, errors.RecordRejected) and "Triage" in told.message
    [told] = await write.update([Update(seen(), values)])
    assert isinstance(told, errors.RecordRejected)
    assert CREATE not in out.lines and UPDATE not in out.lines


async def test_where_it_is_to_be_made_has_to_be_said() -> None:
    write, out = writer()
    [told] = await write.create([NewRecord("issues", {"title": "x"}, MARKER, "octocat/unknown")])
    assert isinstance(told, errors.RecordRejected) and CREATE not in out.lines


@pytest.mark.parametrize(
    "answer",
    [
        Told({}, 201),
        Told({"id": 1, "number": 1347}, 201),
        Told([], 201),
        made(body="<!-- syncline:another -->"),
        errors.UnknownOutcome("The system did not say whether it has written"),
    ],
)
async def test_a_create_of_which_nothing_is_known_is_not_repeated(answer: Any) -> None:
    write, out = writer(create=answer)
    [told] = await write.create([new()])
    assert isinstance(told, errors.UnknownOutcome) and out.lines.count(CREATE) == 1


async def test_one_that_is_refused_stops_nobody() -> None:
    write, _ = writer(create=[INVALID, Told(status=403), made()])
    told = await write.create([new()] * 3)
    assert [isinstance(it, errors.RecordRejected) for it in told] == [True, True, False]


async def test_why_it_was_refused_is_told_in_the_vendors_words() -> None:
    said = "Repository was archived so is read-only."
    refusal = errors.PermissionMissing("403", detail=f'403 POST /x: {{"message": "{said}"}}')
    write, _ = writer(create=refusal)
    [told] = await write.create([new()])
    assert isinstance(told, errors.RecordRejected) and said in told.message


async def test_an_update_is_of_what_differs() -> None:
    after = issue(1347, LATER, title="Found it", labels=[], milestone=None)
    write, out = writer(one=issue(), update=after)
    [told] = await write.update([Update(seen(), {"title": "Found it", "labels": None, "milestone": None})])
    assert isinstance(told, Record) and told.version.startswith(f"{LATER}~")
    assert not told.version.endswith("?")
    assert out.lines == [REPOS, ONE, UPDATE]
    assert out.asked[-1].json == {"title": "Found it", "labels": [], "milestone": None}


async def test_the_marker_stays_when_the_text_is_written() -> None:
    ours: dict[str, Any] = {"body": f"Old\n\n{HIDDEN}"}
    write, out = writer(one=issue(**ours), update=issue(1347, LATER, body=f"New\n\n{HIDDEN}"))
    [told] = await write.update([Update(seen(**ours), {"body": "New"})])
    assert isinstance(told, Record) and (told.values["body"], told.marker) == ("New", MARKER)
    assert out.asked[-1].json == {"body": f"New\n\n{HIDDEN}"}


async def test_a_reason_goes_with_its_state() -> None:
    ended: dict[str, Any] = {"state": "closed", "state_reason": "completed"}
    after = issue(1347, LATER, state="closed", state_reason="not_planned")
    write, out = writer(one=issue(**ended), update=after)
    await write.update([Update(seen(**ended), {"state_reason": "not_planned"})])
    assert out.asked[-1].json == {"state": "closed", "state_reason": "not_planned"}


@pytest.mark.parametrize("there", [issue(1347, LATER), issue(title="In the same second")])
async def test_what_was_edited_is_not_written(there: dict[str, Any]) -> None:
    write, out = writer(one=there)
    [told] = await write.update([Update(seen(), {"title": "x"})])
    assert isinstance(told, errors.RecordChanged) and UPDATE not in out.lines
    with pytest.raises(errors.RecordChanged):
        await write.close(seen())


async def test_who_came_between_is_noticed_after() -> None:
    """The version is none of GitHub's, so that the issue is read again."""
    write, _ = writer(one=issue(), update=issue(1347, LATER, title="Ours", body="Theirs"))
    [told] = await write.update([Update(seen(), {"title": "Ours"})])
    assert isinstance(told, Record)
    assert told.version != seen(at=LATER, title="Ours", body="Theirs").version


@pytest.mark.parametrize(
    "values", [{"labels": ["bug", "new"]}, {"assignees": ["octocat", "hubot"]}, {"milestone": 2}]
)
async def test_what_it_dropped_all_the_same_is_told(values: dict[str, Any]) -> None:
    write, _ = writer(one=issue(), update=issue(1347, LATER))
    [told] = await write.update([Update(seen(), values)])
    assert isinstance(told, errors.RecordRejected) and next(iter(values)) in told.message


async def test_one_that_is_gone_stops_nobody_and_a_github_that_is_away_stops_all() -> None:
    two = f"GET {ONE.removeprefix('GET ').replace('1347', '2')}"
    patch = two.replace("GET", "PATCH")
    updates = [Update(seen(), {"title": "x"}), Update(seen(number=2), {"title": "x"})]
    write, _ = writer(one=GONE, **{two: issue(2), patch: issue(2, LATER, title="x")})
    told = await write.update(updates)
    assert isinstance(told[0], errors.RecordGone) and isinstance(told[1], Record)
    write, out = writer(one=issue(), **{two: PageInstead("GET")})
    with pytest.raises(errors.Unavailable):
        await write.update(updates)
    assert not [it for it in out.lines if it.startswith("PATCH")], "none is written before all were seen"


async def test_closing_claims_nothing() -> None:
    after = issue(1347, LATER, state="closed", state_reason="not_planned")
    write, out = writer(one=issue(), update=after)
    assert (await write.close(seen())).values["state"] == "closed"
    assert out.asked[-1].json == {"state": "closed", "state_reason": "not_planned"}


async def test_what_is_closed_is_left_as_it_is() -> None:
    ended: dict[str, Any] = {"state": "closed", "state_reason": "completed"}
    write, out = writer(one=issue(**ended))
    assert (await write.close(seen(**ended))).values["state_reason"] == "completed"
    assert UPDATE not in out.lines


async def test_nothing_is_deleted_and_no_file_is_sent() -> None:
    write, out = writer()
    with pytest.raises(errors.RecordRejected, match="close it"):
        await write.delete(seen())
    with pytest.raises(errors.RecordRejected, match="no API for files"):
        await write.attach(seen(), file_of(b"abc", "a.txt"))
    assert out.asked == []


async def test_a_comment_is_what_was_said() -> None:
    write, out = writer(comment=Told(comment(1, "Me too\r\n"), 201))
    said = await write.comment(REF, "Me too", public=True, marker=MARKER)
    assert (said.id, said.public, said.author) == ("1", True, "octocat")
    assert out.asked[-1].json == {"body": "Me too"} and not out.asked[-1].repeatable


async def test_an_internal_comment_is_never_sent() -> None:
    write, out = writer()
    with pytest.raises(errors.RecordRejected, match="internal"):
        await write.comment(REF, "Between us", public=False, marker=MARKER)
    assert out.asked == []


@pytest.mark.parametrize("answer", [{}, comment(1, "Else"), comment(issue_url="https://x/issues/7")])
async def test_a_comment_of_which_nothing_is_known(answer: dict[str, Any]) -> None:
    write, out = writer(comment=Told(answer, 201))
    with pytest.raises(errors.UnknownOutcome):
        await write.comment(REF, "Me too", public=True, marker=MARKER)
    assert out.lines.count(COMMENT) == 1


@pytest.mark.parametrize("answer", [issue(9), issue()])
async def test_a_sub_issue_is_named_by_its_id(answer: dict[str, Any]) -> None:
    write, out = writer(one=issue(), parents=issue(9), sub=Told(answer, 201))
    assert await write.link(seen(), TIE) == seen()
    assert out.lines[-1] == SUB and out.asked[-1].json == {"sub_issue_id": 1001347}


async def test_one_that_stands_below_it_already_stays_there() -> None:
    write, out = writer(one=issue(), parents=issue(9), sub=INVALID, parent=issue(9))
    assert await write.link(seen(), TIE) == seen() and out.lines[-1] == PARENT


@pytest.mark.parametrize(
    ("parent", "words"), [(issue(8), "another parent"), (GONE, INVALID.message)], ids=["another", "none"]
)
async def test_a_parent_is_not_replaced(parent: Any, words: str) -> None:
    write, _ = writer(one=issue(), parents=issue(9), sub=INVALID, parent=parent)
    with pytest.raises(errors.RecordRejected, match=words):
        await write.link(seen(), TIE)


@pytest.mark.parametrize(
    "tie",
    [Tie(TieKind.RELATED, TIE.to), Tie(TieKind.PARENT, REF)],
)
async def test_other_ties_there_are_none(tie: Tie) -> None:
    write, out = writer()
    with pytest.raises(errors.RecordRejected):
        await write.link(seen(), tie)
    assert out.asked == []


async def test_what_is_not_there_is_not_tied() -> None:
    write, out = writer(one=issue(), parents=GONE)
    with pytest.raises(errors.RecordRejected):
        await write.link(seen(), TIE)
    assert PARENTS in out.lines and SUB not in out.lines


def test_the_examples_hold_who_and_what() -> None:
    """So that these tests would notice a person or a label that is lost on the way."""
    values = seen().values
    assert values["labels"] == [BUG["name"]] and values["assignees"] == [OCTOCAT["login"]]
