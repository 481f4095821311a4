"""Ids that sort by the order they were made in: indexes stay compact, lists have a stable order."""

import time
from secrets import randbits
from threading import Lock
from uuid import UUID

TAIL = 74  # bits behind the milliseconds


class _Sequence:
    """Of those made in one millisecond, each is greater than the one before; a clock set back changes nothing."""

    def __init__(self) -> None:
        self._lock, self._last = Lock(), 0

    def next(self, millis: int) -> int:
        with self._lock:
            fresh = millis << TAIL | randbits(TAIL - 1)
            self._last = fresh if fresh >> TAIL > self._last >> TAIL else self._last + 1 + randbits(40)
            return self._last


_sequence = _Sequence()


def new_id() -> UUID:
    """A UUIDv7. Made by actions and passed to the domain, which makes none itself."""
    number = _sequence.next(time.time_ns() // 1_000_000)
    millis, tail = number >> TAIL, number & ((1 << TAIL) - 1)
    return UUID(int=millis << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | tail & ((1 << 62) - 1))
