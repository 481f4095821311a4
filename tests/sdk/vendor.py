"""A vendor on loopback, as rude as need be: it says what it is told to, byte by byte, and remembers what it heard."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from syncline_common.errors import RemoteError
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.exchange import Limits
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.manifest import EndpointClass
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.rates import RateWord

VENDOR = "https://vendor.example"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; the real one takes a while to load
PATIENCE = Limits(connect=5, read=1.5, whole=3, answer=100_000, download=1_000_000)


@dataclass(frozen=True)
class Heard:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Say = Callable[[asyncio.StreamWriter], Awaitable[None]]
Script = Callable[[Heard], bytes | Say]


def answer(status: int = 200, body: Any = b"", **headers: str) -> bytes:
    """`json_=...` aside, a name's underscores are its hyphens."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = {} if isinstance(body, bytes) else {"content-type": "application/json"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {**kind, "content-length": str(len(content)), **given}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + content


@dataclass
class Vendor:
    script: Script = lambda _: answer(200, {})
    heard: list[Heard] = field(default_factory=list)
    port: int = 0
    connections: int = 0

    def says(self, *answers: bytes | Say) -> None:
        """One after the other; the last for ever."""
        queue = list(answers)
        self.script = lambda _: queue.pop(0) if len(queue) > 1 else queue[0]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while heard := await _request(reader):
                self.heard.append(heard)
                said = self.script(heard)
                if isinstance(said, bytes):
                    writer.write(said)
                    await writer.drain()
                else:
                    await said(writer)
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Heard | None:
    first = await reader.readline()
    if not first:
        return None
    method, target, _ = first.decode("latin-1").split(" ", 2)
    headers = dict[str, str]()
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return Heard(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


@asynccontextmanager
async def listening(tls: ssl.SSLContext | None = None) -> AsyncIterator[Vendor]:
    vendor = Vendor()
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0, ssl=tls)
    vendor.port = server.sockets[0].getsockname()[1]
    try:
        yield vendor
    finally:
        server.close()


@dataclass
class Tally:
    """A meter that admits everybody and remembers what it was told."""

    admitted: list[Priority] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    words: list[RateWord] = field(default_factory=list)

    def of(self, endpoints: EndpointClass) -> "Tally":
        return self

    async def admit(self, priority: Priority, credential: Mapping[str, str]) -> None:
        self.admitted.append(priority)

    async def answered(self, error: RemoteError | None, credential: Mapping[str, str]) -> None:
        self.told.append(error.code if error else "ok")

    async def heard(self, word: RateWord) -> None:
        self.words.append(word)


@dataclass
class Way:
    """From a gateway by a route to a vendor."""

    vendor: Vendor
    outbound: Outbound
    tally: Tally = field(default_factory=Tally)
    naps: list[float] = field(default_factory=list)

    def gateway(self, auth: Auth | None = None, limits: Limits = PATIENCE, **more: Any) -> Gateway:
        async def nap(seconds: float) -> None:
            self.naps.append(seconds)

        client = self.outbound.client(VENDOR)
        return Gateway(client, self.tally, auth=auth, kind="vendor", limits=limits, sleep=nap, **more)


async def nowhere(host: str) -> list[str]:
    """No test asks a name server."""
    raise OSError(host)


@asynccontextmanager
async def way_to(vendor: Vendor, **more: Any) -> AsyncIterator[Way]:
    outbound = Outbound({VENDOR: vendor.address}, **{"resolver": nowhere, "tls": NO_TLS, **more})
    try:
        yield Way(vendor, outbound)
    finally:
        await outbound.aclose()
