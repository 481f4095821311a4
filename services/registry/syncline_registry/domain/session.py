"""A Session: one sign-in, carried on by refresh tokens, of which each works once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LIFE = timedelta(days=30)  # without use


@dataclass(eq=False)
class Session:
    id: UUID
    account_id: UUID
    person_id: UUID
    created_at: datetime
    revoked_at: datetime | None = None

    def revoke(self, at: datetime) -> bool:
        """True if this call changed something."""
        if self.revoked_at is not None:
            return False
        self.revoked_at = at
        return True


@dataclass(eq=False)
class RefreshToken:
    hash: str
    session_id: UUID
    account_id: UUID
    expires_at: datetime
    used_at: datetime | None = None

    def is_good(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at
