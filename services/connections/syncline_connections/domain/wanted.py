"""A system as somebody names it for a connection: by id, or by address with what proves that they may use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EndWanted:
    """With a ticket or a secret, or neither if it is known already; never kept."""

    system_id: UUID | None = None
    url: str | None = None
    kind: str | None = None
    ticket: str | None = field(default=None, repr=False)
    auth: Mapping[str, str] | None = field(default=None, repr=False)
