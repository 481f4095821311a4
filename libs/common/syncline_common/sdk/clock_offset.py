"""How far a vendor's clock is off, measured by the Date header of its answers."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from syncline_common.clock import Clock
from syncline_common.sdk.ports import ClockOffset, Out, Reply

SECOND = timedelta(seconds=1)  # a Date header is cut off to it, and servers keep one for about as long


@dataclass(slots=True)
class Bounds:
    """Each answer bounds the offset; together they bound it closer, since they are cut off at different moments."""

    low: timedelta = timedelta.min
    high: timedelta = timedelta.max
    answers: int = 0

    def add(self, sent: datetime, said: datetime, got: datetime) -> None:
        """The vendor read its clock between `sent` and `got`, and it showed `said` or up to a second more."""
        self.low = max(self.low, said - got)
        self.high = min(self.high, said + SECOND - sent)
        self.answers += 1

    def offset(self) -> ClockOffset | None:
        """None if no answer had a date. Answers that contradict each other, of several clocks, widen it again."""
        if not self.answers:
            return None
        return ClockOffset((self.low + self.high) / 2, max(SECOND, abs(self.high - self.low) / 2))


class Timed:
    """The way out, with a look at the clock before and after."""

    def __init__(self, out: Out, clock: Clock) -> None:
        self._out, self._clock, self.bounds = out, clock, Bounds()

    @property
    def address(self) -> str:
        return self._out.address

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return (await self.send("GET", path, params=params)).json()

    async def send(self, method: str, path: str, **asked: Any) -> Reply:
        sent = self._clock.now()
        reply = await self._out.send(method, path, **asked)
        got = self._clock.now()
        try:
            said = parsedate_to_datetime(reply.headers.get("date", ""))
        except (ValueError, TypeError):
            return reply
        self.bounds.add(sent, said.astimezone(UTC), got)
        return reply

    def download(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncGenerator[bytes, None]:
        return self._out.download(url, headers)
