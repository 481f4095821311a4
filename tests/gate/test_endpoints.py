"""Endpoints that are counted apart, by the stored gate: one count for all processes, beside that of all requests."""

import time

import pytest

from syncline_common.db.tx import Database
from syncline_common.errors import RateLimited
from syncline_common.runtime.service import Service
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.manifest import EndpointClass
from syncline_common.sdk.meter import Meter
from syncline_sync_worker.app import SERVICE
from syncline_sync_worker.store.gate_store import StoredGate

ONE_A_DAY = EndpointClass("exports", ("/exports/",), 2, 86_400)  # the other one is the probes'
LONGEST = "x" * 180  # a key, as the worker cuts them


@pytest.fixture
def service() -> Service:
    return SERVICE


async def test_what_one_process_took_another_does_not_get(db: Database) -> None:
    one, other = (Meter(StoredGate(db), Budget(LONGEST, 1_000_000, 1.0), time.monotonic) for _ in range(2))
    await one.of(ONE_A_DAY).admit(Priority.USER, {})
    with pytest.raises(RateLimited):
        await other.of(ONE_A_DAY).admit(Priority.USER, {})
    await other.admit(Priority.USER, {})
