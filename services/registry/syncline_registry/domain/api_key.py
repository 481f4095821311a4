"""An API key: a program's way in, for as long as an administrator likes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from syncline_common.schemas.caller import Role


@dataclass(eq=False)
class ApiKey:
    id: UUID
    account_id: UUID
    name: str
    role: Role
    granted: list[str] | None
    hash: str
    last4: str
    created_at: datetime
    expires_at: datetime | None = None

    @property
    def network_ids(self) -> list[UUID] | None:
        return None if self.granted is None else [UUID(it) for it in self.granted]

    def is_active(self, at: datetime) -> bool:
        return self.expires_at is None or at < self.expires_at
