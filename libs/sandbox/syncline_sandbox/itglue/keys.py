"""Whose keys an account takes: a key has the rights of an administrator, unless somebody took the right to write from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncline_sandbox.calls import Call


@dataclass(frozen=True, slots=True)
class Account:
    user_id: int
    first_name: str
    last_name: str
    email: str
    key: str = ""
    writes: bool = True

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


ACCOUNTS: Sequence[Account] = (
    Account(1, "Syncline", "Account", "sync@contoso.example", "ITG.sandbox-key"),
    Account(2, "Reading", "Account", "reading@contoso.example", "ITG.sandbox-reading", writes=False),
    Account(3, "Service", "Desk", "service.desk@contoso.example"),
    Account(4, "Triage", "Team", "triage@contoso.example"),
)


def caller(call: Call, accounts: Sequence[Account]) -> Account | None:
    key = call.headers.get("x-api-key", "")
    return next((it for it in accounts if it.key and it.key == key), None)
