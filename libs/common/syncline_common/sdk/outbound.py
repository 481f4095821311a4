"""The way out of a process: every connection to a system is made here, guarded, or by a route that the operator set."""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore2
import httpx2

from syncline_common.sdk.outbound_network import (
    AddressRefused,
    GuardedNetwork,
    Resolve,
    checked_addresses,
    resolve,
)
from syncline_common.sdk.outbound_routes import Route, Routes
from syncline_common.sdk.outbound_urls import blocked, refused, split_url

CONNECTIONS, IDLE_CONNECTIONS, IDLE_SECONDS = 40, 10, 5.0  # of a host
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)


class Outbound:
    """One per process. Systems of one host share connections, so that a host that hangs keeps no other waiting."""

    def __init__(
        self,
        routes: Mapping[str, str] | None = None,
        *,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._routes, self._resolver = Routes.of(routes or {}), resolver
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)
        self._network = network or GuardedNetwork(resolver)
        self._pools: dict[str, Pools] = {}

    def client(self, base: str, *others: str) -> httpx2.AsyncClient:
        """For the system at `base`, which may have APIs under `others`, too."""
        nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # a session is nobody's credential
        return httpx2.AsyncClient(
            base_url=base,
            transport=SystemTransport(self._pools_of(base), self._routes.for_system(base, *others)),
            cookies=nothing,
            trust_env=False,
            timeout=TIMEOUT,
        )

    def is_routed(self, url: str) -> bool:
        return bool(self._routes.for_system(url).routes)

    async def check_url(self, url: str) -> None:
        """When a person names a system: Invalid unless it has a system's shape, GuardBlocked if it leads inside."""
        origin, _ = split_url(url)
        if self.is_routed(url):
            return
        host = httpx2.URL(origin).host
        try:
            await checked_addresses(host, self._resolver)
        except AddressRefused as error:
            raise blocked(error.message) from None
        except httpcore2.ConnectError:
            raise refused("There is no host of this name") from None

    async def aclose(self) -> None:
        for pools in self._pools.values():
            await pools.guarded.aclose()
            await pools.routed.aclose()

    def _pools_of(self, base: str) -> "Pools":
        origin, _ = split_url(base)
        if origin not in self._pools:
            guarded, open_to_routes = self._network, httpcore2.AnyIOBackend()
            self._pools[origin] = Pools(_pool(self._tls, guarded), _pool(self._tls, open_to_routes))
        return self._pools[origin]


@dataclass(frozen=True, slots=True)
class Pools:
    guarded: httpcore2.AsyncConnectionPool
    routed: httpcore2.AsyncConnectionPool


class SystemTransport(httpx2.AsyncBaseTransport):
    """One system's requests; what its routes do not cover has to be https, and passes the guard."""

    def __init__(self, pools: Pools, routes: Routes) -> None:
        self._pools, self._routes = pools, routes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url, pool = request.url, self._pools.guarded
        route = self._routes.find(_origin(url), url.path)
        extensions = dict(request.extensions)
        if route is not None:
            pool, extensions["sni_hostname"] = self._pools.routed, url.host
        elif url.scheme != "https":
            raise AddressRefused("Only https leaves", detail=url.host)
        asked = httpcore2.Request(
            request.method,
            _destination(url, route),
            headers=request.headers.raw,
            content=request.stream,
            extensions=extensions,
        )
        try:
            answer = await pool.handle_async_request(asked)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as exc:
            raise translated(exc) from exc
        assert isinstance(answer.stream, AsyncIterable)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=Body(answer), extensions=answer.extensions
        )


class Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.aiter_stream():
                yield part
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as exc:
            raise translated(exc) from exc

    async def aclose(self) -> None:
        await self._answer.aclose()


def translated(exc: Exception) -> httpx2.TransportError:
    """The client and its core have the same errors under the same names."""
    kind = getattr(httpx2, type(exc).__name__, httpx2.TransportError)
    assert issubclass(kind, httpx2.TransportError)
    return kind(str(exc))


def _pool(tls: ssl.SSLContext, network: httpcore2.AsyncNetworkBackend) -> httpcore2.AsyncConnectionPool:
    return httpcore2.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=CONNECTIONS,
        max_keepalive_connections=IDLE_CONNECTIONS,
        keepalive_expiry=IDLE_SECONDS,
        network_backend=network,
    )


def _origin(url: httpx2.URL) -> str:
    port = f":{url.port}" if url.port not in (None, 443) else ""
    return f"{url.scheme}://{url.host}{port}"


def _destination(url: httpx2.URL, route: Route | None) -> httpcore2.URL:
    if route is None:
        return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore2.URL(
        scheme=route.scheme.encode(), host=route.host.encode(), port=route.port, target=url.raw_path
    )
