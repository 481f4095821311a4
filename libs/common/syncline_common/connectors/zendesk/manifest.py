"""Facts about Zendesk Support that need no code."""

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
from syncline_common.sdk.schemes import Basic, GrantKind, OAuth2

NAME = r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
OAUTH = AuthScheme(
    "oauth_client",
    "OAuth client",
    (
        Field("client_id", "Client identifier", "Admin Centre, Apps and integrations, OAuth clients"),
        Field("client_secret", "Client secret", "Shown once, when the client is made", secret=True),
    ),
    OAuth2(GrantKind.CLIENT, "/oauth/tokens", scope="read write"),
)
API_TOKEN = AuthScheme(
    "api_token",
    "E-mail and API token",
    (
        Field("email", "E-mail", "Of an administrator", pattern=r"[^@\s]+@[^@\s]+"),
        Field("token", "API token", "Admin Centre, Apps and integrations, APIs", secret=True),
    ),
    Basic("{email}/token", "{token}"),
)
MANIFEST = Manifest(
    kind="zendesk",
    label="Zendesk Support",
    docs="https://developer.zendesk.com/api-reference/",
    shapes=(
        Shape(
            "https://acme.zendesk.com/agent/tickets/12",
            rf"{NAME}\.zendesk\.com",
            "https://{name}.zendesk.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:(?:www|developer|status|api|static|help)\.)?zendesk\.com",
            "Add your account's name: https://<name>.zendesk.com",
        ),
        Refusal(
            r"[a-z0-9-]+\.zendesk\.com", "This is Zendesk Chat, not Support", path=r"/api/v2/chat(?:/|$)"
        ),
        Refusal(
            r"(?:[a-z0-9-]+\.)*zopim\.com|api\.getbase\.com", "This is Zendesk Chat or Sell, not Support"
        ),
    ),
    auth=(OAUTH, API_TOKEN),
    streams=(
        Stream(
            "tickets",
            "Ticket",
            operations=(
                # Idempotency keys live about two hours, so it is the marker in external_id that decides.
                Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),
                Operation(Verb.UPDATE, RepeatClass.K1),
                Operation(Verb.CLOSE, RepeatClass.K1),
                Operation(Verb.DELETE, RepeatClass.K1),
                Operation(Verb.COMMENT, RepeatClass.K2),
                Operation(Verb.ATTACH, RepeatClass.K2),
                Operation(Verb.LINK, RepeatClass.K1),  # the problem of an incident
            ),
            feeds=(FeedFacts(Feed.RECORDS, lag_seconds=60),),
            page=500,
            conditional=True,
        ),
    ),
    projects="Brand",
    budget=Budget(
        Scope.ACCOUNT,
        200,  # of the smallest plan; the headers say what this one has
        60,
        (
            EndpointClass("exports", ("/api/v2/incremental/",), 10, 60),
            EndpointClass("updates", ("/api/v2/tickets/",), 100, 60, ("PUT",)),
        ),
        told=RateHeaders("x-rate-limit", "x-rate-limit-remaining", "ratelimit-reset"),
    ),
    prerequisites=("An administrator's account: exports need one", "An OAuth client"),
    limitations=(
        "API tokens stop working on 30 April 2027; new ones can't be made from 27 October 2026",
        "Changes are seen after a minute at the earliest, and exports are limited to ten requests a minute",
        "Comments can't be edited; closed tickets can't be changed",
        "Writing notifies customers, unless business rules leave Syncline's user out",
        "Tags and drop-down fields change one another",
        "A description is the first comment: it is written with a new ticket, and can't be changed",
        "A file comes with an internal note, and may have 50 MB",
        "Tickets that Syncline makes bear its marker as their external id",
        "Closing means solving; a field that is required to solve must be mapped",
        "Of ties there is an incident's problem alone",
    ),
    installed=True,
)
