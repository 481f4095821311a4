"""An Announcement: an event as the clients of its account see it, at its place in their stream."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Announcement:
    event_id: UUID
    account_id: UUID
    network_id: UUID | None  # none: it concerns the account
    type: str
    body: str  # the CloudEvent
    position: int = 0  # counts up within the account, in the order of commits


@dataclass(frozen=True, slots=True)
class Kept:
    """What a stream still holds: positions from `oldest` to `newest`; nothing if newest < oldest."""

    oldest: int
    newest: int

    def start(self, last_seen: int | None) -> tuple[int, bool]:
        """After which position to go on, and whether something in between is no longer (or not) there."""
        if last_seen is None:
            return self.newest, False
        if last_seen > self.newest:
            return self.newest, True  # it counts by another installation, or one restored from a backup
        missed = last_seen > 0 and last_seen + 1 < self.oldest
        return max(last_seen, self.oldest - 1), missed
