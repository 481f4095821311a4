"""The registry's public keys, fetched once and kept: tokens are checked here, and nobody is asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from syncline_common.access.claims import Keys
from syncline_common.errors import ContractBroken

Fetch = Callable[[], Awaitable[Mapping[str, Any]]]
NOT_SOONER_THAN = 5.0  # seconds: tokens with invented key ids must not make us ask all the time


class PublicKeys:
    def __init__(self, fetch: Fetch, elapsed: Callable[[], float]) -> None:
        self._fetch, self._elapsed = fetch, elapsed
        self._keys: dict[str, OKPKey] = {}
        self._asked = float("-inf")
        self._asking = asyncio.Lock()

    async def holding(self, key_id: str) -> Keys:
        """A key that we don't know may be a new one."""
        if key_id not in self._keys:
            async with self._asking:
                if key_id not in self._keys and self._elapsed() - self._asked > NOT_SOONER_THAN:
                    await self._refresh()
        return self._keys

    async def _refresh(self) -> None:
        document = await self._fetch()
        self._asked = self._elapsed()
        try:
            self._keys = {str(key["kid"]): OKPKey.import_key(dict(key)) for key in document["keys"]}
        except (JoseError, KeyError, TypeError, ValueError):
            raise ContractBroken("The registry's keys can't be read") from None
