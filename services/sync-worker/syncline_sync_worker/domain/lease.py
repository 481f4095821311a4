"""Who does a piece of work now: an owner, under an epoch that counts the owners."""

from dataclasses import dataclass
from datetime import datetime

from syncline_common.errors import SynclineError


class LeaseLost(SynclineError):
    """Somebody else took it over. Whoever gets this writes nothing more about it."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Held:
    owner: str
    epoch: int
    until: datetime
