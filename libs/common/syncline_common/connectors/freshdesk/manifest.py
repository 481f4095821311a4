"""Facts about Freshdesk that need no code."""

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
UPDATED = (FeedFacts(Feed.RECORDS, lag_seconds=30),)
API_KEY = AuthScheme(
    "api_key",
    "API key",
    (Field("api_key", "API key", "Profile settings of an agent, right side", secret=True),),
    Basic("{api_key}", "X"),
)
MANIFEST = Manifest(
    kind="freshdesk",
    label="Freshdesk",
    docs="https://developers.freshdesk.com/api/",
    shapes=(
        Shape(
            "https://acme.freshdesk.com/a/tickets/12",
            rf"{NAME}\.freshdesk\.com",
            "https://{name}.freshdesk.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:(?:www|developers|api)\.)?freshdesk\.com",
            "Add your help desk's name: https://<name>.freshdesk.com",
        ),
        Refusal(
            r"[a-z0-9-]+\.myfreshworks\.com",
            "This is the sign-in page of Freshworks. Use https://<name>.freshdesk.com or https://<name>.freshservice.com",
        ),
        Refusal(r"(?:[a-z0-9-]+\.)?freshworks\.com", "This is Freshworks' own site, not a help desk"),
    ),
    auth=(API_KEY,),
    streams=(
        Stream(
            "tickets",
            "Ticket",
            operations=(
                Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=180),
                Operation(Verb.UPDATE, RepeatClass.K1),
                Operation(Verb.CLOSE, RepeatClass.K1),
                Operation(Verb.DELETE, RepeatClass.K1),
                Operation(Verb.COMMENT, RepeatClass.K2),
                Operation(Verb.ATTACH, RepeatClass.K2),
                Operation(Verb.LINK, RepeatClass.K2),  # known by its two ends
            ),
            feeds=(*UPDATED, FeedFacts(Feed.DELETIONS, lag_seconds=30)),
            page=100,
            batch=20,  # each is read alone
            looks=True,
        ),
    ),
    budget=Budget(
        Scope.ACCOUNT,
        100,
        60,
        (EndpointClass("list tickets", ("/api/v2/tickets",), 20, 60, ("GET",)),),
        told=RateHeaders(limit="x-ratelimit-total"),
    ),
    prerequisites=(
        "The API key of an agent with global ticket scope, in a plan with API access",
        "A text field in the ticket form with the label Syncline ID, for our marker; else it is a tag",
    ),
    limitations=(
        "Archived tickets and spam are left out",
        "There is no version check: of two who write the same field at the same moment, the last one is kept, unseen",
        "Without a mapped requester, a new ticket is asked for by the key's own agent",
        "Comments are written as notes, internal unless mapped as public; replies would be mailed to customers",
        "20 MB of attachments for a ticket; inline images become attachments",
        "The plan's limit for listing tickets sets how often changes are read",
        "A deletion is found once a day: no automation tells of it",
        "Records are matched by what the vendor's search knows; others only among some thousand tickets",
        "Contacts and companies are not carried over",
    ),
    installed=True,
)
