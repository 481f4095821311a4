"""Waiting, shown to whoever looks: nothing for the first second, then a spinner, on stderr only."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Timer

from rich.console import Console
from rich.status import Status

SOON = 1.0  # seconds


def pause(seconds: float) -> None:
    Event().wait(seconds)


@contextmanager
def spinner(console: Console, what: str) -> Iterator[None]:
    if not console.is_terminal:
        yield
        return
    shown = _Shown(Status(f"{what[:1].upper()}{what[1:]} ...", console=console))
    timer = Timer(SOON, shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        shown.stop()


class _Shown:
    """The timer may fire while the wait is just over; then nothing is to appear."""

    def __init__(self, status: Status) -> None:
        self._status, self._lock, self._over = status, Lock(), False

    def start(self) -> None:
        with self._lock:
            if not self._over:
                self._status.start()

    def stop(self) -> None:
        with self._lock:
            self._over = True
            self._status.stop()
