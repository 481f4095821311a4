"""A vendor's clock: it is a little off, and its stamps are only as fine as the vendor stores them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def real_now() -> datetime:
    return datetime.now(UTC)


def standing(at: datetime) -> Now:
    return lambda: at


@dataclass(slots=True)
class VendorClock:
    granularity: timedelta
    real: Now = real_now
    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.real() + self.offset

    def stamp(self) -> datetime:
        """What the vendor writes on a record: cut off, not rounded."""
        now = self.now()
        return now - (now - EPOCH) % self.granularity
