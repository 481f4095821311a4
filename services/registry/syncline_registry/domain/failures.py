"""How long a sign-in has to wait after others have failed. Strangers slow themselves, not the owner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FREE_TRIES = 5  # for one e-mail from one address
LONGEST_WAIT = timedelta(minutes=5)
TRIES_PER_ADDRESS = 50  # for whatever e-mails, within the window
WINDOW: Final = timedelta(minutes=15)
SLOWEST = 1.5  # seconds that an answer is held back, once an e-mail is tried from many addresses


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins within the window."""

    here: int  # of this e-mail from this address
    last_here: datetime | None
    from_address: int  # of any e-mail from this address
    elsewhere: int  # of this e-mail from other addresses

    def wait(self, at: datetime) -> float:
        """Seconds until this address may try this e-mail again; growing with every failure, from here alone."""
        if self.from_address >= TRIES_PER_ADDRESS:
            return LONGEST_WAIT.total_seconds()
        if self.last_here is None or self.here < FREE_TRIES:
            return 0.0
        pause = min(timedelta(seconds=2.0 ** min(self.here - FREE_TRIES, 20)), LONGEST_WAIT)
        return max(0.0, (self.last_here + pause - at).total_seconds())

    def hold_back(self) -> float:
        """Seconds to slow the answer by. It is never refused for what others did."""
        return min(self.elsewhere * 0.05, SLOWEST)
