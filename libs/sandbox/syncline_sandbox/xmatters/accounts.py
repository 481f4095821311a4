"""Who may call a company's xMatters: API keys and web logins, what they may do, and whom they see."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from syncline_sandbox.calls import Call

WEB_SERVICE = "REST Web Service User"


@dataclass(frozen=True, slots=True)
class Account:
    """`name` is the user id of the person whose rights it has; who sees not everybody sees whom they supervise."""

    name: str
    login: str
    secret: str
    writes: bool = True
    sees_all: bool = True
    counts_licences: bool = True
    active: bool = True


ACCOUNTS: Sequence[Account] = (
    Account("syncline", "x-api-key-5f0c2a", "sandbox-key"),
    Account("administrator", "administrator", "sandbox-admin-password"),
    Account("team.lead", "team.lead", "sandbox-lead-password", False, False, False),
    Account("auditor", "x-api-key-77b1e9", "sandbox-read-only-key", writes=False, counts_licences=False),
    Account("retired", "retired", "sandbox-retired-password", active=False),
)


def basic_of(call: Call) -> tuple[str, str] | None:
    """Name and password, if that is how somebody calls."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password
