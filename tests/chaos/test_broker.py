"""The broker stopped, one of its queues deleted, and a flood; `make soak SUITE=broker` does it for longer."""

import pytest

from backing import private_rabbit
from chaos.broker import deleted_queue, outage
from chaos.flood import flood
from chaos.verdict import Verdict
from conftest import BOTH_MODES, needs_postgres, needs_rabbit

pytestmark = pytest.mark.timeout(400)
needs_private_rabbit = pytest.mark.skipif(
    not private_rabbit.installed(), reason="LEFT OUT: RabbitMQ is not installed here"
)


def assert_kept(verdict: Verdict) -> None:
    assert verdict.broken == [], "\n".join(verdict.broken)


@needs_postgres
@needs_private_rabbit
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_broker_outage_loses_nothing_and_turns_nobody_away(how: str) -> None:
    verdict = await outage(1, how=how, seconds=6)
    assert_kept(verdict)
    assert verdict.events > 0


@needs_postgres
@needs_rabbit
async def test_a_queue_deleted_under_its_consumer_is_rebuilt_and_nothing_is_missing() -> None:
    verdict = await deleted_queue(1)
    assert_kept(verdict)
    assert verdict.events > 0


@pytest.mark.parametrize("mode", BOTH_MODES)
async def test_a_flood_is_applied_in_order_and_in_the_same_memory(mode: str) -> None:
    verdict = await flood(mode, 1, first=3_000, then=10_000)
    assert_kept(verdict)
    assert verdict.events == 13_000
