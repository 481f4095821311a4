"""Facts about Azure DevOps Boards that need no code."""

from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.records import Feed
from syncline_common.sdk.manifest import (
    AuthScheme,
    Budget,
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
from syncline_common.sdk.schemes import Basic

ORG = r"(?P<org>[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?)"
HOME = "https://dev.azure.com/{org}"
WORK_ITEMS = Stream(
    "*",
    "Work item",
    operations=(
        Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),
        Operation(Verb.UPDATE, RepeatClass.K1),  # the revision is tested
        Operation(Verb.CLOSE, RepeatClass.K1),
        Operation(Verb.DELETE, RepeatClass.K1),
        Operation(Verb.COMMENT, RepeatClass.K2),
        Operation(Verb.ATTACH, RepeatClass.K2),
        Operation(Verb.LINK, RepeatClass.K1),  # the vendor refuses it the second time
    ),
    feeds=(FeedFacts(Feed.RECORDS, granularity_seconds=0.001, lag_seconds=30),),
    page=200,
    batch=200,
    conditional=True,
)
PAT = AuthScheme(
    "pat",
    "Personal access token",
    (
        Field(
            "token",
            "Personal access token",
            "User settings, Personal access tokens; scope Work Items (read & write)",
            secret=True,
        ),
    ),
    Basic("", "{token}"),
)
MANIFEST = Manifest(
    kind="azure_devops",
    label="Azure DevOps",
    docs="https://learn.microsoft.com/rest/api/azure/devops/wit/",
    shapes=(
        Shape("https://dev.azure.com/fabrikam/Web", r"dev\.azure\.com", HOME, rf"/{ORG}(?=/|$)"),
        Shape("https://fabrikam.visualstudio.com/Web", rf"{ORG}\.visualstudio\.com", HOME),
        Shape(
            "https://vssps.dev.azure.com/fabrikam",
            r"(?:vssps|vsaex|vsrm|feeds|pkgs|auditservice)\.dev\.azure\.com",
            HOME,
            rf"/{ORG}(?=/|$)",
        ),
        Shape(
            "git@ssh.dev.azure.com:v3/fabrikam/Web/app", r"ssh\.dev\.azure\.com", HOME, rf"/v3/{ORG}(?=/|$)"
        ),
    ),
    refusals=(
        Refusal(
            r"(?:[a-z-]+\.)?dev\.azure\.com",
            "Add the organization: https://dev.azure.com/<organization>",
            path=r"(?:/v3)?/?(?:_[^/]*(?:/.*)?)?$",
        ),
        Refusal(
            r"(?:(?:www|app|marketplace|docs|my|login|(?:[a-z0-9-]+\.)+[a-z0-9-]+)\.)?visualstudio\.com",
            "This is no organization. Open your project and copy its address",
        ),
        Refusal(
            r"portal\.azure\.com|azure\.microsoft\.com|aex\.dev\.azure\.com",
            "This is Azure, not an organization of Azure DevOps: https://dev.azure.com/<organization>",
        ),
    ),
    auth=(PAT,),
    streams=(),
    discovered=WORK_ITEMS,
    projects="Project",
    budget=Budget(
        Scope.PERSON,
        calls=300,
        per_seconds=300,
        told=RateHeaders(delay="x-ratelimit-delay"),  # its limit is in units of its own, not in requests
    ),
    origins=("https://dev.azure.com", "https://{org}.visualstudio.com"),
    prerequisites=(
        "A personal access token with the scope Work Items (read & write)",
        "Its owner has Basic access and is a Contributor of the projects",
        "To map people, also the scope Project and Team (read)",
        "Webhooks are created by a project collection administrator",
    ),
    limitations=(
        "A token lives for a year at most",
        "Records in area paths that its owner may not see are missing without a word",
        "New records are found again by a tag, unless an administrator adds the text field Custom.SynclineId",
        "There are no internal comments: a comment that is internal elsewhere is not sent",
        "A file may have 60 MB, unless the organization's limit was raised",
        "A record takes 10,000 revisions through the API, then no more",
        "Links are not carried over yet: a change of links alone moves neither revision nor date",
        "Fields that a process requires must be mapped, or records can't be created",
        "Azure DevOps Server is not supported",
    ),
    installed=True,
)
