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

NAME = r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
API_KEY = AuthScheme(
    "api_key",
    "API key",
    (Field("api_key", "API key", "Profile settings of an agent, right side", secret=True),),
)
TICKET_LIKE = (
    Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=180),
    Operation(Verb.UPDATE, RepeatClass.K1),
    Operation(Verb.CLOSE, RepeatClass.K1),
    Operation(Verb.DELETE, RepeatClass.K1),
    Operation(Verb.COMMENT, RepeatClass.K2),
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
        Stream("tickets", "Ticket", TICKET_LIKE, UPDATED),
        Stream("problems", "Problem", TICKET_LIKE, UPDATED),
        Stream("changes", "Change", TICKET_LIKE, UPDATED),
    ),
    projects="Workspace",
    budget=Budget(
        Scope.ACCOUNT,
        100,
        60,
        (EndpointClass("list tickets", ("/api/v2/tickets",), 40, 60, ("GET",), told=True),),
    ),
    prerequisites=(
        "The API key of an agent who has a role in each workspace",
        "The address under freshservice.com, not one of your own",
        "A custom text field for our marker",
    ),
    limitations=(
        "Service requests can be read and updated; new ones come from the catalogue only",
        "There is no version check, and times are whole seconds",
        "HTML is rewritten by the server, and inline images may be lost",
        "Numbers of statuses differ per module and workspace",
        "Comments are internal notes unless mapped as public; replies would be mailed to requesters",
    ),
)
