"""Facts about IT Glue that need no code."""

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
WRITE = (
    Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),
    Operation(Verb.UPDATE, RepeatClass.K1),
)
FILES = Operation(Verb.ATTACH, RepeatClass.K2)
MANIFEST = Manifest(
    kind="itglue",
    label="IT Glue",
    docs="https://api.itglue.com/developer/",
    shapes=(
        Shape(
            "https://acme.itglue.com/1/configurations/2", rf"{NAME}\.itglue\.com", "https://{name}.itglue.com"
        ),
        Shape("https://acme.eu.itglue.com", rf"{NAME}\.eu\.itglue\.com", "https://{name}.eu.itglue.com"),
        Shape("https://acme.au.itglue.com", rf"{NAME}\.au\.itglue\.com", "https://{name}.au.itglue.com"),
    ),
    refusals=(
        Refusal(
            r"(?:(?:www|app|api|support|kb|help|blog|eu|au|(?:app|api)\.(?:eu|au))\.)?itglue\.com",
            "Use your account's own address: https://<account>.itglue.com",
        ),
        Refusal(r"(?:[a-z0-9-]+\.)*kaseya\.com", "This is Kaseya's site. Use https://<account>.itglue.com"),
    ),
    auth=(
        AuthScheme(
            "api_key",
            "API key",
            (Field("api_key", "API key", "Account, Settings, API Keys, by an administrator", secret=True),),
            Header("x-api-key", "{api_key}"),
        ),
    ),
    streams=(
        Stream("organizations", "Organization", WRITE, UPDATED, page=500, batch=100, looks=True),
        Stream(
            "configurations",
            "Configuration",
            (*WRITE, Operation(Verb.CLOSE, RepeatClass.K1), FILES),
            UPDATED,
            page=500,
            batch=100,
            looks=True,
        ),
        Stream("contacts", "Contact", (*WRITE, FILES), UPDATED, page=500, batch=100, looks=True),
    ),
    origins=("https://api.itglue.com", "https://api.eu.itglue.com", "https://api.au.itglue.com"),
    budget=Budget(Scope.ACCOUNT, 3000, 300),
    projects="Organizations",
    prerequisites=("An API key made by an administrator", "Its region is that of the address: US, EU or AU"),
    limitations=(
        "A key dies after 90 days without use, and may do everything: restrict it to our address",
        "Configurations have no fields of their own; changes are found by reading what changed last",
        "There is no conditional update: of a simultaneous edit of the same field nothing is left to be seen",
        "A new record has our marker for the last line of its notes, of an organization its description; to find one "
        "whose creation was interrupted all records are read",
        "Records that come from another synchronisation accept few changes",
        "Nothing is deleted: a configuration is archived; organizations and contacts end by a status of theirs",
        "There are no comments and no webhooks; related items are not carried over",
        "Quick notes of an organization, interfaces of a configuration and flexible assets are not read",
        "A contact's e-mail address and telephone number are written when it is created, not later",
        "Nothing is moved to another organization",
    ),
    installed=True,
)
