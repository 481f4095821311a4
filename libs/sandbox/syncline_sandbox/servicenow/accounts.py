"""Who may call an instance: names and passwords, roles, and what is hidden from whom."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from syncline_sandbox.calls import Call


@dataclass(frozen=True, slots=True)
class Account:
    user_name: str
    name: str
    password: str = ""
    roles: frozenset[str] = frozenset()
    zone: timedelta = timedelta(0)
    zone_name: str = "GMT"
    hidden_columns: frozenset[str] = frozenset()
    hidden_companies: frozenset[str] = frozenset()  # whose records are kept from it
    active: bool = True


EVERYTHING = frozenset({"itil", "admin", "personalize_dictionary"})
ACCOUNTS: Sequence[Account] = (
    Account(
        "sync.account", "Syncline Account", "sandbox-password", frozenset({"itil", "personalize_dictionary"})
    ),
    Account("admin", "System Administrator", "sandbox-admin-password", EVERYTHING),
    Account("no.rights", "Account without roles", "sandbox-no-rights-password"),
    Account(
        "pacific",
        "Account in Pacific time",
        "sandbox-pacific-password",
        frozenset({"itil"}),
        timedelta(hours=-7),
        "US/Pacific",
        frozenset({"description"}),
        frozenset({"Woodgrove Bank"}),
    ),
    Account("retired", "Retired account", "sandbox-retired-password", frozenset({"itil"}), active=False),
    Account("service.desk", "Service desk"),
    Account("network.desk", "Network desk"),
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
