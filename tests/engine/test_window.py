"""What a cursor may conclude from a page."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.words import EARLY
from syncline_common.schemas.connector import StreamTraits
from syncline_sync_worker.engine.window import advance, since

SECONDS = st.integers(0, 10_000).map(lambda it: EARLY + timedelta(seconds=it))
LATE_FEED = StreamTraits(granularity=timedelta(minutes=1), lag=timedelta(seconds=30))


def at(second: int) -> datetime:
    return EARLY + timedelta(seconds=second)


@pytest.mark.parametrize(
    ("cursor", "seen", "vendor_now", "moved_to"),
    [
        (None, [], 100, None),
        (50, [], 100, 50),
        (None, [10, 20], 100, 20),
        (50, [60, 55], 100, 60),
        (50, [90], 100, 70),  # the last 30 seconds may still be joined by others
        (80, [90], 100, 80),  # never backwards
        (50, [40], 100, 50),
        (50, [60], 10, 50),  # a vendor's clock that was set back
    ],
)
def test_how_far_a_page_moves_it(
    cursor: int | None, seen: list[int], vendor_now: int, moved_to: int | None
) -> None:
    given_cursor = None if cursor is None else at(cursor)
    moved = advance(given_cursor, max(map(at, seen), default=None), at(vendor_now), LATE_FEED)
    assert moved == (None if moved_to is None else at(moved_to))


def test_the_next_read_overlaps_the_last() -> None:
    assert since(at(1000), LATE_FEED) == at(1000 - 60 - 30 - 60)
    assert since(at(1000), StreamTraits()) == at(1000 - 1 - 60)
    assert since(None, LATE_FEED) is None


@given(st.none() | SECONDS, st.lists(SECONDS), SECONDS)
def test_it_never_goes_back_and_never_passes_what_is_certain(
    cursor: datetime | None, seen: list[datetime], vendor_now: datetime
) -> None:
    moved = advance(cursor, max(seen, default=None), vendor_now, LATE_FEED)
    if cursor is not None:
        assert moved is not None
        assert moved >= cursor
    if moved is not None and moved != cursor:
        assert moved <= vendor_now - LATE_FEED.lag
        assert moved <= max(seen)
