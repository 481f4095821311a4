"""Who may call a site: an address and an API token, rights, and the zone in which times are told and read."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from syncline_sandbox.calls import Call

READING = frozenset({"BROWSE_PROJECTS", "USER_PICKER"})
WRITING = READING | {
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "CREATE_ATTACHMENTS",
    "LINK_ISSUES",
    "DELETE_ISSUES",
    "ASSIGN_ISSUES",
    "MODIFY_REPORTER",
}
EVERYTHING = WRITING | {"ADMINISTER"}
KNOWN = EVERYTHING | {"BULK_CHANGE", "DELETE_ALL_COMMENTS", "DELETE_OWN_COMMENTS", "EDIT_OWN_COMMENTS"}
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Account:
    id: str  # accountId
    name: str
    email: str = ""
    token: str = ""
    rights: frozenset[str] = READING
    zone: str = "Etc/UTC"
    type: str = "atlassian"
    hides_email: bool = True
    active: bool = True

    def may(self, right: str) -> bool:
        return right in self.rights


def _id(number: int) -> str:
    return f"557058:00000000-0000-4000-8000-{number:012x}"


NOBODY = Account(ANONYMOUS, "Anonymous", rights=frozenset())
ACCOUNTS: Sequence[Account] = (
    Account(
        _id(1), "Syncline Account", "sync@fabrikam.example", "sandbox-token", WRITING, "America/Los_Angeles"
    ),
    Account(_id(2), "Audit Account", "audit@fabrikam.example", "sandbox-token-read-only"),
    Account(_id(3), "An administrator", "admin@fabrikam.example", "sandbox-token-administrator", EVERYTHING),
    Account(
        _id(4), "Newcomer", "new@fabrikam.example", "sandbox-token-no-projects", frozenset({"USER_PICKER"})
    ),
    Account(_id(5), "Triage Desk", "triage@fabrikam.example", rights=WRITING, hides_email=False),
    Account(_id(6), "Platform Team", "platform@fabrikam.example", rights=WRITING),
    Account(_id(7), "Automation for Jira", type="app"),
)


def account_of(call: Call, accounts: Sequence[Account]) -> Account | None:
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        email, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    known = (it for it in accounts if it.token and (it.email, it.token) == (email, token) and it.active)
    return next(known, None)
