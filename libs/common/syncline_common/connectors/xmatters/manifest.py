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
from syncline_common.sdk.schemes import Basic

LISTED = (FeedFacts(Feed.RECORDS, granularity_seconds=0.001, lag_seconds=60),)
WRITTEN = (
    Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),  # by its external key; names are unique, too
    Operation(Verb.UPDATE, RepeatClass.K1),
    Operation(Verb.CLOSE, RepeatClass.K1),
    Operation(Verb.DELETE, RepeatClass.K1),
)
PEOPLE = (*WRITTEN, Operation(Verb.LINK, RepeatClass.K1))  # to who supervises them
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
            Basic("{username}", "{password}"),
        ),
        AuthScheme(
            "api_key",
            "API key",
            (
                Field("key_id", "Key id", "Begins with x-api-key-"),
                Field("secret", "Secret", "Shown once, when the key is made", secret=True),
            ),
            Basic("{key_id}", "{secret}"),
        ),
    ),
    streams=(
        Stream("people", "Person", PEOPLE, LISTED, batch=1, looks=True),
        Stream("groups", "Group", WRITTEN, LISTED, batch=1, looks=True),
        Stream("devices", "Device", WRITTEN, LISTED, batch=1, looks=True),
    ),
    budget=Budget(Scope.ACCOUNT, 240, 60),
    prerequisites=(
        "An account of its own with the role REST Web Service User, not limited to people it supervises",
        "Roles, sites, languages, time zones and device names exist beforehand",
        "Licences for everybody who is to be created",
    ),
    limitations=(
        "Each cycle reads everybody; deletions are found by comparison only",
        "Groups and devices do not say when they were changed: all are looked at each time",
        "There is no conditional update: a simultaneous edit of another field is found right after the write, one of the same field is not",
        "Whether something was created is looked up in the list of everybody, by its external key",
        "E-mail addresses and phone numbers are devices, which belong to a person",
        "What another synchronisation owns is left alone",
        "Custom fields are known by the values that they have: one that nobody has a value for is not offered",
        "Passwords and PINs can't be read",
        "There are no webhooks for people and groups, no comments, and no files",
    ),
    installed=True,
)
