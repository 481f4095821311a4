"""What an error means for a pair: engine.md's classes, by what the error itself says has to happen."""

from datetime import datetime, timedelta
from random import Random

from syncline_common.errors import Disposition, RateLimited, RecordGone, RemoteError
from syncline_sync_worker.work.results import Result, Sight, Trouble, later, set_aside

REJECTED_TRIES, CHANGED_TRIES = 2, 5
AFTER_UNKNOWN = timedelta(seconds=20)  # an effect may come so late after its request was given up
AFTER_REFUSAL = timedelta(seconds=10)


def failed(sight: Sight, error: RemoteError, now: datetime, random: Random) -> Result:
    """Of an update or a read; creates are settled by their intents first."""
    match error.disposition:
        case Disposition.RETRY:
            return later(sight, now + _pause(error, random), error.code)
        case Disposition.PAUSE:
            return later(sight, now, error.code)
        case Disposition.LOOK_UP:  # an update shows what came of it once both sides are read again
            return later(sight, now + AFTER_UNKNOWN, error.code)
        case Disposition.PLAN_AGAIN if sight.pair.attempts < CHANGED_TRIES:
            again = now + timedelta(seconds=random.uniform(0, 2**sight.pair.attempts))
            return later(sight, again, error.code, counts_attempt=True)
        case Disposition.SET_ASIDE if sight.pair.attempts + 1 < REJECTED_TRIES:
            due = now if isinstance(error, RecordGone) else now + AFTER_REFUSAL
            return later(sight, due, error.code, counts_attempt=True)
    return set_aside(sight, trouble_of(error), now)


def trouble_of(error: RemoteError) -> Trouble:
    kinds = {Disposition.SET_ASIDE: "invalid", Disposition.PLAN_AGAIN: "conflict", Disposition.FAIL: "ours"}
    return Trouble(
        kinds.get(error.disposition, error.code), f"{error.code}:{error.message}"[:120], error.message
    )


def _pause(error: RemoteError, random: Random) -> timedelta:
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return timedelta(seconds=max(asked or 0.0, random.uniform(2, 8)))
