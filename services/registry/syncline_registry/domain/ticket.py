"""A Ticket: half an hour in which a credential that was given once need not be given again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from syncline_registry.domain.system import Survey

LIFE: Final = timedelta(minutes=30)


@dataclass(eq=False)
class Ticket:
    """Good for one person, one network and one system. Secrets are kept sealed, apart."""

    id: UUID
    account_id: UUID
    hash: str
    caller_id: UUID
    network_id: UUID
    url: str
    kind: str
    scheme: str
    given: dict[str, str]
    expires_at: datetime
    checked_at: datetime | None = None
    identity: str = ""
    can_write: bool | None = None
    findings: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)

    def learn(self, survey: Survey, at: datetime) -> None:
        self.checked_at, self.identity, self.can_write = at, survey.identity, survey.can_write
        self.findings, self.found = list(survey.findings), dict(survey.found)

    def is_good_for(self, caller_id: UUID, network_id: UUID, url: str, at: datetime) -> bool:
        whose = (self.caller_id, self.network_id, self.url) == (caller_id, network_id, url)
        return whose and at < self.expires_at


@dataclass(eq=False)
class SignIn:
    """A person has gone to the vendor's page, and is expected back within the life of a ticket."""

    id: UUID
    account_id: UUID
    hash: str  # of the state
    caller_id: UUID
    network_id: UUID
    url: str
    kind: str
    scheme: str
    given: dict[str, str]
    redirect_uri: str
    expires_at: datetime
    return_to: str | None = None  # a page of ours
