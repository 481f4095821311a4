"""What vendors say of their limits beside an answer: by which headers, as facts, and what it means for the gate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from syncline_common.sdk.waiting import LONGEST, SECONDS, retry_after

SINCE_1970 = 1_000_000_000.0  # a larger number is an instant, a smaller one says how many seconds are left
LEAST = 2  # requests; what can be shared at all
USAGE = re.compile(r"(?<!\d)(\d{1,12})/(\d{1,12})(?!\d)")
OURS = 0.8  # of a budget that others use, too


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """Their names in lower case. Retry-After needs no mention: it counts on any status."""

    limit: str = ""  # requests in the budget's time
    remaining: str = ""  # of them
    reset: str = ""  # until when there are no more: an instant in seconds since 1970, or seconds from now
    delay: str = ""  # seconds for which this answer was held back: a warning before the refusal
    usage: str = ""  # how much of it has been used by everybody, and how much there is: `18/5000` is in it
    refusal: str = (
        ""  # no header: a word in the body of a 403 that makes it one for the rate, not for a right
    )


NOT_TOLD = RateHeaders()


@dataclass(frozen=True, slots=True)
class RateWord:
    """`pause`: nobody sends for so many seconds. `limit`: what the vendor really allows in the budget's time."""

    pause: float | None = None
    limit: int | None = None


def word_of(headers: Mapping[str, str], names: RateHeaders) -> RateWord | None:
    """None if it says nothing that the gate would have to know."""
    limit, shared = _number(headers, names.limit), _shared(headers, names.usage)
    if shared is not None:
        used, whole = shared
        pause = _pause(headers, names) or (LONGEST if used >= OURS * whole else None)
        return RateWord(pause, max(LEAST, int(OURS * whole)))
    word = RateWord(_pause(headers, names), None if limit is None else max(LEAST, int(limit)))
    return None if word == RateWord() else word


def _shared(headers: Mapping[str, str], name: str) -> tuple[int, int] | None:
    """Used, of how many."""
    found = USAGE.search(headers.get(name, "")) if name else None
    return (int(found[1]), int(found[2])) if found else None


def _pause(headers: Mapping[str, str], names: RateHeaders) -> float | None:
    """The longest of what it asks for; a vendor is not believed beyond an hour."""
    used_up = _number(headers, names.remaining) == 0
    asked = (
        retry_after(headers),
        _until(headers, names.reset) if used_up else None,
        _number(headers, names.delay),
    )
    longest = max((it for it in asked if it), default=0.0)
    return min(longest, LONGEST) or None


def _until(headers: Mapping[str, str], name: str) -> float | None:
    """An instant is one of the vendor's clock, so it is compared with that clock's own reading."""
    reset = _number(headers, name)
    if reset is None or reset < SINCE_1970:
        return reset
    try:
        now = parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError):
        return None
    return max(0.0, reset - now.timestamp())


def _number(headers: Mapping[str, str], name: str) -> float | None:
    said = headers.get(name, "").strip() if name else ""
    return float(said) if len(said) < 20 and SECONDS.fullmatch(said) else None
