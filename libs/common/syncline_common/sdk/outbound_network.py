"""Connections leave from here, to addresses that were checked: a name that leads inside is refused, whenever it does."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore2

from syncline_common.errors import NeedsPerson
from syncline_common.sdk.outbound_addresses import is_denied
from syncline_common.sdk.outbound_urls import PORTS

Resolve = Callable[[str], Awaitable[Sequence[str]]]
CONNECT_WITHIN = 10.0  # seconds, unless the request says otherwise
ADDRESSES_TRIED = 4


class AddressRefused(NeedsPerson):
    """The name leads to a private, local or metadata address, and no route allows that."""

    code = "guard_blocked"


async def resolve(host: str) -> Sequence[str]:
    """IPv4 first: hosts without IPv6 would wait for it to fail."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(it[4][0]) for it in sorted(found, key=lambda it: it[0] != socket.AF_INET)))


async def checked_addresses(host: str, resolver: Resolve) -> Sequence[str]:
    """All of them are public, or none is given: of a mixed answer, who knows which one a connection takes."""
    try:
        addresses = await resolver(host)
    except (OSError, UnicodeError):  # the latter of a name that can't be one
        addresses = []
    if not addresses:
        raise httpcore2.ConnectError(f"{host} has no address")
    if any(map(is_denied, addresses)):
        raise AddressRefused("The system's name leads to a private or local address", detail=host)
    return addresses


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Resolves once and connects to just that, so a name that changes its mind in between gains nothing."""

    def __init__(
        self, resolver: Resolve = resolve, inner: httpcore2.AsyncNetworkBackend | None = None
    ) -> None:
        self._resolver, self._inner = resolver, inner or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        if port not in PORTS:
            raise AddressRefused("Only ports 443 and 8443 are open on the way out", detail=f"{host}:{port}")
        try:
            async with asyncio.timeout(timeout or CONNECT_WITHIN):
                return await self._connected(await checked_addresses(host, self._resolver), port)
        except TimeoutError:
            raise httpcore2.ConnectTimeout(f"{host} did not answer") from None

    async def _connected(self, addresses: Sequence[str], port: int) -> httpcore2.AsyncNetworkStream:
        failure: Exception = httpcore2.ConnectError("no address answered")
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                return await self._inner.connect_tcp(address, port, timeout=CONNECT_WITHIN / ADDRESSES_TRIED)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as exc:
                failure = exc
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("A socket of this host is no system", detail=path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
