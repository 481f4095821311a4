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
            ),
            feeds=(FeedFacts(Feed.RECORDS, lag_seconds=10), FeedFacts(Feed.COMMENTS, lag_seconds=10)),
            batch=50,
        ),
    ),
    projects="Repository",
    origins=("https://{host}", "https://api.{host}"),
    budget=Budget(Scope.PERSON, 5000, 3600, (EndpointClass("search", ("/search/",), 30, 60, told=True),)),
    prerequisites=(
        "A token with read and write access to the repositories' issues",
        "Push access, or labels, assignees and milestones are dropped without a word",
    ),
    limitations=(
        "Everything is written by the token's owner",
        "There are no internal comments: what is internal elsewhere is not sent",
        "Files can't be uploaded; they are linked",
        "Deleting is closing; pull requests are left out",
        "No due date, no priority, no fields of your own; at most 10 assignees",
        "The request limit is shared by all programs of the token's owner",
    ),
)
