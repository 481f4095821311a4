"""A queue that a crashed broker brings back, that answers every question, and that delivers nothing."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from backing.private_rabbit import installed, private_rabbit
from syncline_common.bus.rabbit import open_rabbit
from syncline_common.bus.transport import Consumer
from syncline_common.errors import Unavailable
from syncline_common.settings import BusSettings
from syncline_common.testing.transport_contract import Got, a_message, never

KEY = "x.thing.done.v1"


@pytest.mark.timeout(240)
@pytest.mark.skipif(not installed(), reason="LEFT OUT: RabbitMQ is not installed here")
async def test_it_is_deleted_and_rebuilt_and_nothing_is_missing(tmp_path: Path) -> None:
    """Killed right after the declaration, RabbitMQ 3.10 forgets where it keeps the queue."""
    first, second, got = a_message("x"), a_message("x"), Got()
    async with private_rabbit(tmp_path) as node:
        settings = BusSettings(bus_url=SecretStr(node.url), bus_canary_seconds=0.5)
        async with open_rabbit(settings) as bus:
            await bus.declare("other", frozenset())
            await bus.send([first])  # the log is old enough; the queue is not
            await asyncio.sleep(2.5)
            await bus.declare("sync", frozenset({KEY}))
        await node.kill()
        await node.start()
        consumer = Consumer("sync", frozenset({KEY}), got, never)
        async with open_rabbit(settings) as bus, bus.subscribe(consumer) as subscription:
            async with asyncio.timeout(100):
                while not {first.id, second.id} <= set(got.ids):
                    with suppress(Unavailable):
                        await subscription.keep()
                    with suppress(Unavailable):  # no confirm comes while a bound queue is silent
                        await bus.send([second])
                    await asyncio.sleep(0.3)
