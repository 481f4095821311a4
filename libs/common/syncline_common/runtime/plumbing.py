"""What every service has: a database, and the loops that carry its events out and in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

from syncline_common.audit.chain import Anchor
from syncline_common.audit.log import BELL
from syncline_common.audit.seal import seal_once
from syncline_common.bus.inbox import apply_inbox_once, newest_in_inbox, store_in_inbox
from syncline_common.bus.relay import relay_once
from syncline_common.bus.transport import Consumer
from syncline_common.clock import since_boot
from syncline_common.db.doorbell import PostgresDoorbell
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.leases import Lease
from syncline_common.db.retention import COMMON, forget_once
from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_common.runtime.service import Platform, Service
from syncline_common.runtime.supervisor import Loop


@asynccontextmanager
async def opened_database(platform: Platform, service: Service) -> AsyncIterator[Database]:
    engine = open_engine(platform.database, service.name)
    try:
        yield open_database(engine, service.metadata)
    finally:
        await engine.dispose()


@asynccontextmanager
async def plumbing(platform: Platform, service: Service, db: Database) -> AsyncIterator[Sequence[Loop]]:
    """Relay and inbox run in one process at a time, which keeps the order of events."""
    async with AsyncExitStack() as stack:
        relay = Loop("relay", partial(relay_once, db, platform.transport))
        inbox = Loop("inbox", partial(apply_inbox_once, db, service.events))
        forget = Loop("forget", partial(forget_once, db, (*COMMON, *service.keeps)), every=60)
        seal = Loop("seal", partial(seal_once, db, Anchor(service.name, platform.audit_key)))
        for loop in (relay, inbox, forget, seal):
            lease = _lease(platform, db, loop.name)
            loop.alone = lease.held
            stack.push_async_callback(_given_back, lease)
        stack.enter_context(db.bells.hang("outbox", relay.bell.set))
        stack.enter_context(db.bells.hang("inbox", inbox.bell.set))
        stack.enter_context(db.bells.hang(BELL, seal.bell.set))
        loops = [relay, inbox, forget, seal]
        if not db.one_process:
            loops.append(await _doorbell(platform, service, db, stack))
        if service.events.routing_keys:
            loops.append(await _consumer(platform, service, db, stack))
        yield loops


async def _doorbell(platform: Platform, service: Service, db: Database, stack: AsyncExitStack) -> Loop:
    doorbell = PostgresDoorbell(platform.database, service.name, db.bells)
    stack.push_async_callback(doorbell.close)
    return Loop("doorbell", doorbell.turn, every=5, bell=doorbell.bell)


async def _consumer(platform: Platform, service: Service, db: Database, stack: AsyncExitStack) -> Loop:
    consumer = Consumer(
        service.name, service.events.routing_keys, partial(store_in_inbox, db), partial(newest_in_inbox, db)
    )
    subscription = await stack.enter_async_context(platform.transport.subscribe(consumer))
    return Loop("consumer", subscription.keep, every=platform.bus.bus_canary_seconds, bell=subscription.bell)


def _lease(platform: Platform, db: Database, name: str) -> Lease:
    process = platform.process
    return Lease(db, name, owner=process.instance, seconds=process.lease_seconds, elapsed=since_boot)


async def _given_back(lease: Lease) -> None:
    """Best effort on the way out: if the database is away, the lease ends by itself."""
    with suppress(Unavailable):
        await lease.give_back()
