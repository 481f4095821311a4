"""The vendor on the network: one door for every call, where latency and faults happen and the ledger is kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import format_datetime
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncline_sandbox import misbehaviour
from syncline_sandbox.by_hand import page_routes
from syncline_sandbox.calls import Answer, Call, call_of
from syncline_sandbox.control import control_routes
from syncline_sandbox.deliveries import Delivery
from syncline_sandbox.faults import WITHOUT_EFFECT, Fault
from syncline_sandbox.ledger import Request as Noted
from syncline_sandbox.vendor import Vendor

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Post = Callable[[Delivery], Awaitable[int | None]]
Wait = Callable[[float], Awaitable[object]]


class Front:
    """`hang` is how long a call without an answer takes, `slow` how long a slow one.

    `dated`: answers bear the vendor's own time, so that the server must not add its own.
    """

    def __init__(self, vendor: Vendor, *, hang: float, slow: float, dated: bool, wait: Wait) -> None:
        self._vendor, self._hang, self._slow, self._dated, self._wait = vendor, hang, slow, dated, wait
        self._last: dict[tuple[str, str], Answer] = {}  # by method and path, for the page that comes again

    async def __call__(self, request: Request) -> Response:
        target = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
        call = call_of(
            request.method, self._vendor.address, target, dict(request.headers), await request.body()
        )
        operation = self._vendor.operation_of(call)
        noted = self._vendor.ledger.asked(self._vendor.clock.now(), operation, call.method, target)
        noted.within = tuple(self._vendor.operation_of(it) for it in self._vendor.within(call))
        fault = self._vendor.faults.take(operation)
        noted.fault = fault
        await asyncio.sleep(self._vendor.latency_random.uniform(*self._vendor.latency))
        response = await self._respond(call, operation, fault, noted)
        noted.status = response.status_code
        return response

    async def _respond(self, call: Call, operation: str, fault: Fault | None, noted: Noted) -> Response:
        if fault in WITHOUT_EFFECT:
            return await self._refuse(call, fault)
        answer, delay = self._serve(call, noted)
        await self._wait(delay + (self._slow if fault is Fault.SLOW else 0.0))
        if fault is Fault.SAME_PAGE:
            answer = self._last.get((call.method, call.path), answer)
        if answer.status < 300:
            self._last[call.method, call.path] = answer
        if fault is Fault.HANG_AFTER:
            return await self._no_answer()
        if fault is Fault.ERROR_AFTER:
            answer = self._vendor.unavailable()
        return misbehaviour.response(answer.also(self._date()), fault)

    async def _refuse(self, call: Call, fault: Fault | None) -> Response:
        if fault is Fault.HANG_BEFORE:
            return await self._no_answer()
        if fault is Fault.REDIRECT_LOOP:
            query = f"?{urlencode(call.query)}" if call.query else ""
            return Response(status_code=302, headers={"Location": quote(call.path) + query})
        if fault is Fault.HTML:
            return misbehaviour.page()
        refusals = {
            Fault.ECHO: lambda: misbehaviour.echo(call),
            Fault.REVOKED: lambda: self._vendor.reject(call),
            Fault.RATE_LIMITED: self._vendor.limited_now,
        }
        refuse = refusals.get(fault, self._vendor.unavailable) if fault else self._vendor.unavailable
        return misbehaviour.response(refuse(), None)

    def _serve(self, call: Call, noted: Noted) -> tuple[Answer, float]:
        """Without a pause, so that whatever happens here is this request's doing."""
        ledger = self._vendor.ledger
        ledger.current = noted
        try:
            return self._vendor.answer(call)
        finally:
            ledger.current = None

    def _date(self) -> dict[str, str]:
        return {"Date": format_datetime(self._vendor.clock.now(), usegmt=True)} if self._dated else {}

    async def _no_answer(self) -> Response:
        """A client that waits longer than this is told so by whatever stands before the vendor."""
        await self._wait(self._hang)
        return Response(status_code=504)


async def deliver(vendor: Vendor, post: Post) -> int:
    due = vendor.deliveries.take_due(vendor.clock.now())
    for delivery in due:
        vendor.delivered(delivery, await post(delivery))
    return len(due)


def application(
    vendor: Vendor,
    post: Post | None = None,
    *,
    hang: float = 60.0,
    slow: float = 5.0,
    wait: Wait = asyncio.sleep,
    dated: bool = False,
) -> Starlette:
    stopped = asyncio.Event()

    async def deliver_until_stopped(post: Post) -> None:
        while not stopped.is_set():
            await deliver(vendor, post)
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        delivering = asyncio.create_task(deliver_until_stopped(post)) if post else None
        yield
        stopped.set()
        if delivering:
            await delivering

    front = Front(vendor, hang=hang, slow=slow, dated=dated, wait=wait)

    async def any_call(request: Request) -> Response:
        return await front(request)

    routes = [*page_routes(vendor), *control_routes(vendor), Route("/{path:path}", any_call, methods=METHODS)]
    return Starlette(routes=routes, lifespan=lifespan)
