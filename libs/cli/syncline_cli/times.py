"""Times, as people give them."""

from datetime import UTC, datetime

from syncline_cli.failures import Misused


def instant(given: str) -> str:
    """A day is its beginning; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise Misused(
            "This is no time.", why=given, advice="For instance 2026-12-31, or 2026-12-31T18:00:00Z."
        ) from None
    aware = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return aware.isoformat().replace("+00:00", "Z")
