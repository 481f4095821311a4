"""A vendor's clock by its Date headers."""

from datetime import UTC, datetime, timedelta

import pytest

from syncline_common.sdk.clock_offset import Bounds

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_nothing_is_known_without_a_date() -> None:
    assert Bounds().offset() is None


@pytest.mark.parametrize("true", [-3600.0, -0.4, 0.0, 12.7])
def test_answers_at_different_moments_close_in_on_it(true: float) -> None:
    bounds = Bounds()
    for moment in (0.0, 0.35, 0.8, 1.15):
        said = at(int(moment + 0.05 + true + 10_000) - 10_000)
        bounds.add(at(moment), said, at(moment + 0.1))
    found = bounds.offset()
    assert found is not None and abs(found.offset.total_seconds() - true) <= 0.3
    assert found.uncertainty == timedelta(seconds=1)  # never claimed to be finer than the header is


def test_clocks_that_contradict_each_other_leave_it_open() -> None:
    bounds = Bounds()
    bounds.add(at(0), at(0), at(0.1))
    bounds.add(at(1), at(61), at(1.1))
    found = bounds.offset()
    assert found is not None
    for true in (0.0, 60.0):
        assert abs(found.offset.total_seconds() - true) <= found.uncertainty.total_seconds() + 1


def test_a_slow_answer_says_little() -> None:
    bounds = Bounds()
    bounds.add(at(0), at(20), at(40))
    found = bounds.offset()
    assert found is not None and found.uncertainty == timedelta(seconds=20.5)
