"""Who may call: classic tokens with scopes, fine-grained ones with permissions, and people who have none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncline_sandbox.calls import Call

ROLES = ("none", "pull", "triage", "push", "maintain", "admin")
EVERYTHING = frozenset({"repo", "admin:repo_hook"})
ISSUES = {"issues": "write", "metadata": "read"}


@dataclass(frozen=True, slots=True)
class Account:
    login: str
    id: int
    token: str = ""
    scopes: frozenset[str] | None = None  # of a classic token; None: it is fine-grained
    permissions: Mapping[str, str] = field(default_factory=dict)  # of a fine-grained one
    expires: str = ""  # as its header says it

    def may(self, what: str, level: str) -> bool:
        """By the token; what its owner may is another question."""
        if self.scopes is not None:
            wanted = {"repo", "public_repo", "admin:repo_hook"} if what == "repository_hooks" else {"repo"}
            return level == "read" or bool(self.scopes & (wanted | {"public_repo"}))
        return self.permissions.get(what) in ("write", level)


NOBODY = Account("", 0, scopes=frozenset())
ACCOUNTS: Sequence[Account] = (
    Account("syncline-bot", 101, "ghp_sandbox_read_write", EVERYTHING),
    Account("reader-bot", 102, "github_pat_sandbox_read_only", None, {"issues": "read", "metadata": "read"}),
    Account("writer-bot", 103, "github_pat_sandbox_issues", None, ISSUES, "2026-12-24 15:09:46 -0700"),
    Account("stranger", 104, "ghp_sandbox_no_scope", frozenset()),
    Account("administrator", 105, "ghp_sandbox_administrator", EVERYTHING),
    Account("triage-desk", 111),
    Account("platform-desk", 112),
    Account("payments-desk", 113),
)
MEMBERS: Mapping[str, str] = {
    "syncline-bot": "push",
    "reader-bot": "push",
    "writer-bot": "push",
    "administrator": "admin",
    "triage-desk": "triage",
    "platform-desk": "push",
    "payments-desk": "push",
}


def account_of(call: Call, accounts: Sequence[Account]) -> Account | None:
    """None if the token is wrong. Without one, a caller is nobody, who sees what is public."""
    given = call.headers.get("authorization", "")
    if not given:
        return NOBODY
    scheme, _, token = given.partition(" ")
    if scheme.lower() not in ("bearer", "token") or not token:
        return None
    return next((it for it in accounts if it.token and it.token == token.strip()), None)
