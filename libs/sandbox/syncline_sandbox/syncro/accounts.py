"""Whose tokens a company takes, and what each may do: Syncro names a permission for every endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncline_sandbox.calls import Call

AREAS = {
    "Tickets": ("List/Search", "View Details", "Create", "Edit", "Delete"),
    "Customers": ("List/Search", "View Detail", "Create", "Edit", "Delete"),
    "Assets": ("List/Search", "View Details", "Create", "Edit"),
}
ALL = frozenset(f"{area} - {verb}" for area, verbs in AREAS.items() for verb in verbs)
READING = frozenset(
    it for it in ALL if it.rpartition(" - ")[2] in ("List/Search", "View Details", "View Detail")
)


@dataclass(frozen=True, slots=True)
class Account:
    user_id: int
    name: str
    email: str
    token: str = ""
    permissions: frozenset[str] = ALL
    customer: str | None = None  # the only one that it sees, of a single-customer user

    def may(self, area: str, *verbs: str) -> bool:
        return any(f"{area} - {it}" in self.permissions for it in verbs)


ACCOUNTS: Sequence[Account] = (
    Account(1, "Syncline Account", "sync@contoso.example", "sandbox-syncro-token"),
    Account(2, "Reading Account", "reading@contoso.example", "sandbox-syncro-reading", READING),
    Account(
        3,
        "Tickets Account",
        "tickets@contoso.example",
        "sandbox-syncro-tickets",
        frozenset(it for it in ALL if it.startswith("Tickets")),
    ),
    Account(4, "No Rights", "norights@contoso.example", "sandbox-syncro-no-rights", frozenset()),
    Account(5, "Single Customer", "single@contoso.example", "sandbox-syncro-single", ALL, customer="1001"),
    Account(6, "Service Desk", "service.desk@contoso.example"),
    Account(7, "Triage", "triage@contoso.example"),
)


def caller(call: Call, accounts: Sequence[Account]) -> Account | None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return next((it for it in accounts if it.token == token), None)


def me(account: Account, subdomain: str) -> dict[str, object]:
    """The user's own map, coarser than the token's permissions; it says the token back."""
    areas = {"asset": "Assets", "customer": "Customers", "ticket": "Tickets"}
    rights = {
        name: {
            "read": account.may(area, "List/Search"),
            "write": account.may(area, "Edit"),
            "delete": account.may(area, "Delete"),
        }
        for name, area in areas.items()
    }
    return {
        "user_id": account.user_id,
        "user_name": account.name,
        "user_email": account.email,
        "admin": account.permissions == ALL,
        "subdomain": subdomain,
        "permissions": rights,
        "user_token": account.token,
        "locations_allowed": [],
    }
