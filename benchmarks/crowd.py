"""A crowd of clients on keep-alive connections of their own, each asking the next as soon as it was answered."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.figure import Measure

FIGURES = ("requests/s", "p50 ms", "p99 ms")


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes = b""


Ask = Callable[[int, int], Request]  # what a client asks next: its number, and how often it has asked


def crowd(url: str, token: str, clients: int, count: int, ask: Ask) -> Measure:
    """`count` requests together; one that is refused makes the whole run void."""

    async def run() -> Sequence[float]:
        times = list[float]()
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for client in range(clients):
                group.create_task(_one(url, token, client, count // clients, ask, times))
        took = time.perf_counter() - began
        return [len(times) / took, *(_share(sorted(times), part) * 1000 for part in (0.5, 0.99))]

    return run


async def _one(url: str, token: str, client: int, count: int, ask: Ask, times: list[float]) -> None:
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port, limit=1 << 22)
    try:
        for turn in range(count):
            asked = ask(client, turn)
            head = (
                f"{asked.method} {asked.path} HTTP/1.1\r\nhost: {at.netloc}\r\nauthorization: Bearer {token}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(asked.body)}\r\n\r\n"
            )
            began = time.perf_counter()
            writer.write(head.encode() + asked.body)
            await _answered(reader)
            times.append(time.perf_counter() - began)
    finally:
        writer.close()


async def _answered(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(it for it in head.lower().split(b"\r\n") if it.startswith(b"content-length:"))
    body = await reader.readexactly(int(length.partition(b":")[2]))
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(f"{head.decode()}{body.decode()}")


def _share(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
