"""Facts about Freshservice that need no code."""

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
from syncline_common.sdk.schemes import Basic

NAME = r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
API_KEY = AuthScheme(
    "api_key",
    "API key",
    (Field("api_key", "API key", "Profile settings of an agent, right side", secret=True),),
    Basic("{api_key}", "X"),
)
TICKET = (
    Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=180),
    Operation(Verb.UPDATE, RepeatClass.K1),
    Operation(Verb.CLOSE, RepeatClass.K1),
    Operation(Verb.DELETE, RepeatClass.K1),
    Operation(Verb.COMMENT, RepeatClass.K2),
    Operation(Verb.ATTACH, RepeatClass.K2),
)
UPDATED = (FeedFacts(Feed.RECORDS, lag_seconds=30),)
MANIFEST = Manifest(
    kind="freshservice",
    label="Freshservice",
    docs="https://api.freshservice.com/",
    shapes=(
        Shape(
            "https://acme.freshservice.com/a/tickets/12",
            rf"{NAME}\.freshservice\.com",
            "https://{name}.freshservice.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:(?:www|api|support)\.)?freshservice\.com",
            "Add your service desk's name: https://<name>.freshservice.com",
        ),
    ),
    auth=(API_KEY,),
    streams=(
        # each is read alone
        Stream("tickets", "Ticket", TICKET, UPDATED, page=100, batch=20, looks=True),
    ),
    projects="Workspace",
    budget=Budget(
        Scope.ACCOUNT,
        100,
        60,
        (
            EndpointClass("list tickets", ("/api/v2/tickets",), 40, 60, ("GET",), told=True),
            EndpointClass("one ticket", ("/api/v2/tickets", "/api/v2/tickets/"), 50, 60, told=True),
            EndpointClass("people", ("/api/v2/agents", "/api/v2/requesters"), 40, 60, ("GET",), told=True),
        ),
        told=RateHeaders(limit="x-ratelimit-total"),
    ),
    prerequisites=(
        "The API key of an agent who has a role in each workspace",
        "The address under freshservice.com, not one of your own",
    ),
    limitations=(
        "Service requests can be read and updated; new ones come from the catalogue only",
        "There is no version check: of two who write the same field at the same moment, the last one is kept, unseen",
        "New tickets are found again by a tag that agents see: the vendor's search knows no text fields",
        "Without a mapped requester, a new ticket is asked for by the key's own agent",
        "Tickets can't be tied to each other",
        "Problems, changes, releases, tasks and assets are not carried over",
        "Records are matched by what the vendor's search knows; others only among some thousand tickets",
        "HTML is rewritten by the server, and inline images may be lost",
        "Numbers of statuses differ per module and workspace",
        "Comments are internal notes unless mapped as public; replies would be mailed to requesters",
    ),
    installed=True,
)
