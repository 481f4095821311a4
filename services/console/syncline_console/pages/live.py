"""What is live, through the console: that something changed is passed on, what it is now is asked for again."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from syncline_common.errors import Retryable
from syncline_console.client.line import Call, Lines, Refused
from syncline_console.own import Own, home_of
from syncline_console.pages.visitor import BySignedIn

router = APIRouter(prefix="/networks/{network_id}", include_in_schema=False)
CHANGED, ALIVE = "event: changed\ndata: \n\n", ": alive\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/live/stream")
async def follow_network(request: Request, visitor: BySignedIn, network_id: UUID) -> StreamingResponse:
    """Connections of a network that are built, published, paused, and runs that end."""
    call, needle = await visitor.line.stream("/sync/v1/events/stream"), f'"networkid":"{network_id}"'
    return _answer(request, call, lambda line: line.startswith("data:") and needle in line)


@router.get("/connections/{connection_id}/build/stream")
async def follow_build(
    request: Request, visitor: BySignedIn, network_id: UUID, connection_id: UUID
) -> StreamingResponse:
    call = await visitor.line.stream(f"/connections/v1/connections/{connection_id}/build/stream")
    return _answer(request, call, lambda line: line.startswith("data:"))


def _answer(request: Request, call: Call, tells: Callable[[str], bool]) -> StreamingResponse:
    lines = passed_on(Own.of(request).lines, call, tells)
    return StreamingResponse(_until_closing(request, lines), media_type="text/event-stream", headers=HEADERS)


async def passed_on(lines: Lines, call: Call, tells: Callable[[str], bool]) -> AsyncGenerator[str]:
    """Ends when the service does, or turns us away; the browser comes back, then by a page that says why."""
    yield ALIVE
    with suppress(Retryable, Refused):
        async with lines.lines_of(call) as coming:
            async for line in coming:
                if tells(line):
                    yield CHANGED
                elif line.startswith(":"):
                    yield ALIVE


async def _until_closing(request: Request, parts: AsyncGenerator[str]) -> AsyncIterator[str]:
    """A stream must not hold the door open for a process that was asked to stop, nor outlive its reader."""
    home, asked = home_of(request), asyncio.Event()
    with home.database.bells.hang("closing", asked.set):
        closing = asyncio.create_task(asked.wait())
        coming: asyncio.Task[str | None] | None = None
        try:
            while not home.closing:
                coming = asyncio.create_task(_next(parts))
                await asyncio.wait({coming, closing}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done() or (part := coming.result()) is None:
                    return
                yield part
        finally:
            await _ended(closing, coming)
            await parts.aclose()


async def _next(parts: AsyncGenerator[str]) -> str | None:
    return await anext(parts, None)


async def _ended(*tasks: asyncio.Task[Any] | None) -> None:
    left = {it for it in tasks if it is not None and not it.done()}
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left)
