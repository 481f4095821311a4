"""Facts about Jira Cloud that need no code."""

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
from syncline_common.sdk.schemes import Basic

SITE = r"(?P<site>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
HOME = "https://{site}.atlassian.net"
ISSUES = Stream(
    "*",
    "Issue",
    operations=(
        Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),
        Operation(Verb.UPDATE, RepeatClass.K1),
        Operation(Verb.CLOSE, RepeatClass.K1),
        Operation(Verb.DELETE, RepeatClass.K1),
        Operation(Verb.COMMENT, RepeatClass.K2),
        Operation(Verb.ATTACH, RepeatClass.K2),
        Operation(Verb.LINK, RepeatClass.K1),  # the vendor keeps one of the same two
    ),
    feeds=(FeedFacts(Feed.RECORDS, granularity_seconds=60, lag_seconds=60),),
    page=100,
    batch=100,
    looks=True,
)
MANIFEST = Manifest(
    kind="jira",
    label="Jira Cloud",
    docs="https://developer.atlassian.com/cloud/jira/platform/rest/v3/",
    shapes=(
        Shape("https://acme.atlassian.net/browse/WEB-1", rf"{SITE}\.atlassian\.net", HOME),
        Shape("https://acme.jira.com", rf"{SITE}\.jira\.com", HOME),  # the former name of the same site
    ),
    refusals=(
        Refusal(
            r"[a-z0-9-]+\.atlassian\.net",
            "This is Confluence. Use Jira's address without /wiki",
            path=r"/wiki(?:/|$)",
        ),
        Refusal(
            r"(?:www\.)?(?:atlassian\.net|jira\.com)", "Add your site's name: https://<site>.atlassian.net"
        ),
        Refusal(
            r"(?:[a-z0-9-]+\.)*atlassian\.com",
            "This is Atlassian's own site. Use https://<site>.atlassian.net",
        ),
    ),
    auth=(
        AuthScheme(
            "api_token",
            "E-mail and API token",
            (
                Field(
                    "email", "E-mail", "Of the account that the token belongs to", pattern=r"[^@\s]+@[^@\s]+"
                ),
                Field("token", "API token", "Atlassian account, Security, API tokens", secret=True),
            ),
            Basic("{email}", "{token}"),
        ),
    ),
    streams=(),
    discovered=ISSUES,
    projects="Project",
    origins=("https://{host}", "https://api.atlassian.com"),
    budget=Budget(
        Scope.ACCOUNT, 600, 60, (EndpointClass("people", ("/rest/api/3/user", "/rest/api/3/user/"), 60, 60),)
    ),
    prerequisites=(
        "An account of its own with the rights to browse, create, edit and comment in each project",
        "An API token of that account, without scopes; it expires within a year",
        "To map people, also the permission to browse users",
        "Webhooks are made by an administrator of Jira, by us or by hand",
    ),
    limitations=(
        "A status is reached only by the workflow's transitions; some may want fields of their own",
        "A simultaneous edit is found right after the write, not prevented",
        "New records are found again by a label, so labels have to be on the screens",
        "Texts go without their formatting; inline images arrive as attachments",
        "E-mail addresses are often hidden: such people are mapped by hand",
        "Deleted issues are found by webhook or by the daily sweep",
        "Labels hold no blanks; summaries up to 255 characters",
        "Comments are internal only in projects of Jira Service Management",
        "A parent is of another type, one level above; links other than Relates are not read",
        "Jira Data Center and Server, and tokens with scopes, are not supported",
    ),
    installed=True,
)
