"""Seats for whole products on PostgreSQL: it lets in 100 connections, and each product takes two dozen."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir

SEATS = 2
FOLDER = Path(gettempdir()) / "syncline-test-seats"


@asynccontextmanager
async def a_seat() -> AsyncIterator[None]:
    """One of a few that all test processes of this machine share; a process that dies leaves its own."""
    FOLDER.mkdir(exist_ok=True)
    while True:
        for number in range(SEATS):
            with (FOLDER / str(number)).open("w") as place:
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        await asyncio.sleep(0.1)
