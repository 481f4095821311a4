"""How long a vendor asks us to wait: whatever it says, a time that can be waited, or nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_common.sdk.waiting import LONGEST, retry_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATE = format_datetime(NOW, usegmt=True)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("999999999999", LONGEST),
        ("9" * 400, LONGEST),
        ("1e400", None),
        ("", None),
        ("-7", None),
        ("soon", None),
        ("7s", None),
        ("1_0", None),
        ("٣", None),
        ("nan", None),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Wed, 31 Dec 2025 23:59:30 GMT", 0.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", LONGEST),
        ("Thursday, 01-Jan-26 00:00:30 GMT", 30.0),
        ("Thu Jan  1 00:00:30 2026", 30.0),
        ("Thu, 99 Jan 2026 00:00:30 GMT", None),
    ],
)
def test_seconds_and_dates(said: str, wait: float | None) -> None:
    assert retry_after({"retry-after": said, "date": DATE}) == wait


def test_a_date_without_the_systems_own_says_nothing() -> None:
    assert retry_after({"retry-after": DATE}) is None
    assert retry_after({}) is None


@given(
    st.text()
    | st.from_regex(r"[0-9.eE+-]{1,400}")
    | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d\d:\d\d:\d\d \S*")
)
def test_anything_is_a_wait_or_nothing(said: str) -> None:
    wait = retry_after({"retry-after": said, "date": DATE})
    assert wait is None or 0.0 <= wait <= LONGEST


@given(st.integers(min_value=0, max_value=10_000))
def test_a_date_and_its_seconds_are_the_same(seconds: int) -> None:
    then = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": then, "date": DATE}) == retry_after({"retry-after": str(seconds)})
