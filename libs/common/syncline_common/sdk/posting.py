"""Posting to addresses that people gave us, through the guard: what they answer is of no interest but its status."""

from collections.abc import Mapping

import httpx2

from syncline_common.errors import RemoteError
from syncline_common.sdk.exchange import Asked, Exchange, Limits
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.outbound_urls import split_url

PATIENCE = Limits(connect=5, read=10, whole=15)


class Poster:
    def __init__(self, outbound: Outbound, limits: Limits = PATIENCE) -> None:
        self._outbound, self._limits = outbound, limits

    async def check(self, url: str) -> None:
        """Invalid, or GuardBlocked, unless it may be posted to."""
        await self._outbound.check_url(url)

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int | str:
        """The status; or the code of why there was none. No redirect is followed."""
        origin, _ = split_url(url)
        asked = Asked("POST", httpx2.URL(url), content=content, headers=headers, unsure=True)
        try:
            async with (
                self._outbound.client(origin) as client,
                Exchange(client, self._limits).opened(asked, {}) as response,
            ):
                return response.status_code
        except RemoteError as error:
            return error.code
