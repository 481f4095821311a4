"""What GitHub is asked while a connection is set up: whose token it is, what it may, and what there is."""

from typing import Any

import pytest

from connectors.github.answers import (
    ASSIGNEES,
    BUG,
    CREATE,
    GONE,
    INVALID,
    LABELS,
    LIST,
    ME,
    MILESTONES,
    NAME,
    OCTOCAT,
    RELEASE,
    REPOS,
    SEARCH,
    TYPES,
    issue,
    repo,
    rows,
    searched,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.github.manifest import MANIFEST
from syncline_common.connectors.github.surveyor import NO_SCOPE, READ_ONLY, SIGN_ON, GitHubSurveyor
from syncline_common.sdk.ports import WebhookWay

CLASSIC = Told(OCTOCAT, headers={"x-oauth-scopes": "repo, user"})
FINE = Told(OCTOCAT)  # it is silent about what a fine-grained token may


def refused(message: str) -> errors.PermissionMissing:
    return errors.PermissionMissing("403", detail=f'403 POST: {{"message": "{message}"}}')


async def test_writing_is_tried_with_what_is_refused_in_any_case() -> None:
    out = world(me=CLASSIC, list=rows(issue()), create=INVALID)
    survey = await GitHubSurveyor(out).survey()
    assert (survey.identity, survey.can_write, survey.findings) == ("octocat", True, ())
    assert survey.found.webhooks is WebhookWay.API
    assert out.lines == [ME, REPOS, LIST, CREATE]
    assert out.asked[-1].json == {} and not out.asked[-1].repeatable, "no title, so no issue"
    assert {it.headers["X-GitHub-Api-Version"] for it in out.asked} == {"2022-11-28"}
    assert {it.headers["Accept"] for it in out.asked} == {"application/vnd.github+json"}


@pytest.mark.parametrize(
    ("answers", "kind", "message"),
    [
        ({"me": errors.CredentialRejected("401")}, errors.CredentialRejected, "401"),
        ({"me": GONE}, errors.NotSuchSystem, "no GitHub"),
        ({"me": errors.Unavailable("503")}, errors.Unavailable, "503"),
        ({"me": Told(OCTOCAT, headers={"x-oauth-scopes": ""})}, errors.PermissionMissing, NO_SCOPE),
        ({"me": Told(OCTOCAT, headers={"x-oauth-scopes": "user"})}, errors.PermissionMissing, NO_SCOPE),
        ({"repos": rows()}, errors.PermissionMissing, "sees no repository"),
        ({"repos": rows(repo(name="other/x"))}, errors.PermissionMissing, "sees no repository"),
        ({"repos": rows(repo(has_issues=False))}, errors.PermissionMissing, "sees no repository"),
        ({"repos": rows(repo(archived=True))}, errors.PermissionMissing, "archived"),
        (
            {"create": refused("Resource not accessible by personal access token")},
            errors.PermissionMissing,
            READ_ONLY,
        ),
        (
            {"create": refused("Resource protected by organization SAML enforcement.")},
            errors.PermissionMissing,
            SIGN_ON,
        ),
        ({"create": GONE}, errors.PermissionMissing, READ_ONLY),
        ({"create": Told(issue(), 201)}, errors.ContractBroken, "without a title"),
    ],
)
async def test_what_is_wrong_is_told_apart(
    answers: dict[str, Any], kind: type[Exception], message: str
) -> None:
    out = world(**{"me": FINE, "list": rows(), "create": INVALID, **answers})
    with pytest.raises(kind, match=message):
        await GitHubSurveyor(out).survey()


async def test_what_will_be_missed_is_said_before() -> None:
    headers = {
        "github-authentication-token-expiration": "2026-06-14 15:09:46 -0700",
        "x-github-sso": "partial-results; organizations=21955855,20582480",
    }
    reading = {"pull": True, "triage": False, "push": False, "maintain": False, "admin": False}
    bare = rows(repo(), repo(1300192, "octocat/Spoon-Knife", permissions=reading))
    out = world(me=Told(OCTOCAT, headers=headers), repos=bare, list=rows(), create=INVALID)
    told = " ".join((await GitHubSurveyor(out).survey()).findings)
    assert "In octocat/Spoon-Knife, labels" in told and "2026-06-14" in told and "single sign-on" in told


async def test_repositories_of_the_owner_are_projects() -> None:
    following = "https://api.github.com/user/repos?affiliation=owner&per_page=100&page=2"
    first = rows(repo(7, "OctoCat/last"), repo(8, "other/theirs"), after=following)
    second = rows(repo(), repo(3, "octocat/old", archived=True), repo(4, "octocat/no", has_issues=False))
    out = world(repos=first, **{f"GET {following}": second})
    found = await GitHubSurveyor(out).projects()
    assert [(it.id, it.name) for it in found] == [("7", "OctoCat/last"), ("1296269", NAME)]
    asked = {"affiliation": "owner,collaborator,organization_member", "per_page": 100}
    assert [it.params for it in out.asked] == [asked, {}], "the next page is where the vendor says"


async def test_there_are_issues_and_nothing_else() -> None:
    [stream] = await GitHubSurveyor(world()).streams(NAME)
    assert (stream.name, list(stream.projects)) == ("issues", [NAME])


async def test_fields_with_what_may_be_chosen_there() -> None:
    types = [{"id": 410, "name": "Task", "is_enabled": True}, {"id": 411, "name": "Old", "is_enabled": False}]
    answers = {"labels": rows(BUG), "milestones": rows(RELEASE), "types": rows(*types)}
    out = world(**answers)
    fields = {it.name: it for it in await GitHubSurveyor(out).fields("issues", NAME)}
    assert (fields["labels"].choices, fields["type"].choices) == (("bug",), ("Task",))
    assert fields["milestone"].choices == (1,) and fields["milestone"].choice_labels == {"1": "v1.0"}
    assert fields["state"].choices == ("open", "closed") and not fields["number"].writable
    assert fields["title"].required_on_create and not fields["title"].nullable
    assert out.lines == [LABELS, MILESTONES, TYPES]
    assert out.asked[1].params == {"state": "all", "per_page": 100}


@pytest.mark.parametrize("refusal", [GONE, errors.PermissionMissing("403")])
async def test_a_person_has_no_types(refusal: errors.RemoteError) -> None:
    out = world(labels=rows(), milestones=rows(), types=refusal)
    fields = {it.name: it for it in await GitHubSurveyor(out).fields("issues", NAME)}
    assert fields["type"].choices is None


async def test_people_are_those_who_may_be_assigned() -> None:
    out = world(assignees=rows(OCTOCAT, {**OCTOCAT, "login": "hubot"}))
    found = await GitHubSurveyor(out).people("OCTO", NAME)
    assert [(it.key, it.name, it.email) for it in found] == [("octocat", "octocat", None)]
    assert out.lines == [ASSIGNEES] and out.asked[0].params == {"per_page": 100}


async def test_counting_is_searching_for_as_little_as_can_be() -> None:
    out = world(search=searched(total_count=280, incomplete_results=True))
    conditions = [
        Condition("state", "==", ("open",), "state == open"),
        Condition("x", "==", ("y",), "x == y"),
    ]
    counted = await GitHubSurveyor(out).count("issues", [NAME], conditions)
    assert (counted.records, counted.at_least, counted.left_out) == (280, True, ("x == y",))
    assert out.lines == [SEARCH]
    query = {"q": f"is:issue repo:{NAME} state:open", "sort": "created", "order": "asc", "per_page": 1}
    assert out.asked[0].params == query


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
        ("https://git.example.com", "https://git.example.com/api/v3"),
    ],
)
async def test_an_enterprise_has_its_api_elsewhere(address: str, api: str) -> None:
    out = StandIn({f"GET {api}/user/repos": rows(repo(name="any/body"))}, address)
    assert [it.name for it in await GitHubSurveyor(out).projects()] == ["any/body"]


def test_the_form_asks_for_a_token_and_nothing_else() -> None:
    [scheme] = MANIFEST.auth
    assert [it.name for it in scheme.fields if it.secret] == ["token"]
