"""Vendors' clocks and their ways of writing times."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from syncline_common.errors import ContractBroken
from syncline_common.sdk.ports import Reply

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def vendor_now(reply: Reply) -> datetime:
    """By the header that every answer has; whole seconds, rounded down."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        raise ContractBroken("The system's answer has no date", detail="date header") from None


def instant(text: str) -> datetime:
    """ISO 8601 with a zone, with as many digits after the second as there are."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ContractBroken("The system wrote a time that we can't read", detail=text[:40]) from None
    if moment.tzinfo is None:
        raise ContractBroken("The system wrote a time without a zone", detail=text[:40])
    return moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
