"""Four processes on one budget in PostgreSQL, judged by the vendor's own counting."""

import asyncio

import pytest

from conftest import ON_POSTGRES
from gate.takers import PROCESSES, forbid_all, taking, until_used, vendor
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_common.sdk.gate import Budget
from syncline_common.settings import DatabaseSettings
from syncline_sandbox.serving import served
from syncline_sync_worker.app import SERVICE

LIMIT, PER = 22, 10.0
SHARE = Budget("town", LIMIT, PER).mine
ON_THE_WAY = PROCESSES  # requests: one of each may begin in one window, come late, and be counted in the next
GUARD = 240.0


@pytest.fixture
def service() -> Service:
    return SERVICE


@ON_POSTGRES
@pytest.mark.timeout(300)
async def test_they_keep_a_limit_use_it_and_stop_together(
    db: Database, database_settings: DatabaseSettings
) -> None:
    made = vendor(LIMIT + ON_THE_WAY, PER)
    assert database_settings.database_url is not None
    url = database_settings.database_url.get_secret_value()
    async with served(made) as address, taking(url, address, LIMIT, PER) as them, asyncio.timeout(GUARD):
        await until_used(made, -(-SHARE * 95 // 100))
        kept, well = made.budget.most, {it.status for it in made.ledger.requests if it.status}
        forbid_all(made)
        said = [(await it.communicate())[0].decode().splitlines()[-1].split() for it in them]
    assert kept <= SHARE + ON_THE_WAY and well == {200}
    assert [it[1] for it in said] == ["held"] * PROCESSES
    assert sum(int(it[0]) > 0 for it in said) > 1, "more than one had its turn"
    refused = [it for it in made.ledger.requests if it.status == 429]
    assert 1 <= len(refused) <= PROCESSES, "who had a token in hand, and nobody after that"
