"""When a connection is scanned."""

from datetime import UTC, datetime, timedelta

import pytest

from syncline_common.configuration.schedule import Timetable, interval


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("60s", 60), ("5m", 300), ("24h", 86_400), ("1440m", 86_400)]
)
def test_intervals(text: str, seconds: int) -> None:
    assert interval(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["9s", "25h", "86401s", "0s", "1", "s", "1d", "-5m", "1.5m", "5 m", "", "٣m", "9999999s"]
)
def test_odd_intervals(text: str) -> None:
    with pytest.raises(ValueError, match=r"10s to 24h|such as 60s"):
        interval(text)


START = datetime(2026, 1, 30, 10, 7, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("* * * * *", "2026-01-30 10:08"),
        ("*/15 * * * *", "2026-01-30 10:15"),
        ("7 10 * * *", "2026-01-31 10:07"),
        ("8 10 * * *", "2026-01-30 10:08"),
        ("0 0 1 * *", "2026-02-01 00:00"),
        ("0 0 31 * *", "2026-01-31 00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("30 9 * * 1-5", "2026-02-02 09:30"),
        ("0 12 * * 0", "2026-02-01 12:00"),
        ("0 12 * * 7", "2026-02-01 12:00"),
        ("0 12 31 * 0", "2026-01-31 12:00"),  # by date or by weekday
        ("5,10-20/5,50 10 * * *", "2026-01-30 10:10"),
        ("5/20 * * * *", "2026-01-30 10:25"),
        ("0 0 * 12 *", "2026-12-01 00:00"),
    ],
)
def test_cron_lines(line: str, after: str) -> None:
    assert Timetable.parse(line).after(START) == datetime.fromisoformat(after).replace(tzinfo=UTC)


def test_each_is_after_the_one_before() -> None:
    cron, moment = Timetable.parse("0,30 8-9 * * *"), START
    found = []
    for _ in range(5):
        later = cron.after(moment)
        assert later is not None
        moment = later
        found.append(f"{later:%d %H:%M}")
    assert found == ["31 08:00", "31 08:30", "31 09:00", "31 09:30", "01 08:00"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "a * * * *",
        "*/0 * * * *",
        "5-1 * * * *",
        "1,,2 * * * *",
        "@daily",
        "0 0 30 2 *",
        "-1 * * * *",
    ],
)
def test_odd_cron_lines(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Timetable.parse(line)
