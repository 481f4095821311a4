"""Freshservice as a Reader: tickets of one workspace after the other, as they were made, since there is no other order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from syncline_common.connectors.freshservice.surveyor import FreshserviceSurveyor
from syncline_common.connectors.freshworks.client import Page, Wire
from syncline_common.connectors.freshworks.reader import FreshworksReader
from syncline_common.connectors.freshworks.walks import ByCreation
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken
from syncline_common.schemas.records import ChangePage, Feed, Record


@understood
class FreshserviceReader(FreshserviceSurveyor, FreshworksReader):
    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        """In order within a page; who is edited meanwhile is found by the next read, which begins before this one."""
        if feed is not Feed.RECORDS:
            raise ContractBroken(f"Freshservice has no feed of {feed}")
        return self._told(*await self._walk(token, since))

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        await self.prepare()
        return await super().fetch(stream, ids)

    def project_of(self, ticket: Wire) -> str | None:
        return self.spaces.name_of(ticket)

    async def _walk(self, token: str | None, since: datetime | None = None) -> tuple[Page, str | None]:
        await self.prepare()
        own, rest = self.spaces.place(token)
        place = ByCreation.at(since, rest)
        page, following = await place.read(partial(self._in, own))
        if following is not None:
            return page, self.spaces.token(own, following.token)
        other = self.spaces.after(own)
        begin = ByCreation.at(place.since, None).token
        return page, None if other is None else self.spaces.token(other, begin)

    async def _in(self, own: int | None, params: Mapping[str, Any]) -> Page:
        page = await self._page({**params, **self.spaces.params(own)})
        if any(it.get("workspace_id", own) != own for it in page.rows if own is not None):
            raise ContractBroken("It answered with another workspace than was asked for", detail=str(own))
        return page
