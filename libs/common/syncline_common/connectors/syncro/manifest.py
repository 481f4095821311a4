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
from syncline_common.sdk.schemes import Header

NAME = r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
UPDATED = (FeedFacts(Feed.RECORDS, granularity_seconds=0.001, lag_seconds=60),)
UPDATE = Operation(Verb.UPDATE, RepeatClass.K1)
UNMARKED = (
    Operation(Verb.CREATE, RepeatClass.K3, settle_seconds=60),
    UPDATE,
)  # K2 where the check found a field for the marker
TICKET = (
    Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),
    UPDATE,
    Operation(Verb.CLOSE, RepeatClass.K1),
    Operation(Verb.DELETE, RepeatClass.K1),
    Operation(Verb.COMMENT, RepeatClass.K2),
)
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
            Header("Authorization", "Bearer {api_key}"),
        ),
    ),
    streams=(
        Stream("customers", "Customer", UNMARKED, UPDATED, page=50, batch=1, looks=True),
        Stream("contacts", "Contact", UNMARKED, UPDATED, page=50, batch=1, looks=True),
        Stream("customer_assets", "Asset", UNMARKED, UPDATED, page=50, batch=1, looks=True),
        Stream("tickets", "Ticket", TICKET, UPDATED, page=50, batch=1, looks=True),
    ),
    budget=Budget(Scope.ADDRESS, 180, 60),
    prerequisites=(
        "A token that may list, view, create and edit customers, assets and tickets, as far as they are to be synchronised",
        "Its user sees all customers, not a single one",
        "To find a customer again whose creation was interrupted: a custom field Syncline Id of customers, "
        "filled in at one of them",
    ),
    limitations=(
        "Customers, contacts and assets have no change feed: each cycle reads all of them",
        "There is no conditional update: of a simultaneous edit of the same field nothing is left to be seen",
        "New tickets are found again by a tag; a customer whose creation was interrupted by the custom field Syncline Id, "
        "or by a person",
        "Neither customers nor contacts nor assets are closed or deleted; a new asset needs a type that exists",
        "A ticket's initial issue is written when it is created, never afterwards",
        "180 requests a minute for everything behind one internet address",
        "Comments are plain text, and send no e-mail; people have no e-mail address in the API",
        "Files are read and not sent: Syncro takes them from a public address only",
        "A deleted ticket can't be restored",
    ),
    installed=True,
)
