"""When a connection is scanned: every so often, or by a cron line."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

SHORTEST, LONGEST = timedelta(seconds=10), timedelta(hours=24)
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
PARTS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
ITEM = re.compile(r"(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", re.ASCII)
LEAP_CYCLE = 8 * 366  # days: the longest way from one 29 February to another


def interval(text: str) -> timedelta:
    """`60s`, `5m`, `24h`; ValueError says what is wrong."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", text)
    if found is None:
        raise ValueError("this is a number and a unit, such as 60s, 5m or 24h")
    length = int(found[1]) * UNITS[found[2]]
    if not SHORTEST <= length <= LONGEST:
        raise ValueError("this is from 10s to 24h")
    return length


@dataclass(frozen=True, slots=True)
class Timetable:
    """Five parts in UTC. As in cron, a day is due by its date or by its weekday if both are named."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        parts = text.split()
        if len(parts) != len(PARTS):
            raise ValueError("a cron line has five parts: minute, hour, day, month, weekday")
        minutes, hours, days, months, weekdays = (
            _numbers(part, *limits) for part, limits in zip(parts, PARTS, strict=True)
        )
        either = not parts[2].startswith("*") and not parts[4].startswith("*")
        cron = cls(minutes, hours, days, months, frozenset(it % 7 for it in weekdays), either)
        if cron.after(datetime(2000, 1, 1)) is None:  # noqa: DTZ001 (any day will do)
            raise ValueError("no day is ever like this")
        return cron

    def after(self, moment: datetime) -> datetime | None:
        """The first minute after `moment`, in its zone; None if there is none."""
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for days in range(LEAP_CYCLE):
            day = start if days == 0 else start.replace(hour=0, minute=0) + timedelta(days=days)
            if not self._has_day(day):
                continue
            for hour in sorted(it for it in self.hours if it >= day.hour):
                least = day.minute if hour == day.hour else 0
                if minutes := [it for it in self.minutes if it >= least]:
                    return day.replace(hour=hour, minute=min(minutes))
        return None

    def _has_day(self, day: datetime) -> bool:
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        fits = by_date or by_weekday if self.either_day else by_date and by_weekday
        return fits and day.month in self.months


def _numbers(part: str, name: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for item in part.split(","):
        match = ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{item!r} is no {name}: *, 5, 1-5, */15 or a list of these")
        star, first, last, step = match[1] == "*", match[2], match[3], int(match[4] or 1)
        low = least if star else int(first)
        high = most if star or (match[4] and last is None) else int(last or first)
        if not least <= low <= high <= most or step == 0:
            raise ValueError(f"{item!r} is no {name}: these go from {least} to {most}")
        found.update(range(low, high + 1, step))
    return frozenset(found)
