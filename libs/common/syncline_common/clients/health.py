"""Asking our own services how they are."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from syncline_common.clients.peers import Peers

WITHIN = 6.0  # seconds


@dataclass(frozen=True, slots=True)
class Health:
    status: str  # ok, degraded, unready or away
    facts: Mapping[str, Any]


class HealthClient:
    def __init__(self, http: httpx2.AsyncClient, peers: Peers) -> None:
        self._http, self._peers = http, peers

    async def all(self) -> dict[str, Health]:
        found = await asyncio.gather(*(self.of(name) for name in self._peers.urls))
        return dict(zip(self._peers.urls, found, strict=True))

    async def of(self, service: str) -> Health:
        try:
            answer = await self._http.get(f"{self._peers.urls[service]}/{service}/readyz", timeout=WITHIN)
            facts = answer.json()
            return Health(str(facts["status"]), facts)
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            return Health("away", {})
