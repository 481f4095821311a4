"""Facts about ServiceNow's Table API that need no code."""

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
from syncline_common.sdk.schemes import Basic, GrantKind, OAuth2

TOKENS = "/oauth_token.do"
NAME = r"(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
RECORDS = (FeedFacts(Feed.RECORDS, granularity_seconds=1, lag_seconds=60),)
REST = (
    Operation(Verb.UPDATE, RepeatClass.K1),
    Operation(Verb.DELETE, RepeatClass.K1),
    Operation(Verb.ATTACH, RepeatClass.K2),
)
TASK = (
    Operation(Verb.CREATE, RepeatClass.K2, settle_seconds=60),
    *REST,
    Operation(Verb.CLOSE, RepeatClass.K1),
    Operation(Verb.COMMENT, RepeatClass.K2),
    Operation(Verb.LINK, RepeatClass.K2),  # known by its two ends
)
TABLES = {
    "incident": "Incident",
    "problem": "Problem",
    "change_request": "Change request",
    "change_task": "Change task",
    "sc_request": "Request",
    "sc_req_item": "Requested item",
    "sc_task": "Catalogue task",
    "sn_customerservice_case": "Case",
}
USER = Field("username", "User name", "A user of its own for Syncline, time zone GMT, with the role itil")
PASSWORD = Field(
    "password", "Password", "Not of a user who signs in with SSO or a second factor", secret=True
)
CLIENT = (
    Field("client_id", "Client id", "System OAuth, Application Registry, endpoint for external clients"),
    Field("client_secret", "Client secret", "Of the same entry", secret=True),
)
MANIFEST = Manifest(
    kind="servicenow",
    label="ServiceNow",
    docs="https://www.servicenow.com/docs/",
    shapes=(
        Shape("https://acme.service-now.com", rf"{NAME}\.service-now\.com", "https://{name}.service-now.com"),
        Shape(
            "https://acme.servicenowservices.com",
            rf"{NAME}\.servicenowservices\.com",
            "https://{name}.servicenowservices.com",
        ),
    ),
    refusals=(
        Refusal(
            r"(?:www|hi|support|docs|developer|store|signon|install|datacenter)\.service-now\.com|service-now\.com",
            "This is ServiceNow's own site. An instance is https://<instance>.service-now.com",
        ),
        Refusal(
            r"(?:[a-z0-9-]+\.)*servicenow\.com",
            "An instance's address is https://<instance>.service-now.com, with a hyphen",
        ),
        Refusal(r"(?:www\.)?servicenowservices\.com", "Add the instance's name before it"),
    ),
    any_host=True,
    auth=(
        AuthScheme("basic", "User name and password", (USER, PASSWORD), Basic("{username}", "{password}")),
        AuthScheme(
            "oauth_password",
            "OAuth 2.0 with user name and password",
            (USER, PASSWORD, *CLIENT),
            OAuth2(GrantKind.PASSWORD, TOKENS),
        ),
        AuthScheme(
            "oauth_code",
            "OAuth 2.0, signing in at ServiceNow",
            CLIENT,
            OAuth2(GrantKind.CODE, TOKENS, authorize_path="/oauth_auth.do"),
        ),
    ),
    streams=tuple(
        Stream(name, label, operations=TASK, feeds=RECORDS, page=500, batch=100, looks=True)
        for name, label in TABLES.items()
    ),
    discovered=Stream(
        "*",
        "Table",
        operations=(Operation(Verb.CREATE, RepeatClass.K3), *REST),  # it may have no column for the marker
        feeds=RECORDS,
        page=500,
        batch=100,
        looks=True,
    ),
    budget=Budget(Scope.PERSON, calls=5000, per_seconds=3600, told=RateHeaders(limit="x-ratelimit-limit")),
    prerequisites=(
        "A user of its own: time zone GMT, web service access only, not bound to SSO or a second factor",
        "Roles: itil, and read access to sys_choice, sys_dictionary, sys_journal_field and sys_user",
        "To tie tasks to each other, also read and create on task_rel_task",
        "For OAuth: our redirect address is the first of its entry in the application registry",
    ),
    limitations=(
        "Rows that access rules hide are simply missing",
        "Comments and work notes can't be edited, and appear under the name of Syncline's user",
        "Times are whole seconds; a change of attachments alone may be seen only by the daily sweep",
        "There is no conditional update: a simultaneous edit is found right after the write, not prevented",
        "New records are found again by correlation_id; big tables want an index on it",
        "Fields that a data policy requires must be mapped: close code, hold reason and the like",
        "Text has no formatting unless the instance allows [code]",
        "Developer instances fall asleep; the first call after that may fail",
    ),
    installed=True,
)
