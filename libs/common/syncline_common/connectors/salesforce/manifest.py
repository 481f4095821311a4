"""Facts about Salesforce cases that need no code."""

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
from syncline_common.sdk.schemes import GrantKind, OAuth2

DOMAIN = (
    r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.(?:sandbox|develop|scratch|trailblaze|demo|patch|cs\d+))?)"
)
HOME = "https://{name}.my.salesforce.com"
MANIFEST = Manifest(
    kind="salesforce",
    label="Salesforce",
    docs="https://developer.salesforce.com/docs/apis",
    shapes=(
        Shape("https://acme.my.salesforce.com", rf"{DOMAIN}\.my\.salesforce\.com", HOME),
        Shape(
            "https://acme--uat.sandbox.lightning.force.com/lightning/page/home",
            rf"{DOMAIN}\.lightning\.force\.com",
            HOME,
        ),
        Shape(
            "https://acme.my.salesforce.mil",
            rf"{DOMAIN}\.my\.salesforce\.mil",
            "https://{name}.my.salesforce.mil",
        ),
        Shape(
            "https://acme.my.sfcrmproducts.cn",
            rf"{DOMAIN}\.my\.sfcrmproducts\.cn",
            "https://{name}.my.sfcrmproducts.cn",
        ),
    ),
    refusals=(
        Refusal(
            r"(?!.*\.my\.salesforce\.com$)(?:[a-z0-9-]+\.)*salesforce\.com|my\.salesforce\.com",
            "Use your own domain, https://<name>.my.salesforce.com: Setup, My Domain",
        ),
        Refusal(
            r"(?!.*\.lightning\.force\.com$)(?:[a-z0-9-]+\.)*(?:force\.com|salesforce-setup\.com|site\.com)",
            "This is a page of Salesforce, not its API. Use https://<name>.my.salesforce.com",
        ),
    ),
    auth=(
        AuthScheme(
            "oauth_client",
            "OAuth client credentials",
            (
                Field("client_id", "Consumer key", "Setup, External Client App Manager, OAuth settings"),
                Field(
                    "client_secret", "Consumer secret", "Of the same app, with a user to run as", secret=True
                ),
            ),
            OAuth2(GrantKind.CLIENT, "/services/oauth2/token"),
        ),
    ),
    streams=(
        Stream(
            "Case",
            "Case",
            operations=(
                Operation(
                    Verb.CREATE, RepeatClass.K1, settle_seconds=60
                ),  # without the marker's field it is K3
                Operation(Verb.UPDATE, RepeatClass.K1),
                Operation(Verb.CLOSE, RepeatClass.K1),
                Operation(Verb.DELETE, RepeatClass.K1),
                Operation(Verb.COMMENT, RepeatClass.K2),
                Operation(Verb.ATTACH, RepeatClass.K2),
                Operation(Verb.LINK, RepeatClass.K1),
            ),
            feeds=(
                FeedFacts(Feed.RECORDS, lag_seconds=30),
                FeedFacts(Feed.DELETIONS, lag_seconds=30),
            ),
            page=500,
            batch=200,
            conditional=True,
        ),
    ),
    budget=Budget(
        Scope.ACCOUNT,
        80_000,
        86_400,
        told=RateHeaders(usage="sforce-limit-info", refusal="REQUEST_LIMIT_EXCEEDED"),
    ),
    prerequisites=(
        "An external client app with client credentials and a user to run as; its scope is api",
        "That user has API Enabled and access to cases and to every mapped field",
        "A text field Syncline_Id__c of Case: external id, unique, case-sensitive",
    ),
    limitations=(
        "The daily request quota is shared with everything else that uses the API",
        "A simultaneous edit within the same second is not noticed",
        "Assignment rules, triggers and validation rules run on what we write",
        "Descriptions have no formatting; changes of formula fields are not seen",
        "Deletions older than 15 days are found by the sweep",
        "A case is tied to its parent alone; comments are those of the case, not its e-mails or its feed",
    ),
    installed=True,
)
