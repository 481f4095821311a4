"""Who may call an organisation, with which token, and what each of them is refused."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from syncline_sandbox.azure_devops.refusals import problem, refuse, unauthorized
from syncline_sandbox.calls import Answer, Call, as_text

VERSIONS = ("5.0", "5.1", "6.0", "7.0", "7.1", "7.2")
PATCH_JSON = "application/json-patch+json"
SIGN_IN = (
    "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body></body></html>"
)


@dataclass(frozen=True, slots=True)
class Account:
    name: str  # uniqueName
    display: str
    id: str
    token: str = ""  # a PAT, the password of Basic
    bearer: str = ""  # of Entra; a PAT is none
    scopes: frozenset[str] = frozenset()
    contributor: bool = True
    administrator: bool = False
    bypasses_rules: bool = False
    zone: timedelta = timedelta(0)  # in which times without a zone are read


READ, WRITE = frozenset({"vso.work"}), frozenset({"vso.work", "vso.work_write"})
EVERYTHING = WRITE | {
    "vso.project",
    "vso.identity",
    "vso.graph",
    "vso.memberentitlementmanagement",
    "vso.hooks",
}


def _account(number: int, name: str, display: str, **more: object) -> Account:
    id = f"{number:08x}-0000-4000-8000-{number:012x}"
    return Account(f"{name}@fabrikam.example", display, id, **more)  # type: ignore[arg-type]


ACCOUNTS: Sequence[Account] = (
    _account(
        1,
        "sync",
        "Syncline Account",
        token="sandbox-pat-read-write",
        bearer="sandbox-entra-token",
        scopes=WRITE,
    ),
    _account(2, "auditor", "Audit Account", token="sandbox-pat-read-only", scopes=READ),
    _account(
        3, "builds", "Build Account", token="sandbox-pat-no-work-items", scopes=frozenset({"vso.build"})
    ),
    _account(
        4,
        "stakeholder",
        "Stakeholder",
        token="sandbox-pat-not-a-contributor",
        scopes=WRITE,
        contributor=False,
    ),
    _account(
        5,
        "administrator",
        "Collection Administrator",
        token="sandbox-pat-administrator",
        scopes=EVERYTHING,
        administrator=True,
        bypasses_rules=True,
    ),
    _account(6, "triage", "Triage Desk", zone=timedelta(hours=-8)),
    _account(7, "platform", "Platform Team"),
    _account(8, "payments", "Payments Team"),
)


def account_of(call: Call, accounts: Sequence[Account]) -> Account | None:
    """By the password of Basic, whatever the user name, or by a bearer token."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return next((it for it in accounts if given and it.bearer == given), None)
    if scheme.lower() != "basic":
        return None
    try:
        token = base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None
    return next((it for it in accounts if token and it.token == token), None)


def sign_in(call: Call) -> Answer:
    """What a credential that does not work gets: an empty 401 if it asked for one, else pages for people."""
    if call.headers.get("x-tfs-fedauthredirect", "").lower() == "suppress":
        return unauthorized()
    if call.method == "GET":
        return Answer(302, b"", {"Location": f"{call.base}/_signin?reply_to={call.path}"})
    if call.method == "POST":
        return as_text(SIGN_IN, 203, "text/html; charset=utf-8")
    message = "TF400813: The user is not authorized to access this resource."
    return problem(401, "UnauthorizedRequestException", message)


def check_version(call: Call, *, preview: bool) -> None:
    """Reads may leave it out and get the newest that is released; nothing else may."""
    given = call.get("api-version") or _accepted_version(call)
    if not given:
        if call.method != "GET" or preview:
            message = (
                f'No api-version was supplied for the "{call.method}" request. The version must be supplied '
                'either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query '
                'parameter (e.g. "?api-version=1.0").'
            )
            raise refuse(400, "VssVersionNotSpecifiedException", message)
        return
    number, _, suffix = given.partition("-")
    if number not in VERSIONS:
        message = (
            f"The requested REST API version of {given} is out of range for this server. "
            f"The latest REST API version this server supports is {VERSIONS[-1]}."
        )
        raise refuse(400, "VssVersionOutOfRangeException", message)
    if preview and not suffix.startswith("preview"):
        message = (
            f'The requested version "{given}" of the resource is under preview. The -preview flag must be '
            f'supplied in the api-version for such requests. For example: "{given}-preview"'
        )
        raise refuse(400, "VssInvalidPreviewVersionException", message)


def _accepted_version(call: Call) -> str:
    return call.headers.get("accept", "").partition("api-version=")[2].partition(";")[0].strip()


def check_content_type(call: Call, wanted: str) -> None:
    if call.content_type != wanted:
        message = f'The request indicated a Content-Type of "{call.content_type}" for method type "{call.method}" which is not supported. Valid content types for this method are: {wanted}.'
        raise refuse(415, "VssRequestContentTypeNotSupportedException", message)
