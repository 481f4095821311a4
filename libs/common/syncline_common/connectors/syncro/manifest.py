"""Facts about Syncro that need no code."""

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

NAME = r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
UPDATED = (FeedFacts(Feed.RECORDS, granularity_seconds=0.001, lag_seconds=60),)
WRITE = (Operation(Verb.CREATE, RepeatClass.K2), Operation(Verb.UPDATE, RepeatClass.K1))
MANIFEST = Manifest(
    kind="syncro",
    label="Syncro",
    docs="https://api-docs.syncromsp.com/",
    shapes=(
        Shape(
            "https://acme.syncromsp.com/customers/1",
            rf"(?:www\.)?{NAME}\.syncromsp\.com",
            "https://{name}.syncromsp.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:(?:www|api-docs|docs|support|community)\.)?syncromsp\.com",
            "Add your company's name: https://<name>.syncromsp.com",
        ),
        Refusal(r"(?:[a-z0-9-]+\.)*repairshopr\.com", "This is RepairShopr, which is not supported"),
    ),
    auth=(
        AuthScheme(
            "api_key",
            "API token",
            (Field("api_key", "API token", "Admin, API Tokens, Custom Permissions", secret=True),),
        ),
    ),
    streams=(
        Stream("customers", "Customer", WRITE, UPDATED, page=25, batch=1),
        Stream("contacts", "Contact", WRITE, UPDATED, page=25, batch=1),
        Stream("customer_assets", "Asset", WRITE, UPDATED, page=25, batch=1),
        Stream(
            "tickets",
            "Ticket",
            (*WRITE, Operation(Verb.CLOSE, RepeatClass.K1), Operation(Verb.COMMENT, RepeatClass.K2)),
            UPDATED,
            page=25,
            batch=1,
        ),
    ),
    budget=Budget(Scope.ADDRESS, 180, 60),
    prerequisites=(
        "A token that may list, view, create and edit customers, assets, contacts and tickets",
        "Its user sees all customers, not a single one",
    ),
    limitations=(
        "Customers, contacts and assets have no change feed: each cycle reads all of them",
        "Assets can't be deleted, and a new one needs a type that exists",
        "180 requests a minute for everything behind one internet address",
        "Comments are plain text; people have no e-mail address in the API",
        "Attachments must be reachable by an address",
    ),
)
