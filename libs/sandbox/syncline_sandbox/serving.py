"""A simulated vendor on a port of its own, by its own clock."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn

from syncline_sandbox.every import EVERY
from syncline_sandbox.front import Post, application
from syncline_sandbox.keeping import Keep, kept_before_answers
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


def routes(**urls: str) -> dict[str, str]:
    """Whatever connectors call of the kinds named, people and their pictures included."""
    return {prefix: url for kind, url in urls.items() for prefix in EVERY[kind].prefixes}


@asynccontextmanager
async def served(
    vendor: Vendor,
    post: Post | None = None,
    *,
    port: int = 0,
    keep: Keep | None = None,
    hang: float = 60.0,
    slow: float = 5.0,
) -> AsyncIterator[str]:
    """Its address, for as long as the block lasts.

    `keep` puts away what the vendor holds: after each call that may have changed it, before its answer.
    """
    config = configured(vendor, post, hang=hang, slow=slow, log_level="critical")
    if keep is not None:
        config.app = kept_before_answers(config.app, vendor, keep)
    async with hosted(config, port) as taken:
        yield f"http://{HOST}:{taken}"


@asynccontextmanager
async def hosted(config: uvicorn.Config, port: int = 0) -> AsyncIterator[int]:
    """Its port, for as long as the block lasts; connections that are still open then are cut off."""
    server = _Brief(config)
    listening = _listening(port)  # who calls before it is up waits in its queue
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited; else each body waits 40 ms
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.cut_off()
        await running


def _listening(port: int) -> socket.socket:
    """There if it is free, else anywhere: addresses of systems don't change by it, routes do."""
    try:
        return socket.create_server((HOST, port))
    except OSError:
        return socket.create_server((HOST, 0))
