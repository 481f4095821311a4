"""A list that is cut by counting, while people come and go: each page begins within the one before, where its last rows are."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from syncline_common.connectors.xmatters.client import PAGE, Page, Wire
from syncline_common.connectors.xmatters.columns import ID
from syncline_common.errors import ContractBroken

OVERLAP = 10  # rows
MOST_LOOKS = 200  # for the place where it goes on
Ask = Callable[[int], Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the rows `last`, which were seen at `offset`."""

    offset: int = 0
    last: tuple[str, ...] = ()

    @classmethod
    def at(cls, token: str | None) -> "Place":
        offset, _, ids = (token or "0|").partition("|")
        return cls(int(offset), tuple(it for it in ids.split(",") if it))

    @property
    def token(self) -> str:
        return f"{self.offset}|{','.join(self.last)}"


@dataclass(frozen=True, slots=True)
class Part:
    page: Page
    rows: list[Wire]  # of the page, those that are new
    following: Place | None


async def after(place: Place, ask: Ask) -> Part:
    """Where rows went, the list closed up, so we look before; where some came, behind. If none of the last rows is left,
    everything comes again. Nothing is left out that stayed where it was in the order."""
    at, looked, before = max(0, place.offset - OVERLAP) if place.last else 0, set[int](), list[str]()
    while at not in looked and len(looked) < MOST_LOOKS:
        page = await ask(at)
        ids = [str(it[ID]) for it in page.rows]
        if (ids and ids == before) or (page.more and not ids):
            break
        looked.add(at)
        before, known = ids, [number for number, it in enumerate(ids) if it in place.last]
        if place.last and not known and at > 0:
            at = max(0, at - PAGE + OVERLAP)
            continue
        new = page.rows[known[-1] + 1 :] if known else page.rows
        if new or not page.more:
            reached = Place(at + len(ids), tuple(ids[-OVERLAP:]))
            return Part(page, new, reached if page.more else None)
        at += max(1, len(ids) - OVERLAP)
    raise ContractBroken("xMatters repeated a page", detail=f"at {at}")


async def everything(ask: Ask) -> AsyncIterator[Wire]:
    """One after the other, by as many questions as it takes; some may come twice."""
    place: Place | None = Place()
    while place is not None:
        part = await after(place, ask)
        for row in part.rows:
            yield row
        place = part.following
