"""External client apps of the organisation, and the users that they run as, with what each of them may do."""

from collections.abc import Sequence
from dataclasses import dataclass

CLIENT_ID, CLIENT_SECRET = "3MVG9sandboxConsumerKey", "sandbox-consumer-secret"


@dataclass(frozen=True, slots=True)
class Account:
    """A user; `client_id` is of the app that runs as it, if one does."""

    username: str
    name: str
    client_id: str = ""
    client_secret: str = ""
    token: str = ""  # a session that is there already
    writes: bool = True
    sees_cases: bool = True
    api_enabled: bool = True
    hidden_fields: frozenset[str] = frozenset()  # of cases
    active: bool = True


ACCOUNTS: Sequence[Account] = (
    Account("sync.account@contoso.example", "Syncline Account", CLIENT_ID, CLIENT_SECRET),
    Account("admin@contoso.example", "Administrator", "3MVG9sandboxAdmin", "sandbox-admin-secret"),
    Account(
        "read.only@contoso.example",
        "Account that only reads",
        "3MVG9sandboxReadOnly",
        "sandbox-read-only-secret",
        writes=False,
    ),
    Account(
        "no.cases@contoso.example",
        "Account without cases",
        "3MVG9sandboxNoCases",
        "sandbox-no-cases-secret",
        sees_cases=False,
    ),
    Account(
        "no.api@contoso.example",
        "Account without API",
        "3MVG9sandboxNoApi",
        "sandbox-no-api-secret",
        api_enabled=False,
    ),
    Account(
        "short.sighted@contoso.example",
        "Account without the marker's field",
        "3MVG9sandboxShortSighted",
        "sandbox-short-sighted-secret",
        hidden_fields=frozenset({"Syncline_Id__c", "Region__c"}),
    ),
    Account("service.desk@contoso.example", "Service desk"),
    Account("triage@contoso.example", "Triage"),
    Account("retired@contoso.example", "Retired account", active=False),
)
