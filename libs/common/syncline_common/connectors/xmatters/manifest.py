"""Facts about xMatters that need no code."""

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

UPDATED = (FeedFacts(Feed.RECORDS, granularity_seconds=0.001, lag_seconds=60),)
UPSERT = (
    Operation(Verb.CREATE, RepeatClass.K1),
    Operation(Verb.UPDATE, RepeatClass.K1),
)  # targetName is unique
MANIFEST = Manifest(
    kind="xmatters",
    label="xMatters",
    docs="https://help.xmatters.com/xmapi/",
    shapes=(
        Shape(
            "https://acme.na1.xmatters.com",
            r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9]+)?)\.xmatters\.com",
            "https://{name}.xmatters.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:(?:www|help|support|status|community)\.)?xmatters\.com",
            "Use your company's own address: https://<company>.xmatters.com",
        ),
        Refusal(
            r"(?:[a-z0-9-]+\.)*everbridge\.(?:com|net)",
            "This is Everbridge's site. Use https://<company>.xmatters.com",
        ),
    ),
    auth=(
        AuthScheme(
            "basic",
            "User name and password",
            (
                Field("username", "User name", "With the role REST Web Service User"),
                Field("password", "Password", "Of that user", secret=True),
            ),
        ),
        AuthScheme(
            "api_key",
            "API key",
            (
                Field("key_id", "Key id", "Begins with x-api-key-"),
                Field("secret", "Secret", "Shown once, when the key is made", secret=True),
            ),
        ),
    ),
    streams=(
        Stream("people", "Person", (*UPSERT, Operation(Verb.CLOSE, RepeatClass.K1)), UPDATED, batch=1),
        Stream("groups", "Group", UPSERT, UPDATED, batch=1),
        Stream("devices", "Device", UPSERT, UPDATED, batch=1),
    ),
    budget=Budget(Scope.ACCOUNT, 240, 60),
    prerequisites=(
        "An account of its own with the role REST Web Service User, not limited to people it supervises",
        "Roles, sites, languages, time zones and device names exist beforehand",
        "Licences for everybody who is to be created",
    ),
    limitations=(
        "Each cycle reads everybody; deletions are found by comparison only",
        "E-mail addresses and phone numbers are devices",
        "People owned by another synchronisation are left alone",
        "Passwords and PINs can't be read",
    ),
)
