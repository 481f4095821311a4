"""What has changed lately: whole pages, in order, so much at most, and no more once somebody said stop."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, cast

from syncline_common.schemas.connector import StreamTraits
from syncline_common.schemas.records import Changed, ChangePage, Record, RecordRef
from syncline_common.schemas.values import Side
from syncline_sync_worker.work.lately import Lately
from work.pairs import NOW

HOUR = timedelta(hours=1)


class Pages:
    """A Reader whose clock is an hour ahead."""

    def __init__(self, pages: Sequence[Sequence[tuple[str, timedelta]]]) -> None:
        self.pages, self.asked = pages, list[Any]()

    def traits(self, stream: str) -> StreamTraits:
        return StreamTraits(clock_offset=HOUR)

    async def changes(self, stream: str, feed: object, since: object, token: str | None) -> ChangePage:
        self.asked.append(since)
        at = int(token or 0)
        changed = [Changed(RecordRef(stream, id), "1", NOW + ago) for id, ago in self.pages[at]]
        came = {it.ref: partial(Record, it.ref, {}, "1", it.changed_at, NOW) for it in changed}
        return ChangePage(changed, str(at + 1) if at + 1 < len(self.pages) else None, NOW, came)


async def read(pages: Pages, at_most: int = 10, goes_on: int = 100) -> Lately:
    answers = iter([True] * goes_on + [False] * 100)

    async def still() -> bool:
        return next(answers)

    lately = Lately(NOW, still, at_most)
    await lately.read(cast(Any, pages), Side.A, "Bug")
    return lately


def ids(lately: Lately) -> list[str]:
    return [it.id for it in lately.refs[Side.A, "Bug"]]


async def test_all_pages_by_the_vendors_clock_and_each_record_once() -> None:
    pages = Pages([[("0", HOUR / 2), ("1", HOUR)], [("1", 2 * HOUR), ("2", 2 * HOUR)]])
    lately = await read(pages)
    assert (ids(lately), lately.cut, pages.asked) == (["1", "2"], [], [NOW + HOUR] * 2)
    assert lately.take(Side.A, RecordRef("Bug", "0")) is None
    one = RecordRef("Bug", "1")
    assert [it and it.changed_at for it in (lately.take(Side.A, one), lately.take(Side.A, one))] == [
        NOW + 2 * HOUR,
        None,
    ]


async def test_no_more_than_so_many_and_that_is_said() -> None:
    pages = Pages([[(str(it), (it + 1) * HOUR)] for it in range(5)])
    lately = await read(pages, at_most=2)
    assert ids(lately) == ["0", "1"] and len(pages.asked) == 3
    assert lately.cut == [
        "More than 2 of Bug on side a have changed: those changed until 2026-01-01T14:00:00+00:00 were looked at"
    ]
    assert (await read(Pages([[("0", HOUR)], [("1", HOUR)]]), at_most=2)).cut == []


async def test_told_to_stop_it_asks_no_more() -> None:
    pages = Pages([[(str(it), HOUR)] for it in range(5)])
    assert ids(await read(pages, goes_on=1)) == ["0"] and len(pages.asked) == 1
