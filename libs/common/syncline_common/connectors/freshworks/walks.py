"""Where a list goes on. Its pages are counted, and what is counted moves when tickets are edited or go away: what is
trusted is never a page's number, but the tickets on it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from syncline_common.connectors.freshworks.client import Page, Wire
from syncline_common.connectors.times import EPOCH, instant, iso
from syncline_common.errors import ContractBroken

SIZE, LEAST = 100, 50  # tickets of a page
PAGES = 300  # of a list; what is behind them is refused
SECOND = timedelta(seconds=1)
MARGIN = 10  # tickets that are read again, to see that none moved past us
OTHER_ORDER = "It did not keep to the order that was asked for"
Ask = Callable[[Mapping[str, Any]], Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class ByUpdate:
    """From `second` on, as tickets were updated. A page begins where the last one ended, so that nothing is counted;
    only of more in one second than fit a page are there pages, and then `last` must still end the one before."""

    second: datetime
    page: int = 1
    last: str = ""
    turn: int = 0

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "ByUpdate":
        if token is None:
            return cls((since or EPOCH).replace(microsecond=0))
        second, page, last, turn = token.split("|")
        return cls(instant(second), int(page), last, int(turn))

    @property
    def token(self) -> str:
        return f"{iso(self.second)}|{self.page}|{self.last}|{self.turn}"

    async def read(self, ask: Ask) -> "tuple[Page, ByUpdate | None]":
        found = await self._asked(ask)
        self._must_hold(found.rows)
        rows = [it for it in found.rows if updated(it) >= self.second]
        if self.page > 1 and not await self._is_next(ask):
            return replace(found, rows=rows), replace(self, page=1, last="", turn=self.turn + 1)
        return replace(found, rows=rows), self._next(rows) if found.more else None

    async def _asked(self, ask: Ask) -> Page:
        """If the last ticket before is not there any more, it was edited; or `updated_since` does not count itself in."""
        found = await ask(self._params(self.second, self.page))
        if self.page > 1 or not self.last or self.last in {str(it["id"]) for it in found.rows}:
            return found
        earlier = await ask(self._params(self.second - SECOND, 1))
        return earlier if self.last in {str(it["id"]) for it in earlier.rows} else found

    async def _is_next(self, ask: Ask) -> bool:
        """Whoever of this second was edited meanwhile has moved to the end, and all behind it one place up."""
        before = await ask(self._params(self.second, self.page - 1))
        return bool(before.rows) and str(before.rows[-1]["id"]) == self.last

    def _next(self, rows: Sequence[Wire]) -> "ByUpdate":
        if not rows:
            return replace(self, page=self.page + 1, turn=self.turn + 1)
        last = updated(rows[-1])
        if last > self.second:
            return ByUpdate(last, 1, str(rows[-1]["id"]))
        return ByUpdate(self.second, self.page + 1, str(rows[-1]["id"]), self.turn)

    def _must_hold(self, rows: Sequence[Wire]) -> None:
        times = [updated(it) for it in rows]
        if times != sorted(times) or (times and times[0] < self.second - SECOND):
            raise ContractBroken(OTHER_ORDER, detail="updated_at")
        if self.page > 1 and self.last in {str(it["id"]) for it in rows}:
            raise ContractBroken("It repeated a page", detail="updated_at")

    def _params(self, second: datetime, page: int) -> dict[str, Any]:
        order = {"order_by": "updated_at", "order_type": "asc"}
        return {"updated_since": iso(second), **order, "per_page": SIZE, "page": page}


@dataclass(frozen=True, slots=True)
class ByCreation:
    """Those updated since `since`, as they were made: whoever is edited stays in place, whoever goes away moves the others up.

    Next are those made in `second` and later; of that second, those whose id is beyond `after`. About `position` come before.
    """

    since: datetime
    second: datetime = EPOCH
    after: int = 0
    position: int = 0

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "ByCreation":
        if token is None:
            return cls((since or EPOCH).replace(microsecond=0))
        begun, second, after, position = token.split("|")
        return cls(instant(begun), instant(second), int(after), int(position))

    @property
    def token(self) -> str:
        return f"{iso(self.since)}|{iso(self.second)}|{self.after}|{self.position}"

    @property
    def is_at_the_end_of_pages(self) -> bool:
        return self.position > (PAGES - 2) * SIZE

    async def read(self, ask: Ask) -> "tuple[Page, ByCreation | None]":
        offset, params = self._window(self.position - MARGIN)
        found = await ask(params)
        while offset and not self._joins(found.rows):
            offset, params = self._window(offset - SIZE)
            found = await ask(params)
        times = [created(it) for it in found.rows]
        if times != sorted(times):
            raise ContractBroken(OTHER_ORDER, detail="created_at")
        new = [it for it in found.rows if not self._is_past(it)]
        if not found.more:
            return replace(found, rows=new), None
        return self._cut(found, new, offset)

    def _cut(self, found: Page, new: list[Wire], offset: int) -> "tuple[Page, ByCreation]":
        """A page's last second is left to the next one, unless there is nothing else: its end is not known yet."""
        reached = offset + len(found.rows)
        if not new:
            return replace(found, rows=[]), replace(self, position=reached)
        last = created(new[-1])
        kept = [it for it in new if created(it) < last]
        if not kept:
            following = replace(self, second=last, after=max(int(it["id"]) for it in new), position=reached)
            return replace(found, rows=new), following
        position = reached - sum(created(it) == last for it in found.rows)
        return replace(found, rows=kept), replace(self, second=last, after=0, position=position)

    def _joins(self, rows: Sequence[Wire]) -> bool:
        return bool(rows) and self._is_past(rows[0])

    def _is_past(self, row: Wire) -> bool:
        at = created(row)
        return at < self.second or (at == self.second and int(row["id"]) <= self.after)

    def _window(self, wanted: int) -> tuple[int, dict[str, Any]]:
        """The page, of whatever size, that has this place and goes furthest behind it."""
        sizes = [it for it in range(LEAST, SIZE) if 0 < wanted // it < PAGES]
        size = max([*sizes, SIZE], key=lambda it: (wanted // it + 1) * it)
        before = max(0, wanted // size)
        paging = {"order_type": "asc", "per_page": size, "page": before + 1}
        return before * size, {"updated_since": iso(self.since), **paging}


def updated(row: Wire) -> datetime:
    return instant(row["updated_at"])


def created(row: Wire) -> datetime:
    return instant(row["created_at"])
