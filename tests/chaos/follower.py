"""A client of the event stream that goes on where it was, through every restart."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import httpx2

from chaos.place import TOKEN

PATH = "/sync/v1/events/stream"
SILENCE = 40.0  # seconds; a comment comes every 15


class Follower:
    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self.seen: list[tuple[int, UUID]] = []  # position, event
        self.faults: list[str] = []
        self.connections = 0

    @property
    def last(self) -> int:
        return self.seen[-1][0] if self.seen else 0

    async def run(self) -> None:
        """Until cancelled."""
        timeout = httpx2.Timeout(10, read=SILENCE)
        async with httpx2.AsyncClient(timeout=timeout) as http:
            while True:
                url = self._urls[self.connections % len(self._urls)]
                self.connections += 1
                try:
                    await self._follow(http, url)
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)

    async def _follow(self, http: httpx2.AsyncClient, url: str) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": str(self.last)}
        async with http.stream("GET", f"{url}{PATH}", headers=headers) as answer:
            if answer.status_code == 503:
                await asyncio.sleep(0.2)
                return
            if answer.status_code != 200:
                self.faults.append(f"the stream answered {answer.status_code}")
                await asyncio.sleep(0.5)
                return
            async for event in _events(answer):
                self._take(event)

    def _take(self, event: dict[str, str]) -> None:
        if event["event"] == "syncline.stream.gap":
            self.faults.append(f"a gap was announced after {self.last}")
        else:
            self.seen.append((int(event["id"]), UUID(json.loads(event["data"])["id"])))


async def _events(answer: httpx2.Response) -> AsyncIterator[dict[str, str]]:
    """Whole ones: what the end of the connection cut off is not an event."""
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line and event:
            yield event
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(":")
            event[name] = value.removeprefix(" ")
