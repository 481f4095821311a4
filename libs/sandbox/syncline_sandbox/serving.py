"""A simulated vendor on a port of its own, by its own clock."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn

from syncline_sandbox.front import Post, application
from syncline_sandbox.vendor import Vendor

HOST = "127.0.0.1"


class _Brief(uvicorn.Server):
    """Ends when it is told to, not up to a tenth of a second later: a test has it for less than that."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._over = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._over.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._over.set()

    def cut_off(self) -> None:
        self.should_exit = self.force_exit = True
        self._over.set()


def configured(
    vendor: Vendor,
    post: Post | None = None,
    *,
    port: int = 0,
    hang: float = 60.0,
    slow: float = 5.0,
    log_level: str = "warning",
) -> uvicorn.Config:
    app = application(vendor, post, hang=hang, slow=slow, dated=True)
    return uvicorn.Config(app, host=HOST, port=port, log_level=log_level, date_header=False)


@asynccontextmanager
async def served(
    vendor: Vendor, post: Post | None = None, *, hang: float = 60.0, slow: float = 5.0
) -> AsyncIterator[str]:
    """Its address, for as long as the block lasts; connections that are still open then are cut off."""
    server = _Brief(configured(vendor, post, hang=hang, slow=slow, log_level="critical"))
    listening = socket.create_server((HOST, 0))  # who calls before it is up waits in its queue
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited; else each body waits 40 ms
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield f"http://{HOST}:{listening.getsockname()[1]}"
    finally:
        server.cut_off()
        await running
