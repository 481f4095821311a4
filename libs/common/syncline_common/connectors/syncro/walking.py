"""From page to page of a list whose order is the vendor's, while records come and go.

What is removed pulls all that stands behind it one place ahead, past the page that is read next. So the page before is
looked at again, after the next one was read: what is behind its last known record there was pulled ahead, and belongs to
what was asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncline_common.connectors.syncro.client import Company, Wire
from syncline_common.connectors.syncro.records import id_of
from syncline_common.connectors.syncro.sections import Section
from syncline_common.connectors.times import instant, iso
from syncline_common.errors import ContractBroken


@dataclass(frozen=True, slots=True)
class Place:
    """Before this page; `known` are the records of the one before it."""

    page: int = 1
    since: datetime | None = None
    known: tuple[str, ...] = ()

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls(since=since)
        page, time, known = token.split("|")
        return cls(int(page), instant(time) if time else None, tuple(known.split(",")) if known else ())

    @property
    def token(self) -> str:
        time = self.since.isoformat() if self.since else ""
        return f"{self.page}|{time}|{','.join(self.known)}"


@dataclass(frozen=True, slots=True)
class Stretch:
    rows: list[Wire]
    next: Place | None
    now: datetime


async def stretch(company: Company, section: Section, place: Place) -> Stretch:
    """The records of a page that did not come with the one before, and those that slipped ahead."""
    params = asked(section, place.since)
    page = await company.page(section, place.page, params)
    here = {id_of(it): it for it in page.rows}
    if here and not page.numbered and set(here) == set(place.known):
        raise ContractBroken("Syncro repeated a page", detail=section.stream)
    slipped = await _slipped(company, section, place, params) if place.known else {}
    rows = {id: it for id, it in {**slipped, **here}.items() if id not in place.known}
    following = Place(place.page + 1, place.since, tuple({**slipped, **here})) if page.more else None
    return Stretch(list(rows.values()), following, page.now)


def asked(section: Section, since: datetime | None) -> Mapping[str, Any]:
    """The vendor leaves out what changed at that very moment, so it is told an earlier one."""
    if since is None or not section.since:
        return {}
    return {"since_updated_at": iso(since - timedelta(seconds=1))}


async def _slipped(
    company: Company, section: Section, place: Place, params: Mapping[str, Any]
) -> dict[str, Wire]:
    """As far back as the known ones were pushed or pulled."""
    found = list[Wire]()
    for number in range(place.page - 1, 0, -1):
        found = (await company.page(section, number, params)).rows + found
        if any(id_of(it) in place.known for it in found):
            break
    return {id_of(it): it for it in _behind(found, place.known)}


def _behind(rows: Sequence[Wire], known: Sequence[str]) -> Sequence[Wire]:
    last = max((at for at, it in enumerate(rows) if id_of(it) in known), default=-1)
    return rows[last + 1 :]
