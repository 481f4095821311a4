"""A simulated vendor on loopback, and the real way to it; only time is the test's: nobody sleeps, and who hangs is given up at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import uvicorn
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdk.vendor import NO_TLS, Tally, nowhere
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.exchange import MIB, Limits
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.outbound import Outbound
from syncline_sandbox.front import application
from syncline_sandbox.serving import hosted
from syncline_sandbox.vendor import Vendor

ELSEWHERE = "https://elsewhere.example"
HANG = 1000.0  # what the vendor waits when it does not answer; nobody waits for it
LIMITS = Limits(connect=20, read=20, whole=20, answer=MIB, download=4 * MIB, download_whole=20)


class Patience:
    """Says that a vendor will not answer, instead of waiting until that is plain."""

    def __init__(self) -> None:
        self._hanging, self._given_up = asyncio.Event(), asyncio.Event()

    async def vendor_waits(self, seconds: float) -> None:
        if seconds >= HANG:
            self._given_up.clear()
            self._hanging.set()
            await self._given_up.wait()

    async def runs_out(self) -> None:
        await self._hanging.wait()

    def give_up(self) -> None:
        self._hanging.clear()
        self._given_up.set()


class Impatient(httpx2.AsyncBaseTransport):
    """As a read time-out, as soon as it is certain."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, patience: Patience) -> None:
        self._inner, self._patience = inner, patience

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = asyncio.ensure_future(self._inner.handle_async_request(request))
        end = asyncio.ensure_future(self._patience.runs_out())
        await asyncio.wait({answer, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if answer.done():
            return answer.result()
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)
        self._patience.give_up()
        raise httpx2.ReadTimeout("it did not answer", request=request)


class Loopback:
    """One place, at which one vendor after the other may be."""

    def __init__(self) -> None:
        self.vendor: Vendor | None = None
        self.port, self.file = 0, b""  # what lies elsewhere
        self._app: ASGIApp | None = None
        self.patience = Patience()
        self._outbounds: list[Outbound] = []
        self.heard_elsewhere: list[str] = []

    def put(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self._app = application(vendor, hang=HANG, slow=1.0, wait=self.patience.vendor_waits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None and self.vendor is not None
        vendor, headers = self.vendor, Headers(scope=scope)
        if headers["host"] == urlsplit(ELSEWHERE).hostname:
            self.heard_elsewhere.append(str(headers.items()))
            await Response(self.file)(scope, receive, send)
            return

        async def dated(message: Message) -> None:
            """Whatever happens to an answer, its date is by the vendor's clock."""
            if message["type"] == "http.response.start":
                date = format_datetime(vendor.clock.now(), usegmt=True).encode()
                others = [it for it in message["headers"] if it[0].lower() != b"date"]
                message["headers"] = [*others, (b"date", date)]
            await send(message)

        await self._app(scope, receive, dated)

    def routes(self, *prefixes: str) -> Mapping[str, str]:
        return dict.fromkeys(prefixes, f"http://127.0.0.1:{self.port}")

    def gateway(
        self, kind: str, address: str, auth: Auth, made: type[Gateway] = Gateway, **more: Any
    ) -> Gateway:
        """`origins` are those of its API, if that lies under others than the address."""
        prefixes = (address, ELSEWHERE, *more.get("origins", ()))
        outbound = Outbound(self.routes(*prefixes), resolver=nowhere, tls=NO_TLS)
        self._outbounds.append(outbound)
        client = outbound.client(*prefixes)
        client._transport = Impatient(client._transport, self.patience)
        given = {"limits": LIMITS, "attempts": 2, "sleep": _not_at_all, **more}
        return made(client, Tally(), auth=auth, kind=kind, **given)

    async def close(self) -> None:
        for outbound in self._outbounds:
            await outbound.aclose()


async def _not_at_all(_seconds: float) -> None:
    return


@asynccontextmanager
async def loopback() -> AsyncIterator[Loopback]:
    place = Loopback()
    config = uvicorn.Config(place, log_level="critical", date_header=False, lifespan="off")
    async with hosted(config) as place.port:
        try:
            yield place
        finally:
            await place.close()
