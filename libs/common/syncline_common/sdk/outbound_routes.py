"""Routes: where the operator sends the traffic of single systems, such as a sandbox or an on-premises host."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from syncline_common.errors import Invalid
from syncline_common.sdk.outbound_urls import split_url

ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:(?P<port>\d{1,5}))?/?", re.I
)
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Route:
    """What begins with `origin` and `path` goes to `host`; the URL, the Host header and the certificate's name stay."""

    origin: str
    path: str
    scheme: str
    host: str
    port: int

    def covers(self, origin: str, path: str) -> bool:
        return origin == self.origin and f"{path}/".startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Routes:
    """The longest prefix first."""

    routes: tuple[Route, ...] = ()

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        routes = [_route(prefix, address) for prefix, address in settings.items()]
        return cls(tuple(sorted(routes, key=lambda route: len(route.path), reverse=True)))

    def for_system(self, *roots: str) -> "Routes":
        """Those of one system, by the URLs under which it lives. Another system does not come by them."""
        found = [self.find(*split_url(root)) for root in roots]
        return Routes(tuple(route for route in dict.fromkeys(found) if route))

    def find(self, origin: str, path: str) -> Route | None:
        return next((route for route in self.routes if route.covers(origin, path)), None)


def _route(prefix: str, address: str) -> Route:
    origin, path = split_url(prefix)
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise Invalid("A route leads to a scheme, a host and a port", detail=prefix)
    scheme = found["scheme"].lower()
    return Route(
        origin,
        path.rstrip("/"),
        scheme,
        found["host"].strip("[]").lower(),
        int(found["port"] or PORTS[scheme]),
    )
