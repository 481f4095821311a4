"""What has changed in two systems since an instant, read page by page, so many records of a stream at most."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from syncline_common.schemas.connector import Reader
from syncline_common.schemas.records import Feed, Record, RecordRef
from syncline_common.schemas.values import Side

AT_MOST = 2000  # of a side's stream
CUT = "More than {most} of {stream} on side {side} have changed: those changed until {until} were looked at"


class Lately:
    """`goes_on` is asked before each page: False ends the reading."""

    def __init__(self, since: datetime, goes_on: Callable[[], Awaitable[bool]], at_most: int) -> None:
        self._since, self._goes_on, self._at_most = since, goes_on, at_most
        self._came_along: dict[tuple[Side, RecordRef], Record] = {}
        self.refs: dict[tuple[Side, str], list[RecordRef]] = {}
        self.cut: list[str] = []  # what was left out, for people

    async def read(self, reader: Reader, side: Side, stream: str) -> None:
        since = self._since + reader.traits(stream).clock_offset
        found, token, ended = dict[RecordRef, datetime](), None, False
        while not ended and len(found) <= self._at_most and await self._goes_on():
            page = await reader.changes(stream, Feed.RECORDS, since, token)
            for it in page.changed:
                if it.changed_at >= since:
                    found.pop(it.ref, None)  # it stands where it was changed last
                    found[it.ref] = it.changed_at
            self._came_along.update({(side, it.ref): it for it in page.records if it.ref in found})
            token, ended = page.next, page.next is None
        self.refs[side, stream] = list(found)[: self._at_most]
        if len(found) > self._at_most:
            until = found[self.refs[side, stream][-1]].isoformat(timespec="seconds")
            self.cut.append(CUT.format(most=self._at_most, stream=stream, side=side, until=until))

    def take(self, side: Side, ref: RecordRef) -> Record | None:
        """What came with a page is kept until it is looked at."""
        return self._came_along.pop((side, ref), None)
