"""A Hook: a webhook as it was received, stored before it is acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Hook:
    id: UUID
    token_hash: str  # whose it is; the token itself is a secret
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    attempts: int = 0
