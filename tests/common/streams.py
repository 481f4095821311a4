"""Reading server-sent events as a client does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx2

WITHIN = 45.0  # seconds


@dataclass(frozen=True, slots=True)
class Sent:
    event: str
    id: str | None
    data: str


class Stream:
    """Comments are left out; `next` waits for the next event."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.headers = answer.headers
        self._answer, self._came = answer, asyncio.Queue[Sent | None]()

    async def pump(self) -> None:
        fields: dict[str, str] = {}
        with suppress(httpx2.HTTPError):
            async for line in self._answer.aiter_lines():
                name, _, value = line.partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    self._came.put_nowait(Sent(fields["event"], fields.get("id"), fields["data"]))
                    fields = {}
        self._came.put_nowait(None)

    async def next(self) -> Sent:
        async with asyncio.timeout(WITHIN):
            sent = await self._came.get()
        assert sent is not None, "the stream has ended"
        return sent

    async def ended(self) -> bool:
        async with asyncio.timeout(WITHIN):
            return await self._came.get() is None

    @property
    def waiting(self) -> int:
        return self._came.qsize()


@asynccontextmanager
async def reading(url: str, headers: dict[str, str]) -> AsyncIterator[Stream]:
    """Entered once the answer has begun, so nothing that happens from then on is missed."""
    async with (
        httpx2.AsyncClient(timeout=WITHIN, trust_env=False) as http,
        http.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = Stream(answer)
        pumping = asyncio.create_task(stream.pump())
        try:
            yield stream
        finally:
            pumping.cancel()
            await asyncio.gather(pumping, return_exceptions=True)
