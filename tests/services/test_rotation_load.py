"""Nobody notices a rotation: readers and writers go on, in this process and in others.

SYNCLINE_TEST_SECRETS=100000 makes it a long one; `-s` shows the figures.
"""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.load import Crowd, fill
from services.secrets_kept import another, rotation, to_its_end
from services.vaults import key_file, vault_of
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings
from syncline_registry.app import SERVICE
from syncline_registry.sealing.key_file import read_keys

SECRETS = int(os.environ.get("SYNCLINE_TEST_SECRETS", "2000"))


@pytest.fixture
def service() -> Service:
    return SERVICE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return key_file(tmp_path)


@pytest.mark.timeout(60 + SECRETS / 20)
async def test_no_read_and_no_write_fails_meanwhile(
    db: Database, database_settings: DatabaseSettings, path: Path
) -> None:
    crowd = Crowd(await fill(db, vault_of(path), SECRETS))
    async with AsyncExitStack() as stack:
        dbs = [db] + [await stack.enter_async_context(another(db, database_settings)) for _ in range(2)]
        crowded = [asyncio.ensure_future(crowd.read(it, vault_of(path))) for it in dbs]
        crowded += [asyncio.ensure_future(crowd.write(it, vault_of(path))) for it in dbs]
        for data_keys in (False, True):
            began, before = time.perf_counter(), (crowd.reads, crowd.writes)
            await asyncio.gather(*(rotation(it, vault_of(path), data_keys, 200) for it in dbs[:2]))
            took = time.perf_counter() - began
            reads, writes = crowd.reads - before[0], crowd.writes - before[1]
            what = "data keys" if data_keys else "KEK"
            print(f"\n{SECRETS} secrets, {what}: {took:.1f} s, {reads} reads, {writes} writes")
        crowd.over = True
        await asyncio.gather(*crowded)
    print(f"slowest read {crowd.slowest * 1000:.0f} ms, failures {len(crowd.failures)}")
    assert crowd.failures == []
    assert crowd.reads > 20 and crowd.writes > 10
    await to_its_end(db, vault_of(path), 200)
    assert len(read_keys(path)[0].by_id) == 1
