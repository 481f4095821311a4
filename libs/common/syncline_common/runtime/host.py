"""Runs services: opens each, keeps its loops, and drains all of them when the process is asked to stop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from syncline_common.api.application import Application, create_application
from syncline_common.api.audit import audit_routes
from syncline_common.api.limits import Allowance
from syncline_common.api.parked import parked_routes
from syncline_common.errors import Unavailable
from syncline_common.runtime.callers import callers
from syncline_common.runtime.plumbing import opened_database, plumbing
from syncline_common.runtime.readiness import Readiness
from syncline_common.runtime.service import Home, Platform, Service
from syncline_common.runtime.supervisor import Supervisor, finish


@dataclass(slots=True)
class Hosted:
    """A service that runs. `wind_down` comes first on the way out, or streams would hold the door open."""

    app: Application
    home: Home
    supervisor: Supervisor

    def wind_down(self) -> None:
        """Streams end and loops begin no new turn; requests that are under way may still finish."""
        self.home.closing = True
        self.supervisor.drain()
        self.home.database.bells.ring_all()


@asynccontextmanager
async def host(
    services: Sequence[Service], platform: Platform, *, headless: bool = False
) -> AsyncIterator[dict[str, Hosted]]:
    """Open every service; on the way out, in reverse order, let every loop finish its turn.

    Headless: its loops, and over HTTP its health only.
    """
    async with AsyncExitStack() as stack:
        hosted = {}
        for service in services:
            hosted[service.name] = await stack.enter_async_context(_hosted(service, platform, headless))
        yield hosted


@asynccontextmanager
async def _hosted(service: Service, platform: Platform, headless: bool) -> AsyncIterator[Hosted]:
    async with opened_database(platform, service) as db, plumbing(platform, service, db) as own:
        tokens, watch = callers(platform, db)
        home = Home(platform, db, tokens)
        home.own = service.own(home)
        if service.first is not None:
            with suppress(Unavailable):  # it starts even so, and says that it isn't ready
                await service.first(home)
        elapsed = asyncio.get_running_loop().time
        loops = [*own, watch, *service.loops(home)]
        supervisor = Supervisor(service.name, loops, elapsed)
        allowance = Allowance(platform.serve.rate_per_second, platform.serve.rate_burst, elapsed)
        app = application_of(service, allowance, headless=headless)
        app.state.home, app.state.health = home, Readiness(service, home, supervisor)
        with ExitStack() as bells:
            bells.enter_context(db.bells.hang(watch.name, watch.bell.set))
            for it in loops:
                if it.hears is not None:
                    bells.enter_context(db.bells.hang(it.hears, it.bell.set))
            async with _kept(supervisor, platform.serve.drain_seconds):
                yield Hosted(app, home, supervisor)


def application_of(
    service: Service, allowance: Allowance | None = None, *, headless: bool = False
) -> Application:
    routers = [] if headless else [*service.routers, parked_routes(service.name), audit_routes(service.name)]
    return create_application(
        service.name, service.title, service.description, routers, service.body_caps, allowance
    )


@asynccontextmanager
async def _kept(supervisor: Supervisor, drain_seconds: float) -> AsyncIterator[None]:
    task = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        supervisor.drain()
        await finish(task, drain_seconds - supervisor.draining_for())
