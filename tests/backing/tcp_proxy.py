"""Stands between a client and a server on loopback, and is the network: it can fall silent, refuse, or break off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from backing import LOOPBACK, free_port

PIECE = 65_536


class TcpProxy:
    """On a port of its own, always the same one."""

    def __init__(self, behind: int) -> None:
        self.port, self._behind = free_port(), behind
        self._flows = asyncio.Event()
        self._flows.set()
        self._refuses = False
        self._open: set[asyncio.Task[None]] = set()
        self.connections = 0

    def silence(self) -> None:
        """Connections stay open, and nothing arrives; what was sent meanwhile does so once it is healed."""
        self._flows.clear()

    def refuse(self) -> None:
        """Those who are connected are broken off, and so is everybody who comes."""
        self._refuses = True
        self.break_off()

    def heal(self) -> None:
        self._refuses = False
        self._flows.set()

    def break_off(self) -> None:
        """Every connection, whatever is on its way; new ones are let through."""
        for task in self._open:
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if not self._refuses:
                await self._flows.wait()
                await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # told below, by breaking off
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection(LOOPBACK, self._behind)
        self.connections += 1
        ways = [
            asyncio.create_task(self._pass(reader, to_there)),
            asyncio.create_task(self._pass(there, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            to_there.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(PIECE):
                await self._flows.wait()
                sink.write(piece)
                await sink.drain()


@asynccontextmanager
async def tcp_proxy(url: str) -> AsyncIterator[TcpProxy]:
    """In front of what is served there; the port has to be told."""
    port = urlsplit(url).port
    assert port is not None, f"{url} does not tell its port"
    proxy = TcpProxy(port)
    server = await asyncio.start_server(proxy.serve, LOOPBACK, proxy.port)
    try:
        yield proxy
    finally:
        server.close()
        proxy.heal()
        proxy.break_off()
        await server.wait_closed()


def through(url: str, proxy: TcpProxy) -> str:
    """The same address, by way of it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{proxy.port}")).geturl()
