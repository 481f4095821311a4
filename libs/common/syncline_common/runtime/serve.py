"""Answers HTTP on one port for as long as it is entered."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp


class Server(uvicorn.Server):
    """Signals are the process's business, not the server's: there may be two in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket, *, drain_seconds: float = 20.0, trusted: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """Yields the base URL."""
    grace = max(1, round(drain_seconds))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        forwarded_allow_ips=trusted,
        timeout_graceful_shutdown=grace,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.005)
        yield url_of(listener)
    finally:
        server.should_exit = True
        await task


def listen(bind: str, port: int) -> socket.socket:
    """Port 0 takes a free one.

    Connections inherit TCP_NODELAY: asyncio sets it only on sockets that name their protocol, and `create_server`'s
    don't. Without it each answer's body waits 40 ms for the acknowledgement of its head.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        listener = socket.create_server((bind, port), family=family, backlog=2048)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as exc:
        why = f"Can't listen on {bind}, port {port}: {exc.strerror}."
        raise SystemExit(f"{why} Choose another with SYNCLINE_PORT (`make run PORT=8090`).") from None


def url_of(listener: socket.socket) -> str:
    bind, port = listener.getsockname()[:2]
    return f"http://{_host(bind)}:{port}"


def _host(bind: str) -> str:
    """An address that can be called."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, bind)
    return f"[{named}]" if ":" in named and not named.startswith("[") else named
