"""What may be concluded from a page of a feed: how far the cursor moves, and where the next read starts."""

from datetime import datetime, timedelta

from syncline_common.schemas.connector import StreamTraits

SLACK = timedelta(seconds=60)


def advance(
    cursor: datetime | None, newest: datetime | None, vendor_now: datetime, traits: StreamTraits
) -> datetime | None:
    """After a page loop: the newest change seen, but never past the vendor's clock less its lag, and never backwards.

    `vendor_now` is of the loop's first page: what is newer may still be joined by changes that the vendor had not
    indexed yet when their page was read. A feed in which nothing has been seen has no cursor: its next read
    starts from the beginning again.
    """
    if newest is None:
        return cursor
    reached = min(newest, vendor_now - traits.lag)
    return reached if cursor is None else max(cursor, reached)


def since(cursor: datetime | None, traits: StreamTraits) -> datetime | None:
    """Where to read from, inclusive: the overlap covers what shares an instant, is late, or has a clock that jumped."""
    return None if cursor is None else cursor - (traits.granularity + traits.lag + SLACK)
