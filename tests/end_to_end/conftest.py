"""What tests of the worker between two simulated vendors begin with, unless they say otherwise."""

from collections.abc import AsyncIterator

import pytest

from end_to_end.in_step import InStep, document, in_step
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_sync_worker.app import SERVICE


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
async def here(db: Database) -> AsyncIterator[InStep]:
    async with in_step(db, document()) as made:
        yield made
