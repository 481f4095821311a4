"""From page to page of a list by number, while records come and go.

What is removed pulls all that stands behind it one place ahead, past the page that is read next. So after each page the
one record is asked for that stands right before it: if nobody has seen it, the page before is read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from syncline_common.connectors.itglue.client import Glue, Page, Wire
from syncline_common.connectors.itglue.records import changed_at, id_of
from syncline_common.connectors.itglue.sections import Section
from syncline_common.connectors.times import instant

WHOLE, RECENT = 500, 200  # records of a page


@dataclass(frozen=True, slots=True)
class Place:
    """Before this page; `last` is the id of the record that was read last, `at` its time, by which the list may go."""

    page: int = 1
    since: datetime | None = None
    last: str = ""
    at: datetime | None = None

    @classmethod
    def of(cls, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls(since=since)
        page, began, last, at = token.split("|")
        return cls(int(page), instant(began) if began else None, last, instant(at) if at else None)

    @property
    def token(self) -> str:
        times = (it.isoformat() if it else "" for it in (self.since, self.at))
        began, at = times
        return f"{self.page}|{began}|{self.last}|{at}"


@dataclass(frozen=True, slots=True)
class Stretch:
    rows: list[Wire]
    next: Place | None
    now: datetime


class ById:
    """The eldest first: what is new stands at the end."""

    size = WHOLE
    params: Mapping[str, Any] = {"sort": "id"}

    def is_behind(self, row: Wire, place: Place) -> bool:
        return not place.last or int(id_of(row)) > int(place.last)

    def has_ended(self, row: Wire, place: Place) -> bool:
        return False


class Newest:
    """What changed last first: who edits pushes the others back. Of one moment all come once more."""

    size = RECENT
    params: Mapping[str, Any] = {"sort": "-updated_at"}

    def is_behind(self, row: Wire, place: Place) -> bool:
        return place.at is None or (changed_at(row) <= place.at and id_of(row) != place.last)

    def has_ended(self, row: Wire, place: Place) -> bool:
        return place.since is not None and changed_at(row) < place.since


Way = ById | Newest


async def stretch(glue: Glue, section: Section, place: Place, way: Way) -> Stretch:
    """The records of a page that were not read before, and those that slipped ahead of it."""
    page = await glue.page(section.path, place.page, way.size, way.params)
    slipped = await _slipped(glue, section, place, way) if place.page > 1 else []
    rows = [it for it in _once([*slipped, *page.rows]) if way.is_behind(it, place)]
    ended = not page.more or any(way.has_ended(it, place) for it in rows)
    reached = replace(place, page=place.page + 1)
    if rows:
        reached = replace(reached, last=id_of(rows[-1]), at=changed_at(rows[-1]))
    return Stretch(rows, None if ended else reached, page.now)


async def _slipped(glue: Glue, section: Section, place: Place, way: Way) -> list[Wire]:
    before = await glue.page(section.path, (place.page - 1) * way.size, 1, way.params)
    if not any(way.is_behind(it, place) for it in before.rows) and before.rows:
        return []
    found = list[Wire]()
    for number in range(place.page - 1, 0, -1):
        page: Page = await glue.page(section.path, number, way.size, way.params)
        found = page.rows + found
        if not all(way.is_behind(it, place) for it in page.rows):
            break
    return [it for it in found if way.is_behind(it, place)]


def _once(rows: Sequence[Wire]) -> list[Wire]:
    return list({id_of(it): it for it in rows}.values())
