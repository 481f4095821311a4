"""How far a page moves the cursor, and when a connection is looked at again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sync_worker.stored import a_task
from syncline_common.schemas.connector import StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.cursor import Cursor, CursorKey
from syncline_sync_worker.work.scan import after, next_scan
from work.pairs import NOW

KEY = CursorKey("f1", Side.A, "Bug")
LATE = StreamTraits(lag=timedelta(seconds=30))


def at(second: float) -> datetime:
    return NOW + timedelta(seconds=second)


def page(*seconds: float, next: str | None = None, now: float = 1000) -> ChangePage:
    changed = [Changed(RecordRef("Bug", str(it)), "1", at(it)) for it in seconds]
    return ChangePage(changed, next, at(now))


def test_only_the_end_mark_moves_it_past_what_was_read() -> None:
    first = after(Cursor(KEY), page(1, 2, next="p2"), LATE)
    assert (first.since, first.token, first.high_water) == (None, "p2", at(2))
    last = after(first, page(3), LATE)
    assert last == Cursor(KEY, since=at(3))


def test_it_stays_behind_the_clock_of_the_first_page() -> None:
    """What was indexed late while the loop went on belongs to a page that was read already."""
    first = after(Cursor(KEY), page(1, next="p2", now=100), LATE)
    last = after(first, page(900, now=1000), LATE)
    assert last.since == at(70)


def test_an_empty_loop_leaves_it() -> None:
    assert after(Cursor(KEY, since=at(5)), page(), LATE) == Cursor(KEY, since=at(5))


@given(st.lists(st.lists(st.floats(0, 2000), max_size=4), min_size=1, max_size=5))
def test_however_pages_are_cut_it_ends_where_one_page_would(pages: list[list[float]]) -> None:
    cursor = Cursor(KEY, since=at(3))
    for number, seconds in enumerate(pages):
        last = number == len(pages) - 1
        cursor = after(cursor, page(*seconds, next=None if last else f"p{number}"), LATE)
    whole = after(Cursor(KEY, since=at(3)), page(*(it for one in pages for it in one)), LATE)
    assert cursor == whole


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"every": "90s"}, at(90)),
        ({}, at(60)),
        ({"cron": "*/15 * * * *"}, at(900)),
        ({"manual": True}, None),
    ],
)
def test_when_it_is_looked_at_again(schedule: dict[str, Any], expected: datetime | None) -> None:
    assert next_scan(a_task(schedule=schedule), NOW) == expected
