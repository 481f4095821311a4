"""Who is in the account, and by which credentials they call: API tokens with anybody's e-mail, or OAuth tokens with scopes."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.calls import Call

ADDRESS = "https://sandbox.zendesk.com"
API_TOKEN = "sandbox-api-token"
STAFF = ("admin", "agent")


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    email: str
    role: str  # end-user, agent, admin
    suspended: bool = False
    restricted: bool = False  # to tickets of their own


@dataclass(frozen=True, slots=True)
class OAuthToken:
    token: str
    email: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caller:
    user: Person
    scopes: tuple[str, ...]
    by_token: OAuthToken | None = None


SYNC = Person(900000000001, "Syncline Account", "sync.account@fabrikam.example", "admin")
USERS: Sequence[Person] = (
    SYNC,
    Person(900000000002, "Triage", "triage@fabrikam.example", "agent"),
    Person(900000000003, "Service desk", "service.desk@fabrikam.example", "agent"),
    Person(900000000004, "Network desk", "network.desk@fabrikam.example", "agent"),
    Person(900000000005, "Purchasing", "purchasing@northwind.example", "end-user"),
    Person(900000000006, "Accounting", "accounting@woodgrove.example", "end-user"),
    Person(900000000007, "Former desk", "former.desk@fabrikam.example", "agent", suspended=True),
)
OAUTH_TOKENS: Sequence[OAuthToken] = (
    OAuthToken("sandbox-oauth-read-write", SYNC.email, ("read", "write")),
    OAuthToken("sandbox-oauth-read-only", SYNC.email, ("read",)),
    OAuthToken("sandbox-oauth-agent", "triage@fabrikam.example", ("read", "write")),
)


def basic_of(call: Call) -> tuple[str, str] | None:
    """E-mail and API token, if that is how somebody calls: passwords have not been taken since 2026."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    email, _, word = name.rpartition("/")
    return (email, token) if word == "token" else None


def document(user: Person) -> dict[str, Any]:
    return {
        "id": user.id,
        "url": f"{ADDRESS}/api/v2/users/{user.id}.json",
        "name": user.name,
        "email": user.email,
        "created_at": "2026-01-05T08:00:00Z",
        "updated_at": "2026-01-05T08:00:00Z",
        "time_zone": "UTC",
        "locale": "en-US",
        "role": user.role,
        "active": True,
        "verified": True,
        "suspended": user.suspended,
        "restricted_agent": user.restricted,
        "organization_id": None,
        "external_id": None,
    }


ANONYMOUS: dict[str, Any] = {
    "id": None,
    "url": None,
    "name": "Anonymous user",
    "email": "invalid@example.com",
    "role": "end-user",
    "active": None,
    "verified": False,
    "suspended": False,
}
