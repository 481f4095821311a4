"""Facts about GitHub issues that need no code."""

from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.records import Feed
from syncline_common.sdk.manifest import (
    AuthScheme,
    Budget,
    EndpointClass,
    FeedFacts,
    Field,
    Manifest,
    Operation,
    Refusal,
    Scope,
    Shape,
    Stream,
    Verb,
)
from syncline_common.sdk.rates import RateHeaders
from syncline_common.sdk.schemes import Header

OWNER = r"(?P<owner>[a-z0-9](?:[a-z0-9-]{0,37}[a-z0-9])?)"
HOME = "https://github.com/{owner}"
NO_OWNERS = (
    "about apps codespaces collections contact customer-stories dashboard enterprise enterprises events explore "
    "features issues join login logout marketplace new notifications organizations orgs pricing pulls search security "
    "sessions settings signup site sponsors stars team topics trending users"
)
MANIFEST = Manifest(
    kind="github",
    label="GitHub",
    docs="https://docs.github.com/rest/issues",
    shapes=(
        Shape(
            "https://github.com/octo-org/app/issues/1", r"(?:www\.)?github\.com", HOME, rf"/{OWNER}(?=/|$)"
        ),
        Shape(
            "https://api.github.com/repos/octo-org/app",
            r"api\.github\.com",
            HOME,
            rf"/(?:repos|orgs|users)/{OWNER}(?=/|$)",
        ),
        Shape(
            "https://octo.ghe.com/app",
            r"(?:api\.)?(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.ghe\.com",
            "https://{name}.ghe.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:www\.)?github\.com",
            "Add the owner: https://github.com/<owner>",
            path=rf"/?(?:(?:{NO_OWNERS.replace(' ', '|')})(?:/.*)?)?$",
        ),
        Refusal(
            r"(?:(?!api\.|www\.)[a-z0-9-]+\.github\.com|(?:[a-z0-9-]+\.)?github\.io|githubusercontent\.com|[a-z0-9-]+\.githubusercontent\.com)",
            "This holds no issues. Use https://github.com/<owner>",
        ),
        Refusal(
            r"api\.github\.com", "Use https://github.com/<owner>", path=r"(?!/(?:repos|orgs|users)/[a-z0-9])"
        ),
        Refusal(r"(?:www\.|api\.)?ghe\.com", "Add your enterprise's name: https://<name>.ghe.com"),
    ),
    any_host=True,
    auth=(
        AuthScheme(
            "token",
            "Token",
            (
                Field(
                    "token",
                    "Personal access token",
                    "Settings, Developer settings; issues: read and write",
                    secret=True,
                ),
            ),
            Header("Authorization", "Bearer {token}"),
        ),
    ),
    streams=(
        Stream(
            "issues",
            "Issue",
            operations=(
                Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=10),
                Operation(Verb.UPDATE, RepeatClass.K1),
                Operation(Verb.CLOSE, RepeatClass.K1),
                Operation(Verb.COMMENT, RepeatClass.K2),
                Operation(Verb.LINK, RepeatClass.K1),  # to a parent
            ),
            feeds=(FeedFacts(Feed.RECORDS, lag_seconds=10),),  # comments move their issue
            batch=50,
            looks=True,
        ),
    ),
    projects="Repository",
    origins=("https://{host}", "https://api.{host}"),
    budget=Budget(
        Scope.PERSON,
        5000,
        3600,
        (
            EndpointClass("search", ("/search/", "/api/v3/search/"), 30, 60, told=True),
            EndpointClass("new content", ("/repos/", "/api/v3/repos/"), 500, 3600, methods=("POST",)),
        ),
        told=RateHeaders("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    ),
    prerequisites=(
        "A token with read and write access to the repositories' issues",
        "The role Triage or Write in the repositories, or labels, assignees and milestones can't be set",
        "For webhooks, the role Admin and the permission to edit webhooks; else changes are found by asking",
    ),
    limitations=(
        "Everything is written by the token's owner",
        "There are no internal comments: what is internal elsewhere is not sent",
        "There is no API for files: they are neither read nor sent",
        "There is no conditional update: who edits the same field in the same moment is overwritten",
        "500 issues and comments an hour can be made; each repository is asked of its own, at each look",
        "Deleting is closing; pull requests are left out",
        "No due date, no priority, no fields of your own; at most 10 assignees",
        "The request limit is shared by all programs of the token's owner",
    ),
    installed=True,
)
