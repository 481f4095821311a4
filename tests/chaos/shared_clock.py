"""A clock that several processes share; time passes in it as everywhere, and can be made to pass faster."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

AHEAD = struct.Struct("d")


class SharedClock:
    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(AHEAD.pack(0.0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), AHEAD.size)

    def __deepcopy__(self, memo: object) -> "SharedClock":
        """Who goes by it still does so as a copy."""
        return self

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def advance(self, seconds: float) -> None:
        self._map[:] = AHEAD.pack(self._ahead + seconds)

    @property
    def _ahead(self) -> float:
        (ahead,) = AHEAD.unpack(self._map[:])
        return float(ahead)
