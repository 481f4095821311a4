"""How much a vendor lets one caller ask in a window; how it says so is the vendor's own."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Used:
    count: int  # this one included
    limit: int
    resets_at: datetime
    now: datetime

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.count)

    @property
    def seconds(self) -> int:
        """Until it is worth coming back; whole, and never nothing."""
        return max(1, -int(-(self.resets_at - self.now).total_seconds() // 1))


@dataclass(slots=True)
class Budget:
    """A sliding window for each caller; None means no limit."""

    window: timedelta
    limit: int | None = None
    most: int = 0  # that one caller asked in any window so far
    _asked: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def use(self, caller: str, now: datetime) -> Used | None:
        if self.limit is None:
            return None
        asked = self._asked[caller]
        while asked and asked[0] <= now - self.window:
            asked.popleft()
        asked.append(now)
        self.most = max(self.most, len(asked))
        return Used(len(asked), self.limit, asked[0] + self.window, now)
