"""A System, and its Nodes: its membership in each network, with a credential of its own."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


def default_name(url: str) -> str:
    """What a system is called as long as nobody calls it something else."""
    return url.removeprefix("https://")


@dataclass(eq=False)
class System:
    """An installation of a vendor's, known by its URL. Who has no node of it in their networks does not see it."""

    id: UUID
    account_id: UUID
    kind: str
    url: str
    created_at: datetime
    key: str | None = None  # by which request it was made, so that a repetition says the same


@dataclass(frozen=True, slots=True)
class Survey:
    """What a check has found: for a person, and for later work."""

    identity: str = ""
    can_write: bool | None = None
    findings: tuple[str, ...] = ()
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Node:
    """Secrets are kept sealed, apart; `given` holds the fields of the credential that are none."""

    id: UUID
    account_id: UUID
    system_id: UUID
    network_id: UUID
    name: str
    scheme: str
    given: dict[str, str]
    created_at: datetime
    key: str | None = None
    version: int = 1
    credential_version: int = 1
    rejected: str | None = None  # the code with which this version of the credential was turned away
    rejected_at: datetime | None = None
    checked_at: datetime | None = None
    identity: str = ""
    can_write: bool | None = None
    findings: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    configured: dict[str, Any] | None = None  # what was discovered and measured when it was set up
    configured_at: datetime | None = None
    renewing_until: datetime | None = None  # somebody fetches new tokens
    webhooks: dict[str, Any] | None = None
    webhooks_due_at: datetime | None = None  # none: nothing has to be done about them

    @property
    def is_good(self) -> bool:
        return self.rejected is None

    def rename(self, name: str, version: int) -> None:
        """Saying what is already so changes nothing, not even the version."""
        if name != self.name:
            self.name, self.version = name, version

    def learn(self, survey: Survey, at: datetime) -> None:
        """A check that went well shows that the credential is good."""
        self.checked_at, self.identity, self.can_write = at, survey.identity, survey.can_write
        self.findings, self.found = list(survey.findings), dict(survey.found)
        self.rejected = self.rejected_at = None

    def renew(self, scheme: str, given: dict[str, str]) -> None:
        """Another credential. What was said of the one before no longer counts."""
        self.scheme, self.given = scheme, dict(given)
        self.credential_version += 1
        self.version += 1
        self.rejected = self.rejected_at = self.renewing_until = None

    def reject(self, used_version: int, code: str, at: datetime) -> bool:
        """True if that is news. Of an older version nobody wants to know any more."""
        if used_version != self.credential_version or not self.is_good:
            return False
        self.rejected, self.rejected_at = code, at
        return True

    def configure(self, facts: dict[str, Any], at: datetime) -> None:
        self.configured, self.configured_at = dict(facts), at
