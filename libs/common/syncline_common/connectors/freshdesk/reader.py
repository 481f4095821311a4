"""Freshdesk as a Reader: tickets in the order in which they were updated."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from syncline_common.connectors.freshdesk.surveyor import FreshdeskSurveyor
from syncline_common.connectors.freshworks.client import Page, checked
from syncline_common.connectors.freshworks.reader import FreshworksReader
from syncline_common.connectors.freshworks.records import STREAM
from syncline_common.connectors.freshworks.walks import ByCreation, ByUpdate, created
from syncline_common.connectors.times import instant, iso
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, RecordGone
from syncline_common.schemas.records import ChangePage, Feed, RecordRef, Tie, TieKind

BEHIND = "~"  # of a token: what lies behind the last page there may be
KINDS = {2: TieKind.PARENT, 3: TieKind.RELATED, 4: TieKind.RELATED}  # a parent's children know it themselves


@understood
class FreshdeskReader(FreshdeskSurveyor, FreshworksReader):
    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """Those that were deleted are a list of their own, in the same order."""
        if feed not in (Feed.RECORDS, Feed.DELETIONS):
            raise ContractBroken(f"Freshdesk has no feed of {feed}")
        ask = self._page if feed is Feed.RECORDS else self._deleted
        page, following = await ByUpdate.at(since, token).read(ask)
        return self._told(page, following.token if following else None)

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        """As they were made. What is behind the last page there may be comes as it was updated: what is edited
        meanwhile may then come twice."""
        if token is not None and token.startswith(BEHIND):
            return await self._behind(token)
        page, following = await ByCreation.at(None, token).read(self._as_made)
        if following is None or not following.is_at_the_end_of_pages:
            return self._told(page, following.token if following else None)
        place = ByUpdate.at(None, None).token
        return self._told(page, f"{BEHIND}{iso(following.second)}|{following.after}{BEHIND}{place}")

    async def ties(self, ref: RecordRef) -> Sequence[Tie]:
        """To tickets that are there and may be seen."""
        ticket = await self.desk.ticket(checked(ref.id))
        kind = KINDS.get(ticket.get("association_type") or 0)
        ends = [str(it) for it in ticket.get("associated_tickets_list") or []] if kind else []
        there = [it for it in ends if await self._is_there(it)]
        return [Tie(kind, RecordRef(STREAM, it)) for it in there if kind]

    async def _behind(self, token: str) -> ChangePage:
        _, begun, place = token.split(BEHIND)
        second, after = begun.split("|")
        page, following = await ByUpdate.at(None, place).read(self._page)
        first = instant(second), int(after)
        rows = [it for it in page.rows if (created(it), int(it["id"])) > first]
        return self._told(
            replace(page, rows=rows), f"{BEHIND}{begun}{BEHIND}{following.token}" if following else None
        )

    async def _deleted(self, params: Mapping[str, Any]) -> Page:
        return await self._page({**params, "filter": "deleted"})

    def _for_marker(self, marker: str) -> list[str]:
        """A field that is new is found by what stands in it alone."""
        asked = super()._for_marker(marker)
        return asked if self._found.marker_field is None else [*asked, f"custom_string:'{marker}'"]

    async def _is_there(self, id: str) -> bool:
        try:
            await self.desk.ticket(id)
        except RecordGone:
            return False
        return True
