"""Requests a second through the gateway, beside the bare HTTP client, to the same small server on loopback."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import httpx2

from benchmarks import REPOSITORY
from benchmarks.figure import Line, Measure, alternate, column
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.gate import Budget, Grant
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.outbound import Outbound

VENDOR = "https://vendor.example"
IN_FLIGHT = (1, 16)
BODY = b'{"id": 1, "title": "Printer on fire", "state": "New"}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)
Ask = Callable[[], Awaitable[object]]


class OpenGate:
    """Grants whatever is asked: what is measured is the way out, not a budget."""

    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        return Grant(chunk, 60.0)

    async def slow_down(self, budget: Budget, retry_after: float) -> None: ...

    async def resize(self, budget: Budget, limit: int) -> None: ...

    async def observe(self, budget: Budget, ok: bool) -> None: ...

    async def refuse(self, budget: Budget, name: str) -> None: ...


async def measure(quick: bool) -> Sequence[Line]:
    count = 1_000 if quick else 4_000
    lines = []
    async with server() as address:
        outbound = Outbound({VENDOR: address})
        meter = Meter(OpenGate(), Budget("x", 1_000_000, 1.0), time.monotonic)
        gateway = Gateway(outbound.client(VENDOR), meter, auth=bearer("some-token"), kind="vendor")
        async with httpx2.AsyncClient(base_url=address, trust_env=False) as bare:
            for clients in IN_FLIGHT:
                ours, peer = await alternate(
                    3,
                    rate(lambda: gateway.get("/things"), clients, count),
                    rate(lambda: _bare(bare), clients, count),
                )
                what = f"gateway beside bare httpx2, {clients} in flight"
                lines.append(Line(what, "requests/s", column(ours, 0), column(peer, 0)))
        await outbound.aclose()
    return lines


async def _bare(client: httpx2.AsyncClient) -> object:
    return (await client.get("/things")).json()


def rate(ask: Ask, clients: int, count: int) -> Measure:
    async def one(times: int) -> None:
        for _ in range(times):
            await ask()

    async def run() -> Sequence[float]:
        began = time.perf_counter()
        await asyncio.gather(*(one(count // clients) for _ in range(clients)))
        return [count // clients * clients / (time.perf_counter() - began)]

    return run


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """In a process of its own, until its input ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.gateway"), cwd=REPOSITORY, stdin=pipe, stdout=pipe
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


class Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(ANSWER * data.count(b"\r\n\r\n"))


async def main() -> None:
    listening = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
