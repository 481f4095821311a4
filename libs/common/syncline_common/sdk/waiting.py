"""How long a system asks us to wait, in seconds or as a date, never believed beyond an hour."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """None if it does not say, or says nothing that can be understood."""
    said = headers.get("retry-after", "").strip()
    wait = float(said) if SECONDS.fullmatch(said) else _until(said, headers.get("date", ""))
    return None if wait is None else min(max(wait, 0.0), LONGEST)


def _until(said: str, now: str) -> float | None:
    """A date is one of the system's clock, so it is compared with that clock's own reading."""
    then, at = _instant(said), _instant(now)
    return (then - at).total_seconds() if then and at else None


def _instant(said: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
